"""Rows of print and a QR code as a picture: black on paper, upright and sharp."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

INK, PAPER = 28, 250


@dataclass(frozen=True)
class Cell:
    """A piece of text at a part (0..1) of the width: its left end, its middle or its right end."""

    text: str
    at: float = 0.0
    anchor: str = "l"


@dataclass(frozen=True)
class Row:
    """One printed row; ``size`` is a factor of the base letter."""

    cells: tuple[Cell, ...]
    size: float = 1.0
    bold: bool = False


@dataclass(frozen=True)
class Code:
    """A QR code, centred."""

    text: str


@dataclass(frozen=True)
class Style:
    """How a printer prints: its width, letter and fonts in pixels and by name."""

    width: int
    letter: int
    font: str
    module: int
    spacing: float = 1.38


Part = Row | Code


def left(text: str, *, size: float = 1.0, bold: bool = False) -> Row:
    return Row((Cell(text),), size, bold)


def centre(text: str, *, size: float = 1.0, bold: bool = False) -> Row:
    return Row((Cell(text, 0.5, "m"),), size, bold)


def pair(text: str, value: str, *, size: float = 1.0, bold: bool = False) -> Row:
    return Row((Cell(text), Cell(value, 1.0, "r")), size, bold)


def rule(sign: str = "-") -> Row:
    return centre(sign * 44)


STYLES = {
    "train": ("sans", "mono", "vera", "condensed"),
    "test": ("aileron", "serif", "monobold", "verabold"),
    "held": ("light", "serifcondensed", "hand"),
}
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_FILES = {
    "sans": "DejaVuSans.ttf",
    "mono": "DejaVuSansMono.ttf",
    "monobold": "DejaVuSansMono-Bold.ttf",
    "serif": "DejaVuSerif.ttf",
    "condensed": "DejaVuSansCondensed.ttf",
    "light": "DejaVuSans-ExtraLight.ttf",
    "serifcondensed": "DejaVuSerifCondensed.ttf",
}
_BOLD = {"sans": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono-Bold.ttf", "serif": "DejaVuSerif-Bold.ttf"}


def make_style(random: Random, split: str, module: int | None) -> Style:
    """A printer of a split: its fonts are not those of the other."""
    width = random.choice((480, 560, 620, 700, 820))
    letter = max(15, round(width / random.uniform(25, 33)))
    return Style(width, letter, random.choice(STYLES[split]), module or random.choice((3, 4, 4, 5, 5)))


@lru_cache(maxsize=200)
def _font(name: str, size: int, bold: bool) -> FreeTypeFont:
    """A font by its short name; where a machine lacks it, the one that comes with Pillow."""
    import reportlab
    from PIL import ImageFont

    vera = Path(reportlab.__file__).parent / "fonts"
    homes = {"vera": vera / "Vera.ttf", "verabold": vera / "VeraBd.ttf", "hand": vera / "VeraIt.ttf"}
    file = _BOLD.get(name, "") if bold and name in _BOLD else _FILES.get(name, "")
    path = homes.get(name) or _DEJAVU / (file or "-")
    if path.is_file():
        return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)  # type: ignore[return-value]


def print_page(parts: list[Part], style: Style) -> Image:
    """The paper with everything on it, as a grey picture."""
    from PIL import Image, ImageDraw

    codes = {part: _code(part.text, style.module) for part in parts if isinstance(part, Code)}
    heights = [
        codes[part].height + 8 if isinstance(part, Code) else round(style.letter * part.size * style.spacing)
        for part in parts
    ]
    margin = style.letter
    paper = Image.new("L", (style.width + 2 * margin, sum(heights) + 3 * margin), PAPER)
    pen = ImageDraw.Draw(paper)
    top = margin
    for part, height in zip(parts, heights, strict=True):
        if isinstance(part, Code):
            paper.paste(codes[part], ((paper.width - codes[part].width) // 2, top))
        else:
            for cell in part.cells:
                _write(pen, cell, part, style, (margin, top))
        top += height
    return paper


def _write(pen: object, cell: Cell, row: Row, style: Style, corner: tuple[int, int]) -> None:
    margin, top = corner
    size = round(style.letter * row.size)
    font = _font(style.font, size, row.bold)
    length = font.getlength(cell.text)
    while length > style.width and size > 10:  # a long name is set smaller, as tills do
        size -= 1
        font = _font(style.font, size, row.bold)
        length = font.getlength(cell.text)
    start = margin + cell.at * style.width - {"l": 0, "m": length / 2, "r": length}[cell.anchor]
    pen.text((max(2, start), top), cell.text, fill=INK, font=font)  # type: ignore[attr-defined]


def _code(text: str, module: int) -> Image:
    import segno
    from PIL import Image

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    image = Image.new("L", (len(rows[0]), len(rows)))
    image.putdata([INK if dark else PAPER for row in rows for dark in row])
    return image.resize((image.width * module, image.height * module), 0)
