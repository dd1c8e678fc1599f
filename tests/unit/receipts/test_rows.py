"""Rows hold under tilt, for it is the layout that tilt breaks and not the words."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from shared.receipts.engines.turn import quarter_turns
from shared.receipts.model import Line, Point
from shared.receipts.rows import build_rows, tilt
from tests.unit.receipts.support import line

_PAGE = (
    ("SUBTOTAL", "1,077.59"),
    ("VAT 16%", "172.41"),
    ("TOTAL KES", "1,250.00"),
    ("CASH", "1,500.00"),
    ("CHANGE", "250.00"),
)


def _page() -> list[Line]:
    found = []
    for index, (label, amount) in enumerate(_PAGE):
        found += [line(label, x=20, y=26.0 * index), line(amount, x=480, y=26.0 * index)]
    return found


def _turned(item: Line, degrees: float) -> Line:
    angle = radians(degrees)

    def move(point: Point) -> Point:
        x, y = point
        return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)

    one, two, three, four = (move(corner) for corner in item.corners)
    return Line(item.text, (one, two, three, four), item.score)


@pytest.mark.parametrize("degrees", [-12, -7, -3, 0, 3, 7, 12])
def test_a_tilted_page_gives_the_same_rows(degrees: float) -> None:
    lines = [_turned(item, degrees) for item in reversed(_page())]
    assert abs(tilt(lines) - radians(degrees)) < 0.01
    assert [row.text for row in build_rows(lines)] == [f"{label} {amount}" for label, amount in _PAGE]


def test_rows_set_close_stay_apart() -> None:
    lines = [line("PIPE 20MM", x=20, y=0), line("TAPE", x=20, y=13), line("320.00", x=400, y=1)]
    assert [row.text for row in build_rows(lines)] == ["PIPE 20MM 320.00", "TAPE"]


def test_a_page_without_lines_has_no_rows() -> None:
    assert build_rows([]) == ()


def test_the_way_up_is_told_by_tall_lines_and_by_upside_down_ones() -> None:
    level = _page()
    tall = [_turned(item, 90) for item in level]
    none, every = [False] * len(level), [True] * len(level)
    assert quarter_turns(level, none) == 0
    assert quarter_turns(level, every) == 2
    assert quarter_turns(_upright_boxes(tall), none) == 3
    assert quarter_turns(_upright_boxes(tall), every) == 1
    assert quarter_turns(level[:2], every[:2]) == 0


def _upright_boxes(lines: list[Line]) -> list[Line]:
    """Detectors return corners by place on the page (top-left first), whichever way the text runs."""
    boxes = []
    for item in lines:
        xs, ys = [x for x, _ in item.corners], [y for _, y in item.corners]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        boxes.append(Line(item.text, corners, item.score))
    return boxes
