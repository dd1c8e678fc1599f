"""A period cut into days, weeks or months: what lines of a chart and rows over time are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from shared.insights.calendar import first_day, shift
from shared.insights.facts import Sum
from shared.insights.plan import Period

Granularity = Literal["day", "week", "month"]
MOST_SPANS = 400


@dataclass(slots=True)
class Slot:
    """One span of time and what was counted in it; ``whole`` says that none of it is cut off."""

    period: Period
    whole: bool
    sum: Sum = field(default_factory=Sum)

    @property
    def name(self) -> str:
        """Its first day."""
        return self.period.start.isoformat()


def granularity_of(period: Period, asked: Granularity | None) -> Granularity:
    """Days up to a month, weeks up to half a year, else months; what was asked for where that is few
    enough."""
    usual: Granularity = "day" if period.days <= 31 else "week" if period.days <= 184 else "month"
    if asked is None:
        return usual
    longest = {"day": MOST_SPANS, "week": MOST_SPANS * 7, "month": MOST_SPANS * 28}
    return asked if period.days <= longest[asked] else usual


def slots(period: Period, unit: Granularity) -> list[Slot]:
    """The days, weeks or months of a period; the first and last as far as they are part of it."""
    found = []
    start = first_day(unit, period.start)
    while start <= period.end:
        following = shift(unit, start, 1)
        last = following - timedelta(days=1)
        cut = Period(start=max(start, period.start), end=min(last, period.end))
        found.append(Slot(cut, cut.start == start and cut.end == last))
        start = following
    return found


def fill(found: list[Slot], unit: Granularity, sums: Mapping[str, Sum]) -> list[Slot]:
    """Count the sums of days in the slots that they belong to."""
    places = {first_day(unit, slot.period.start): slot for slot in found}
    for day, one in sums.items():
        places[first_day(unit, date.fromisoformat(day))].sum.plus(one.n, one.cents, one.mark)
    return found
