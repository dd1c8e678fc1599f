"""A question as text: cleaned once, before anything reads it."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 500
_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def clean(question: str) -> str:
    """One line of plain text: compatibility forms folded, control and format characters gone."""
    folded = unicodedata.normalize("NFKC", question).translate(_QUOTES)
    kept = "".join(_kept(character) for character in folded)
    return _SPACES.sub(" ", kept).strip()


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cf":  # zero-width marks may stand inside a word
        return ""
    return " " if kind.startswith("C") else character


def lower(question: str) -> str:
    """The cleaned question in lower case: what patterns are matched against."""
    return clean(question).casefold()
