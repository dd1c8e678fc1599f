"""Lines from the words of Cloud Vision, which knows pages, blocks and words, but no lines.

A word says which break follows it, and its box says where it stands. Both are believed: a line ends at a
break, and where the next word stands at another height or steps back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin

from shared.receipts.model import Corners, Line, Point
from shared.receipts.rows import tilt

_OFF_LINE = 0.6
"""Words whose middles differ by more than this part of a letter's height stand on two lines."""
_STEP_BACK = 1.0
"""A word that begins this many letter heights left of where the last one ended begins a new line."""


@dataclass(frozen=True)
class Word:
    """One word as Vision has it: corners in reading order, ``score`` 0..1000, what follows it."""

    text: str
    corners: Corners
    score: int
    space: bool = False
    ends_line: bool = False


def lines_of(paragraphs: Iterable[Sequence[Word]]) -> tuple[Line, ...]:
    """The lines of all paragraphs, in the order given, in the pixels that the words are in."""
    return tuple(_line(words) for paragraph in paragraphs for words in _split(paragraph))


def upright(
    lines: Sequence[Line], width: float, height: float, longer: float
) -> tuple[tuple[Line, ...], int]:
    """Lines of a page in any of its four positions, as on the page set upright.

    Args:
        width, height: the page as the lines measure it.
        longer: the longer side in pixels of the picture that the lines shall measure.

    Returns the lines, and by how many degrees clockwise the page was turned.
    """
    quarters = round(tilt(lines) / (pi / 2)) % 4
    scale = longer / max(width, height, 1.0)
    moved = tuple(_moved(line, quarters, width, height, scale) for line in lines)
    return moved, (-90 * quarters) % 360


def _split(words: Sequence[Word]) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and (line[-1].ends_line or _leaves(line[-1], word)):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def _leaves(last: Word, word: Word) -> bool:
    """Whether a word cannot stand on the line of the last one, by their boxes along the baseline."""
    shape = Line(last.text, last.corners, last.score)
    size = max(shape.height, 1.0)
    angle = tilt([replace(shape, text="line")])
    along, off = _along(shape.centre, Line(word.text, word.corners, word.score).centre, angle)
    start, _ = _along(last.corners[1], word.corners[0], angle)
    return abs(off) > _OFF_LINE * size or start < -_STEP_BACK * size or along < 0


def _along(origin: Point, point: Point, angle: float) -> tuple[float, float]:
    """Where a point lies from an origin, along a baseline and off it."""
    x, y = point[0] - origin[0], point[1] - origin[1]
    return x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)


def _line(words: Sequence[Word]) -> Line:
    first, last = words[0], words[-1]
    text = "".join(word.text + (" " if word.space else "") for word in words).strip()
    corners = (first.corners[0], last.corners[1], last.corners[2], first.corners[3])
    return Line(text, corners, min(word.score for word in words))


def _moved(line: Line, quarters: int, width: float, height: float, scale: float) -> Line:
    turned = (_turned(point, quarters, width, height) for point in line.corners)
    one, two, three, four = ((x * scale, y * scale) for x, y in turned)
    return replace(line, corners=(one, two, three, four))


def _turned(point: Point, quarters: int, width: float, height: float) -> Point:
    x, y = point
    return ((x, y), (y, width - x), (width - x, height - y), (height - y, x))[quarters]
