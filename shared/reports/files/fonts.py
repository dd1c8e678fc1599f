"""Letters of a PDF: Helvetica for what it has, DejaVu Sans for the rest, and a mark for what neither draws.

DejaVu Sans Condensed 2.37 lies beside this file (dejavu-fonts.github.io; free to use, embed and pass on). It
has the letters of Kenyan languages that Helvetica lacks (``ĩ ũ``), Greek, Cyrillic and more. Scripts whose
letters join or run from right to left are not laid out here: such names are marked, never drawn wrong.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from shared.reports.files.safe import plain

PLAIN, BOLD, WIDE = "Helvetica", "Helvetica-Bold", "HesabuSans"
_FILE = "DejaVuSansCondensed.ttf"
LICENCE = "DejaVuSansCondensed-licence.txt"
"""Goes wherever the font goes."""
MISSING = "\u25a1"
"""An empty square, which DejaVu has."""


@cache
def _wide() -> Any:
    """The other font, registered when a name first needs it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(WIDE, Path(__file__).with_name(_FILE))
    pdfmetrics.registerFont(font)
    return font.face.charToGlyph


@lru_cache(maxsize=4096)
def drawable(text: str, *, bold: bool = False, most: int = 400) -> tuple[str, str]:
    """The text as it can be drawn, and the font that has its letters."""
    clean = unicodedata.normalize("NFC", plain(text[: most * 2]))[:most]
    try:
        clean.encode("cp1252")
    except UnicodeEncodeError:
        return "".join(map(_letter, clean)), WIDE
    return clean, BOLD if bold else PLAIN


def _letter(letter: str) -> str:
    """A letter that stands alone and runs to the right, as the font has it; else without its accents."""
    if letter in "\u200c\u200d\ufe0f":
        return ""
    simple = unicodedata.bidirectional(letter) not in ("R", "AL", "AN", "NSM")
    if simple and ord(letter) in _wide():
        return letter
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base != letter and base.isascii() else MISSING


def lost(text: str) -> bool:
    """Whether some of its letters cannot be drawn."""
    return not text.isascii() and MISSING in drawable(text)[0]


def width(text: str, font: str, size: float) -> float:
    """Points that a text takes."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if font == WIDE:
        _wide()
    return float(stringWidth(text, font, size))


def fitted(text: str, font: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it would leave its cell."""
    if width(text, font, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle] + "…", font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
