"""Bills that come again: the same payee and category, at a steady rhythm and of a steady amount.

A rhythm holds when of its last few turns nearly all were paid, each near its day, most of them near the
middle amount, with hardly anything paid to the payee in between, and when the last turn is no longer ago than
one step. Everything else is left to the statistics.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from shared.insights.forecasting.ledger import Spent

TAXES = frozenset({"taxes", "payroll_statutory"})
"""Categories with days of their own (kra_days.py)."""
NEAR = 25
"""Per cent that an amount may differ from the middle one."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A step of days or months, how far off a turn may lie, and how many of the last turns must be there."""

    days: int
    months: int
    slack: int
    turns: int
    least: int

    def step(self, day: date, count: int = 1) -> date:
        """The day ``count`` steps on, negative for back."""
        return months_on(day, self.months * count) if self.months else day + timedelta(days=self.days * count)


RHYTHMS = (
    Rhythm(7, 0, 1, 8, 6),
    Rhythm(14, 0, 2, 6, 5),
    Rhythm(0, 1, 5, 4, 3),
    Rhythm(0, 3, 10, 4, 3),
)


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill that comes again: what it usually is, and its records, the newest first.

    Args:
        last: the day it was paid last; ``shift`` days after the steps from there it is usually paid.
        at_end: whether it was always paid on the last day of a month.
    """

    payee: str
    category: str
    cents: int
    rhythm: Rhythm
    last: date
    shift: int
    at_end: bool
    records: tuple[str, ...]

    def days(self, today: date, end: date) -> list[date]:
        """The days it is expected after ``today``, to ``end``; one that is a little late comes tomorrow."""
        found, count = [], 1
        while (day := self._turn(count)) <= end:
            if day > today or count == 1:
                found.append(max(day, today + timedelta(days=1)))
            count += 1
        return [day for day in dict.fromkeys(found) if day <= end]

    def _turn(self, count: int) -> date:
        due = self.rhythm.step(self.last, count)
        return month_end(due) if self.at_end else due + timedelta(days=self.shift)


def months_on(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def bills(spent: Iterable[Spent], today: date) -> list[Bill]:
    """The bills that come again, as the expenses up to today show them."""
    groups: dict[tuple[str, str], list[Spent]] = {}
    for one in spent:
        if one.day <= today and one.category not in TAXES:
            groups.setdefault((payee_of(one.payee), one.category), []).append(one)
    found = []
    for (payee, category), theirs in sorted(groups.items()):
        bill = next((b for r in RHYTHMS if (b := _bill(payee, category, theirs, r, today))), None)
        if bill:
            found.append(bill)
    return found


def payee_of(name: str) -> str:
    """A payee without case, numbers and signs."""
    return " ".join(_WORD.findall(name.casefold()))


def _bill(payee: str, category: str, theirs: list[Spent], rhythm: Rhythm, today: date) -> Bill | None:
    by_day: dict[date, list[Spent]] = {}
    for one in theirs:
        by_day.setdefault(one.day, []).append(one)
    days = sorted(by_day, reverse=True)
    if len(days) < rhythm.least or rhythm.step(days[0]) + timedelta(days=rhythm.slack) < today:
        return None
    turns = _turns(days, rhythm)
    recent = [day for day in turns if day > rhythm.step(days[0], -rhythm.turns) + timedelta(rhythm.slack)]
    if len(recent) < rhythm.least or _between(days, turns, recent[-1]) * 4 > len(recent):
        return None
    amounts = [sum(one.cents for one in by_day[day]) for day in recent]
    usual = median_low(amounts)
    steady = sum(abs(cents - usual) * 100 <= NEAR * usual for cents in amounts)
    if usual <= 0 or steady < rhythm.least:
        return None
    shift = median_low([(day - rhythm.step(days[0], -k)).days for day, k in _slots(recent, days[0], rhythm)])
    ids = tuple(one.id for day in turns for one in by_day[day])
    at_end = bool(rhythm.months) and all(day == month_end(day) for day in recent)
    return Bill(payee, category, usual, rhythm, days[0], shift, at_end, ids)


def _turns(days: list[date], rhythm: Rhythm) -> list[date]:
    """The days that follow the rhythm back from the newest; one turn may be missing, two end it."""
    turns, missed = [days[0]], 0
    while missed < 2:
        due = rhythm.step(turns[-1], -1 - missed)
        near = [day for day in days if abs((day - due).days) <= rhythm.slack and day < turns[-1]]
        if near:
            turns.append(min(near, key=lambda day: (abs((day - due).days), day)))
            missed = 0
        else:
            missed += 1
    return turns


def _between(days: list[date], turns: list[date], since: date) -> int:
    known = set(turns)
    return sum(day >= since and day not in known for day in days)


def _slots(recent: list[date], last: date, rhythm: Rhythm) -> list[tuple[date, int]]:
    """Each turn with how many steps it lies before the last."""
    found = []
    for day in recent:
        near = min(range(rhythm.turns + 1), key=lambda k: abs((rhythm.step(last, -k) - day).days))
        found.append((day, near))
    return found
