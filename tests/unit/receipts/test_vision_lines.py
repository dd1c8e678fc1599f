"""Lines from words: breaks and boxes are both believed, in every position of the page."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from shared.receipts.engines.vision_lines import Word, lines_of, upright
from shared.receipts.model import Corners
from shared.receipts.rows import build_rows


def word(
    text: str,
    x: float,
    y: float,
    *,
    space: bool = True,
    ends: bool = False,
    score: int = 900,
    angle: float = 0,
) -> Word:
    """A word of letters ten pixels wide and twenty high, on a page then turned by ``angle`` degrees."""
    right, bottom = x + 10 * len(text), y + 20
    level = ((x, y), (right, y), (right, bottom), (x, bottom))
    return Word(text, _turned(level, angle), score, space=space, ends_line=ends)


def _turned(corners: Corners, degrees: float) -> Corners:
    a, b = cos(radians(degrees)), sin(radians(degrees))
    one, two, three, four = ((x * a - y * b, x * b + y * a) for x, y in corners)
    return one, two, three, four


def texts(*paragraphs: list[Word]) -> list[str]:
    return [line.text for line in lines_of(paragraphs)]


def test_a_line_ends_at_a_break() -> None:
    assert texts([word("TOTAL", 0, 0), word("KES", 60, 0, ends=True), word("CASH", 0, 30)]) == [
        "TOTAL KES",
        "CASH",
    ]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (word("8,775.00", 0, 28), "it stands a line lower"),
        (word("8,775.00", -90, 2), "it stands far to the left"),
        (word("8,775.00", 60, -20), "it stands a line higher"),
    ],
)
def test_a_line_ends_where_the_next_word_cannot_stand_on_it(second: Word, why: str) -> None:
    assert texts([word("TOTAL", 0, 0), second]) == ["TOTAL", "8,775.00"], why


def test_words_are_joined_as_the_breaks_say() -> None:
    parts = [word("9", 0, 0, space=False), word(",000", 10, 0, space=False), word("KES", 60, 3)]
    assert texts(parts) == ["9,000KES"]
    assert texts([]) == []


def test_a_line_is_as_sure_as_its_least_sure_word_and_spans_all_of_them() -> None:
    (line,) = lines_of([[word("A", 0, 0, score=950), word("B", 30, 0, score=410)]])
    assert line.score == 410
    assert line.corners == ((0, 0), (40, 0), (40, 20), (0, 20))


@pytest.mark.parametrize("angle", [0, 4, -7, 93, 180, 184, 266])
def test_a_page_in_any_position_is_set_upright(angle: float) -> None:
    """Words keep their reading order in corners however the page lies; rows come out the same."""
    rows = [("MAJI PLUMBING", 0, 0), ("TOTAL KES", 0, 40), ("8,775.00", 200, 40), ("CASH", 0, 80)]
    moved = [[word(part, x, y, ends=True, angle=angle)] for part, x, y in rows]
    lines, turned = upright(lines_of(moved), 600, 400, 600)
    assert [row.text for row in build_rows(lines)] == ["MAJI PLUMBING", "TOTAL KES 8,775.00", "CASH"]
    assert turned == {0: 0, 4: 0, -7: 0, 93: 270, 180: 180, 184: 180, 266: 90}[angle]


def test_lines_are_measured_in_pixels_of_the_picture_that_was_read() -> None:
    lines, _ = upright(lines_of([[word("TOTAL", 100, 200)]]), 1000, 2000, 500)
    assert lines[0].corners[0] == (25, 50)
