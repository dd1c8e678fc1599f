"""Letters and figures as OCR leaves them: folding for comparison, and the usual confusions."""

from __future__ import annotations

import re
import unicodedata

TO_DIGIT = str.maketrans("OoQDIilLSsBZzGg", "000011115582266")
"""What a digit position may have been read as."""
TO_LETTER = str.maketrans("015826", "OISBZG")
_FOLDED = str.maketrans("OQDILSBZG", "000115826")
_SPACES = re.compile(r"\s+")


def any_of(*patterns: str, flags: int = 0) -> re.Pattern[str]:
    """One pattern that matches where any of several does."""
    return re.compile("|".join(patterns), flags)


def fold(text: str) -> str:
    """Lower case, no accents, full-width signs as plain ones, single spaces: for matching label words."""
    plain = unicodedata.normalize("NFKD", text.replace("×", "x"))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACES.sub(" ", kept.lower()).strip()


def plain(text: str) -> str:
    """Full-width signs and odd spaces as plain ones, letters untouched: for values."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text.replace("×", "x"))).strip()


def fold_code(code: str) -> str:
    """A printed code with look-alikes as one, so that ``O0QD``, ``I1L``, ``S5`` ... compare equal."""
    return "".join(letter for letter in code.upper() if letter.isalnum()).translate(_FOLDED)


def letters(text: str) -> int:
    """How many letters a text holds."""
    return sum(letter.isalpha() for letter in text)


def digits(text: str) -> int:
    """How many figures a text holds."""
    return sum(letter.isdigit() for letter in text)
