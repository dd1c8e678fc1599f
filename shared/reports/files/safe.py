"""Text from records as spreadsheets may have it: on one line, and never a formula.

Source: OWASP, CSV injection: a cell that begins with ``= + - @``, a tab or a line end is run by Excel.
"""

from __future__ import annotations

import unicodedata

_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
"""With their full-width forms, which some programs read alike; ``|`` and ``%`` begin calls in old ones."""
PREFIX = "'"


def plain(text: str) -> str:
    """Without control characters, direction marks and halves of characters; line ends become blanks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_kept, text)).strip()


def _kept(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    if kind == "Cs":
        return "\ufffd"
    # joiners are part of words and of emoji; marks that turn the direction of what follows are not
    return letter if kind != "Cf" or letter in "\u200c\u200d" else ""


def for_csv(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run."""
    clean = plain(text)
    return PREFIX + clean if clean.lstrip().startswith(_STARTS) else clean
