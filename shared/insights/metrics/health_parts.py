"""The parts of the health score: each a measure mapped to points by a straight line (reference: insights 8).

The weights and limits are a judgement, not validated; every answer shows the parts beside the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from shared.insights.facts import Fact

WEIGHTS = {
    "runway": 25,
    "margin": 20,
    "collection": 20,
    "overdue": 10,
    "growth": 10,
    "concentration": 10,
    "reconciled": 5,
}
LEAST_WEIGHT = 60
LEAST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: 0 to 100 points, from facts."""

    name: str
    points: int
    measure: Fact


def linear(value: Decimal, zero_at: Decimal | int, full_at: Decimal | int) -> int:
    """Points from 0 at ``zero_at`` to 100 at ``full_at``, whichever is larger, half to even."""
    points = (value - zero_at) * 100 / (Decimal(full_at) - zero_at)
    return int(min(max(points, Decimal(0)), Decimal(100)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def runway(measure: Fact, months: Decimal | None) -> Part:
    """Months that recorded cash lasts: six or more are 100, as is not burning any (None)."""
    return Part("runway", 100 if months is None else linear(months, 0, 6), measure)


def margin(measure: Fact) -> Part:
    """Net margin of 90 days: -10 % is 0, 20 % is 100."""
    return Part("margin", linear(Decimal(measure.value), -10, 20), measure)


def collection(measure: Fact, terms_days: int) -> Part:
    """Days sales outstanding: at the agreed terms 100, 60 days later 0."""
    return Part("collection", linear(Decimal(measure.value), terms_days + 60, terms_days), measure)


def overdue(measure: Fact) -> Part:
    """Share of what is owed that is over 30 days late: none is 100, half is 0."""
    return Part("overdue", linear(Decimal(measure.value), 50, 0), measure)


def growth(measure: Fact) -> Part:
    """Income against the 90 days before: -25 % is 0, +25 % is 100."""
    return Part("growth", linear(Decimal(measure.value), -25, 25), measure)


def concentration(measure: Fact) -> Part:
    """The largest customer's share of income: 20 % is 100, 70 % is 0."""
    return Part("concentration", linear(Decimal(measure.value), 70, 20), measure)


def reconciled(measure: Fact) -> Part:
    """Share of the money received that is matched to invoices."""
    return Part("reconciled", linear(Decimal(measure.value), 0, 100), measure)


def score(parts: list[Part]) -> int | None:
    """The weighted mean of the parts that exist, 0 to 100; None when they weigh less than 60 of 100."""
    weight = sum(WEIGHTS[part.name] for part in parts)
    if weight < LEAST_WEIGHT:
        return None
    mean = Decimal(sum(WEIGHTS[part.name] * part.points for part in parts)) / weight
    return int(mean.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
