"""Which way up a page stands, told by the shape of its lines and by a line-direction model."""

from __future__ import annotations

from collections.abc import Sequence

from shared.receipts.model import Line

_ENOUGH_LINES = 3


def quarter_turns(lines: Sequence[Line], flipped: Sequence[bool]) -> int:
    """Clockwise quarter turns (0..3) that set the page upright.

    ``flipped``: for each text region, whether it was seen upside down after a region taller than wide had
    been turned a quarter to the left. Text that reads downwards is turned upright by that quarter turn;
    text that reads upwards comes out upside down.
    """
    if len(lines) < _ENOUGH_LINES:
        return 0
    tall = sum(line.height > 1.5 * line.width for line in lines) * 2 > len(lines)
    upside_down = sum(flipped) * 2 > len(flipped)
    if tall:
        return 1 if upside_down else 3
    return 2 if upside_down else 0
