"""A notification type: what it needs to know, on which channels it goes, and its texts in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.core.errors import Permanent
from shared.messages.gsm import SINGLE_SMS, clip, one_line, septets
from shared.messages.model import Channel, Kind, Language


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one type in one language; ``{field}`` stands for a value. SMS "" where it has none."""

    sms: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Template:
    """One notification type.

    Args:
        name: stable, part of a message's identity.
        kind: whether it may interrupt somebody's night.
        channels: where it may go.
        fields: every value it needs, with the most septets that value takes in an SMS.
        words: its texts.
    """

    name: str
    kind: Kind
    channels: tuple[Channel, ...]
    fields: Mapping[str, int]
    words: Mapping[Language, Words]


@dataclass(frozen=True, slots=True)
class Composed:
    """A text ready to be sent; an SMS has no title."""

    title: str
    text: str


def compose(template: Template, values: Mapping[str, str], language: Language, channel: Channel) -> Composed:
    """Fill in a type's text for one channel.

    Values are data, whatever they hold: braces are not read again and line ends are taken out. Raises
    Permanent ``message_invalid`` when a value is missing or the type does not go on this channel.
    """
    if missing := sorted(set(template.fields) - set(values)):
        raise Permanent(f"{template.name} lacks {', '.join(missing)}", code="message_invalid")
    if channel not in template.channels:
        raise Permanent(f"{template.name} does not go by {channel}", code="message_invalid")
    words = template.words[language]
    if channel is Channel.SMS:
        return Composed("", _sms(template, words, values))
    full = {name: one_line(values[name]) for name in template.fields}
    return Composed(one_line(words.title.format_map(full))[:200], _no_gaps(words.body.format_map(full)))


def _no_gaps(text: str) -> str:
    """Without the empty lines that an empty value leaves."""
    return re.sub(r"\n{3,}", "\n\n", text)


def _sms(template: Template, words: Words, values: Mapping[str, str]) -> str:
    short = {name: clip(values[name], width) for name, width in template.fields.items()}
    text = " ".join(words.sms.format_map(short).split())
    length = septets(text)
    if length is None or length > SINGLE_SMS:
        raise Permanent(f"{template.name} is too long for one SMS", code="message_invalid")
    return text
