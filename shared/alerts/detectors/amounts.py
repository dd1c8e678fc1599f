"""An amount far above what this party usually pays or is paid."""

from __future__ import annotations

import math
from statistics import median

from shared.alerts.findings import Finding
from shared.alerts.moves import Move
from shared.alerts.profile import Party

LEAST_PAST = 5
OVER = 4.0
"""Robust z of the log amount, (x - median) / max(1.4826 MAD, 0.12), from which an amount is unusual."""
FLOOR = 0.12
BELIEF, USUAL_SPREAD = 5, 0.45
"""A spread that few amounts show is drawn towards this one, as if so many had shown it."""
SMALL_CENTS = 1_000_00
IN = 100
"""A customer who pays more than ever is less of a worry than a supplier who is paid more than ever."""


def unusual_amount(move: Move, party: Party) -> Finding | None:
    """Judged against what came before it in time only."""
    past = [math.log(one.cents) for one in party.before(move.at_ms)]
    if len(past) < LEAST_PAST:
        return None
    middle, spread = centre(past)
    above = math.log(move.cents) - middle
    z = above / max(spread, FLOOR)
    if z <= OVER:
        return None
    cautious = above / math.sqrt((len(past) * spread**2 + BELIEF * USUAL_SPREAD**2) / (len(past) + BELIEF))
    score = min(950, 600 + round(100 * (cautious - 3.0))) - (IN if move.way == "in" else 0)
    score = max(350, score if move.cents >= SMALL_CENTS else score - 200)
    facts: dict[str, int | str] = {
        "cents": move.cents,
        "usual_cents": round(math.exp(middle)),
        "z_milli": round(1000 * z),
        "past": len(past),
    }
    return Finding("unusual_amount", score, "far_above_usual", facts)


def centre(values: list[float]) -> tuple[float, float]:
    """The median, and the robust standard deviation 1.4826 MAD."""
    middle = median(values)
    return middle, 1.4826 * median(abs(value - middle) for value in values)
