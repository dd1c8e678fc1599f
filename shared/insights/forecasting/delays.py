"""When an open invoice is paid: how many days after its due day others were, given that it was not until now.

For each stretch of days late, the share of those still unpaid at its beginning that were paid within it
(discrete hazards): an invoice that is still open tells something too, and an invoice that is late already is
judged by those that were as late. A customer's own shares are shrunk to the business's by ``PRIOR`` invoices,
so who never paid gets the business's. Where nobody was ever paid that late, nothing is expected.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.insights.forecasting.ledger import Invoice

PRIOR = 2.0
STARTS = (-366, -30, -14, -7, -3, -1, 0, 1, 2, 3, 4, 6, 8, 11, 15, 22, 31, 46, 61, 91, 121, 181)
"""First days of the stretches, in days after the due day."""
END = 366
"""From so many days late on nothing is expected."""
WIDTHS = tuple(after - start for start, after in zip(STARTS, (*STARTS[1:], END), strict=True))


@dataclass(slots=True)
class Habit:
    """Invoices paid in each stretch, and how many could have been."""

    paid: list[float] = field(default_factory=lambda: [0.0] * len(STARTS))
    open: list[float] = field(default_factory=lambda: [0.0] * len(STARTS))

    def see(self, entry: int, leave: int, paid: bool) -> None:
        """Count an invoice from the day it was issued to the day it was paid, or to today."""
        for at, start in enumerate(STARTS):
            after = start + WIDTHS[at]
            if leave < start or entry >= after:
                continue
            if paid and leave < after:
                self.paid[at] += 1
                self.open[at] += 1
            else:
                self.open[at] += (min(leave + 1, after) - max(entry, start)) / WIDTHS[at]


@dataclass(frozen=True, slots=True)
class Delays:
    """How a business's customers pay: all of them together, and each by id."""

    whole: Habit
    own: dict[str, Habit]
    paid: int

    def chances(self, customer: str, late: int, ahead: int) -> list[float]:
        """The chance of each of the ``ahead`` days after today, for one that is ``late`` days late today.

        ``late`` is negative before the due day. They sum to one at most.
        """
        left, found = 1.0, []
        shares = self._shares(customer)
        for k in range(1, ahead + 1):
            chance = left * _hazard(shares, late + k)
            found.append(chance)
            left -= chance
        return found

    def _shares(self, customer: str) -> list[float]:
        own = self.own.get(customer)
        return [self._share(own, at) for at in range(len(STARTS))]

    def _share(self, own: Habit | None, at: int) -> float:
        usual = self.whole.paid[at] / self.whole.open[at] if self.whole.open[at] else 0.0
        if own is None:
            return min(1.0, usual)
        return min(1.0, (own.paid[at] + PRIOR * usual) / (own.open[at] + PRIOR))


def _hazard(shares: Sequence[float], late: int) -> float:
    """The chance of one day for whom it was not paid before: a stretch's share is spread evenly over it."""
    if not STARTS[0] <= late < END:
        return 0.0
    at = bisect_right(STARTS, late) - 1
    share, width, passed = shares[at], WIDTHS[at], late - STARTS[at]
    left = 1.0 - share * passed / width
    return min(1.0, share / width / left) if left > 0 else 1.0


def learn(invoices: Iterable[Invoice], today: date) -> Delays:
    """The habits that invoices show, paid ones and those that wait still."""
    whole, own, paid = Habit(), dict[str, Habit](), 0
    for one in invoices:
        if one.issued > today:
            continue
        entry, leave = (one.issued - one.due).days, ((one.paid or today) - one.due).days
        habit = own.setdefault(one.customer, Habit())
        paid += one.paid is not None
        for counted in (whole, habit):
            counted.see(min(entry, leave), min(leave, END), one.paid is not None and leave < END)
    return Delays(whole, own, paid)
