"""Rows from lines: undo the tilt by the baselines, then group by height. No pixel is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import atan2, cos, sin
from statistics import median

from shared.receipts.model import Line, Point, Row

_MIN_LETTERS_FOR_ANGLE = 4
_SAME_ROW = 0.5
"""Two lines share a row when their centres differ by less than this part of the lower one's height."""


def tilt(lines: Sequence[Line]) -> float:
    """The angle of the text in radians: the median of the top and bottom edges, long lines counting more."""
    angles = [
        (atan2(right[1] - left[1], right[0] - left[0]), line.width)
        for line in lines
        if len(line.text) >= _MIN_LETTERS_FOR_ANGLE
        for left, right in ((line.corners[0], line.corners[1]), (line.corners[3], line.corners[2]))
    ]
    return _weighted_median(angles)


def build_rows(lines: Sequence[Line], *, page: int = 0, level: bool = True) -> tuple[Row, ...]:
    """Lines of one upright page as rows, top to bottom, each left to right, whatever the tilt.

    ``level`` off groups by height alone: only to measure what undoing the tilt is worth.
    """
    angle = tilt(lines) if level else 0.0
    placed = sorted(((_turn(line.centre, -angle), line) for line in lines), key=lambda item: item[0][1])
    rows: list[list[tuple[Point, Line]]] = []
    for point, line in placed:
        home = _home(rows, point, line)
        if home is None:
            rows.append([(point, line)])
        else:
            home.append((point, line))
    return tuple(_row(members, page) for members in sorted(rows, key=_middle))


def _home(rows: list[list[tuple[Point, Line]]], point: Point, line: Line) -> list[tuple[Point, Line]] | None:
    """The row among the last few whose nearest member stands at the same height, or None."""
    best: tuple[float, list[tuple[Point, Line]]] | None = None
    for row in rows[-4:]:
        near, neighbour = min(row, key=lambda member: abs(member[0][0] - point[0]))
        off = abs(near[1] - point[1]) / max(min(line.height, neighbour.height), 1.0)
        if off < _SAME_ROW and not _stacked(row, point, line) and (best is None or off < best[0]):
            best = (off, row)
    return best[1] if best else None


def _stacked(row: Iterable[tuple[Point, Line]], point: Point, line: Line) -> bool:
    """Whether a member stands over or under the line: such a pair is two rows set close."""
    return any(
        abs(other[0] - point[0]) < 0.4 * (line.width + neighbour.width) and other[1] != point[1]
        for other, neighbour in row
    )


def _row(members: list[tuple[Point, Line]], page: int) -> Row:
    ordered = tuple(line for _, line in sorted(members, key=lambda member: member[0][0]))
    return Row(ordered, page, median(line.height for line in ordered))


def _middle(members: list[tuple[Point, Line]]) -> float:
    return median(point[1] for point, _ in members)


def _turn(point: Point, angle: float) -> Point:
    x, y = point
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)


def _weighted_median(values: list[tuple[float, float]]) -> float:
    half = sum(weight for _, weight in values) / 2
    running = 0.0
    for value, weight in sorted(values):
        running += weight
        if running >= half:
            return value
    return 0.0
