"""GSM-7, the alphabet of an SMS: 160 septets fit one message, one character outside it makes that 70.

Source: 3GPP TS 23.038, 6.2.1 (default alphabet and its extension table).
"""

from __future__ import annotations

import unicodedata

SINGLE_SMS = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
_QUOTES = {
    "‘": "'",
    "’": "'",
    "`": "'",
    "^": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "~": "-",
    "…": "...",
}
_TWO_SEPTETS = {"{": "(", "[": "(", "}": ")", "]": ")", "|": "/", "\\": "/", "€": "EUR"}
_PLAIN = str.maketrans(_QUOTES | _TWO_SEPTETS)


def septets(text: str) -> int | None:
    """How many septets a text takes, or None when a character is outside GSM-7."""
    if not set(text) <= _BASIC | _EXTENDED:
        return None
    return len(text) + sum(character in _EXTENDED for character in text)


def one_line(text: str) -> str:
    """The text on one line, without control characters: names are typed by strangers."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def to_gsm(text: str) -> str:
    """The text on one line in basic GSM-7: accents that the alphabet lacks are dropped, the rest is ``?``."""
    return "".join(_plain(c) for c in one_line(text).translate(_PLAIN))


def clip(text: str, width: int) -> str:
    """The text in GSM-7 and in at most ``width`` septets; what was cut ends with two dots."""
    plain = to_gsm(text)
    return plain if len(plain) <= width else plain[: width - 2].rstrip() + ".."


def _plain(character: str) -> str:
    if character in _BASIC:
        return character
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare and set(bare) <= _BASIC else "?"
