"""A payment line as text: bounded, cleaned once, and cut into words.

Whoever pays writes it and engines misread it, so it is hostile and spoilt by turns: length is bounded before
anything else, and every step after that is linear in it.
"""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 240
"""Beyond these a line tells no more about what was bought."""
MOST_TOKENS = 48
_LINKS = "ya wa za la cha vya kwa na ni of the and for to in on at a an no by from my our"
LINKS = frozenset(_LINKS.split())
"""Words that join others: `kodi ya duka` and `kodi duka` are one phrase."""
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_MASKED = re.compile(r"\+?\d{1,12}[*x•]{2,}\d{0,6}")


def clean(text: str) -> str:
    """One line in lower case without accents, masked numbers and controls, at most 240 characters."""
    text = text[:MOST_CHARACTERS]
    if text.isascii() and text.isprintable():  # most lines, and the whole dictionary
        return _MASKED.sub(" ", text.casefold())
    plain = unicodedata.normalize("NFKD", text)
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in plain)
    folded = "".join(char for char in kept if not unicodedata.combining(char)).casefold()
    return _MASKED.sub(" ", folded.replace("’", "'"))[:MOST_CHARACTERS]


def tokens(cleaned: str) -> list[str]:
    """The words and numbers of a cleaned line, at most 48, without the words that only join others."""
    found = _TOKEN.findall(cleaned)[: 2 * MOST_TOKENS]
    return [word.replace("'", "") for word in found if word not in LINKS][:MOST_TOKENS]


def is_number(token: str) -> bool:
    """Whether a token is a number, an account or a code: it has at least as many digits as letters."""
    return 2 * sum(char.isdigit() for char in token) >= len(token)
