"""The one normal form behind every engine: a line of text, where it stands, and how sure the engine is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class Line:
    """One run of text as an engine returned it.

    ``corners`` are top-left, top-right, bottom-right, bottom-left of the text itself, in pixels of its page.
    ``score`` is the engine's own 0..1000, which is no probability.
    """

    text: str
    corners: Corners
    score: int

    @cached_property
    def centre(self) -> Point:
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @cached_property
    def width(self) -> float:
        return _distance(self.corners[0], self.corners[1])

    @cached_property
    def height(self) -> float:
        return _distance(self.corners[0], self.corners[3])


@dataclass(frozen=True)
class EngineText:
    """What one engine read on one page, and how the page was turned to read it (degrees, clockwise).

    ``steps`` names what was done to the pixels besides: ``evened``, ``levelled``, ``enlarged``.
    """

    lines: tuple[Line, ...]
    engine: str
    version: str
    turned: int = 0
    trusted: bool = True
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One stage: what was measured (whole numbers, the unit in the name) and whether it changed anything."""

    name: str
    applied: bool
    measured: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """Lines that a reader would read as one, left to right; ``height`` is the median letter height."""

    lines: tuple[Line, ...]
    page: int = 0
    height: float = 0.0

    @cached_property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @cached_property
    def score(self) -> int:
        return min((line.score for line in self.lines), default=0)


def _distance(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)
