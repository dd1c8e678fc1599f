"""How the business as a whole moves money one way: amounts, hours, first digits and staff, by month.

Counts only, so that the order of events does not matter; the latest months are kept, so that it forgets.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from shared.alerts.moves import Move
from shared.store import Data

MONTHS = 6
MOST_STAFF = 30
KINDS = ("hours", "weekdays", "bins", "digits", "staff")
STEPS = 8
"""Bins of amounts to a doubling: each is nine per cent wide."""


@dataclass(frozen=True)
class Habits:
    """The sums of all kept months."""

    count: int = 0
    hours: Counter[str] = field(default_factory=Counter)
    weekdays: Counter[str] = field(default_factory=Counter)
    bins: Counter[str] = field(default_factory=Counter)
    digits: Counter[str] = field(default_factory=Counter)
    staff: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _sorted(self) -> list[tuple[int, int]]:
        return sorted((int(name), count) for name, count in self.bins.items())

    def quantile(self, share: float) -> int:
        """The amount in cents below which ``share`` of all lies, exact to the width of a bin; 0 for none."""
        wanted, met = share * self.count, 0
        for step, count in self._sorted:
            met += count
            if met >= wanted:
                return math.ceil(2 ** ((step + 1) / STEPS))
        return 0

    def hour_share(self, hour: int) -> float:
        """Which part of all happens in this hour of the day or the one on either side; 1.0 for no past."""
        if not self.count:
            return 1.0
        return sum(self.hours[str((hour + step) % 24)] for step in (-1, 0, 1)) / self.count

    def weekday_share(self, weekday: int) -> float:
        """Which part of all happens on this day of the week, 0 for Monday; 1.0 for no past."""
        return self.weekdays[str(weekday)] / self.count if self.count else 1.0


NONE = Habits()


def read_habits(data: Data | None) -> Habits:
    """A stored document as sums."""
    if data is None:
        return NONE
    sums = Habits(sum(month["count"] for month in data["months"].values()))
    for month in data["months"].values():
        for name in KINDS:
            getattr(sums, name).update(month[name])
    return sums


def habits_with(data: Data | None, move: Move) -> Data:
    """The business's document with one movement more."""
    months: Data = dict(data["months"]) if data else {}
    name = move.day[:7]
    old = months.get(name) or {"count": 0, **{kind: {} for kind in KINDS}}
    months[name] = {
        "count": old["count"] + 1,
        "hours": _more(old["hours"], str(move.local.hour)),
        "weekdays": _more(old["weekdays"], str(move.local.weekday())),
        "bins": _more(old["bins"], str(bin_of(move.cents))),
        "digits": _more(old["digits"], str(move.cents)[0]),
        "staff": _more(old["staff"], move.staff) if _has_room(old["staff"], move.staff) else old["staff"],
    }
    return {"months": {kept: months[kept] for kept in sorted(months)[-MONTHS:]}}


def bin_of(cents: int) -> int:
    """The bin of an amount."""
    return math.floor(math.log2(cents) * STEPS) if cents > 0 else 0


def _more(counts: Data, name: str) -> Data:
    return {**counts, name: counts.get(name, 0) + 1}


def _has_room(staff: Data, name: str) -> bool:
    return bool(name) and (name in staff or len(staff) < MOST_STAFF)
