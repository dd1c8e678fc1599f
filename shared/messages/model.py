"""The words of this room: a message, where it goes, and the only answers a channel may give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is told. A reminder can wait for the morning; what a person just did cannot."""

    TRANSACTIONAL = "transactional"
    REMINDER = "reminder"


class Channel(StrEnum):
    """How somebody is told."""

    SMS = "sms"
    EMAIL = "email"


class Language(StrEnum):
    """The languages every text exists in."""

    ENGLISH = "en"
    SWAHILI = "sw"


class Status(StrEnum):
    """Where a message stands, as stored."""

    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: the business's name, and where an answer should go ("" for nowhere)."""

    name: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person. ``recipient`` is ``2547…`` or an e-mail address; SMS have no title."""

    id: str
    recipient: str
    title: str
    text: str
    sender: Sender
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach one person."""

    channel: Channel
    recipient: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. ``cost`` is the provider's own text, for example ``KES 0.8000``."""

    provider_id: str
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was sent, for certain. ``retryable`` means that the same message may pass later."""

    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider may have sent it. Never send again."""

    reason: str


Outcome = Sent | Failed | Unknown
