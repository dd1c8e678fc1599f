"""What SendGrid's Inbound Parse posts for one mail, in both of its forms: fields, or the raw MIME message.

Source: Twilio SendGrid, "Inbound Email Parse Webhook"; ``dkim`` is ``{@example.co.ke : pass}``, ``envelope``
the SMTP envelope in JSON, ``attachment-info`` the names of the files by field, ``charsets`` the encodings of
the fields.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser, HeaderParser
from email.utils import getaddresses
from typing import Any

from shared.core.errors import Invalid
from shared.receipts.multipart import Part, read_form

_ADDRESS = re.compile(r"[^@\s,;:<>()\"\\]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_SIGNED = re.compile(r"@([a-z0-9.-]{1,253})\s*:\s*pass\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_HEADERS = 64 * 1024
_MOST_MIME_PARTS = 200
_FILES = ("image/", "application/pdf", "application/zip", "application/octet-stream")
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the standard library's mail parser raises on hostile bytes."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail; ``name`` is the sender's word."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the receiving server saw it; addresses in lower case, "" where there is not exactly one.

    Args:
        sender: of the header From, which anybody may write.
        envelope_from: what SPF was checked for; ``spf`` is its result.
        recipients: of the envelope, so that a hidden copy arrives too.
        signed_by: domains whose DKIM signature held.
    """

    sender: str
    envelope_from: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    spf: str
    signed_by: tuple[str, ...]
    files: tuple[Attached, ...]


def read_mail(content_type: str, raw: bytes) -> Mail:
    """The mail of one post; raises NotAForm, and Invalid ``form_*`` and ``mail_envelope_invalid``."""
    parts = read_form(content_type, raw)
    fields = {part.name: part for part in parts if part.filename is None}
    charsets = _json(fields, "charsets")
    texts = {name: _text(part, charsets.get(name)) for name, part in fields.items() if name != "email"}
    envelope = _json(fields, "envelope")
    whole = _parsed(fields["email"].content) if "email" in fields else None
    recipients = envelope.get("to")
    if not isinstance(recipients, list) or not 0 < len(recipients) <= 100:
        raise Invalid("mail_envelope_invalid", "the form has no envelope that names recipients")
    return Mail(
        sender=_one_address(texts.get("from", "")),
        envelope_from=_one_address(str(envelope.get("from", ""))),
        recipients=tuple(dict.fromkeys(filter(None, (_one_address(str(to)) for to in recipients)))),
        subject=_shown(texts.get("subject", "")),
        message_id=_message_id(whole, texts.get("headers", "")),
        spf=texts.get("SPF", "").strip().lower()[:20],
        signed_by=tuple(dict.fromkeys(_SIGNED.findall(texts.get("dkim", "").lower())))[:10],
        files=tuple(_attached(whole) if whole is not None else _posted(parts, fields)),
    )


def _text(part: Part, charset: object) -> str:
    """A field in the encoding that ``charsets`` names; one that does not exist or fit costs letters."""
    try:
        name = codecs.lookup(str(charset)).name if charset else "utf-8"
        return part.content.decode(name, "replace")
    except (LookupError, ValueError, TypeError):  # no such encoding, or one from bytes to bytes
        return part.content.decode("utf-8", "replace")


def _json(fields: Mapping[str, Part], name: str) -> dict[str, Any]:
    part = fields.get(name)
    try:
        value = json.loads(part.content) if part is not None else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _one_address(text: str) -> str:
    """The address of a header that names exactly one: with two, programs disagree on who wrote the mail."""
    try:
        found = getaddresses([text[:1000]])
    except _DAMAGE:
        return ""
    address = found[0][1].lower() if len(found) == 1 else ""
    return address if _ADDRESS.fullmatch(address) else ""


def _message_id(whole: EmailMessage | None, headers: str) -> str:
    try:
        given = str(whole["Message-ID"] if whole is not None else _headers(headers).get("Message-ID", ""))
    except _DAMAGE:
        return ""
    found = _MESSAGE_ID.search(given)
    return found[0] if found else ""


def _headers(text: str) -> Any:
    return HeaderParser().parsestr(text[:_HEADERS], headersonly=True)


def _posted(parts: Sequence[Part], fields: Mapping[str, Part]) -> Iterator[Attached]:
    """The files of the form in its order; their names are in ``attachment-info`` where the part has none."""
    told = _json(fields, "attachment-info")
    for part in parts:
        if part.filename is not None:
            about = told.get(part.name)
            named = about.get("filename") or about.get("name") if isinstance(about, dict) else ""
            yield Attached(_shown(part.filename or str(named or part.name)), part.content)


def _parsed(raw: bytes) -> EmailMessage:
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
    except _DAMAGE:
        raise Invalid("mail_message_invalid", "the raw message cannot be read") from None
    if not isinstance(message, EmailMessage):
        raise Invalid("mail_message_invalid", "the raw message cannot be read")
    return message


def _attached(message: EmailMessage) -> Iterator[Attached]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_MIME_PARTS:
            raise Invalid("mail_message_invalid", f"the raw message has over {_MOST_MIME_PARTS} parts")
        if found := _file(part):
            yield found


def _file(part: Any) -> Attached | None:
    """A part that has a name or is of a kind that receipts have; texts are none, nor a mail inside a mail."""
    try:
        name, kind = part.get_filename(), part.get_content_type()
        if part.is_multipart() or not (name or kind.startswith(_FILES)):
            return None
        content = part.get_payload(decode=True)
    except _DAMAGE:
        return Attached("?", b"")  # refused as empty, and so told of
    return Attached(_shown(str(name or kind)), content if isinstance(content, bytes) else b"")


def _shown(text: str) -> str:
    """A text from outside as people are shown it: one line, printable, short."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.encode("utf-8", "replace").decode().split())[:120]
