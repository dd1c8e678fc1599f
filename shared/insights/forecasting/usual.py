"""What is usual beside what is known: the outlook of both flows from which all known was taken, and what
invoices not yet issued bring.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.insights.forecasting.ledger import Came, daily, whole_cents
from shared.insights.forecasting.level import nearer
from shared.insights.forecasting.outlook import Outlook

NEW_DAYS = 182
"""Days that tell what invoices not yet issued bring."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow without what is known: whole cents of each day from tomorrow, and its outlook."""

    days: tuple[int, ...]
    outlook: Outlook

    def since(self, day: int) -> int:
        """Cents of the days from the ``day``-th on, counted from 0."""
        return sum(self.days[day:])

    def around(self, day: int) -> tuple[float, float]:
        """How much less and how much more the same may be, four times in five."""
        total = self.outlook.total
        share = self.since(day) / total if total else 0.0
        return max(0.0, total - self.outlook.low) * share, max(0.0, self.outlook.high - total) * share


@dataclass(frozen=True, slots=True)
class New:
    """Cents a day from invoices not yet issued, and the standard deviation of their sum."""

    days: tuple[int, ...]
    spread: float

    def since(self, day: int) -> int:
        """Cents of the days from the ``day``-th on, counted from 0."""
        return sum(self.days[day:])


def flow(cents: Sequence[tuple[date, int]], first: date, today: date, span: int) -> Flow | None:
    """What is usual from tomorrow on, None under two weeks; today is not over and lies between."""
    history = daily(cents, first, today - timedelta(days=1))
    said = nearer(first, history, span, 1)
    return Flow(whole_cents(said.days), said) if said is not None else None


def new(came: Sequence[Came], first: date, today: date, span: int) -> New:
    """Of the k-th day ahead: what came a day, of late, within less than k days of the invoice's issue.

    What was issued before is known by itself; so no invoice is in both. The spread takes days as independent.
    """
    last = today - timedelta(days=1)
    since = max(first, last - timedelta(days=NEW_DAYS - 1))
    days = (last - since).days + 1
    recent = [(one.day, max(0, lag), cents) for one in came for lag, cents in one.invoiced]
    recent = [one for one in recent if since <= one[0] <= last]
    if not recent:
        return New((0,) * span, 0.0)
    by_lag = [0.0] * span
    for _, lag, cents in recent:
        if lag < span:
            by_lag[lag] += cents
    sums = [sum(by_lag[: k + 1]) / days for k in range(span)]
    soon = daily([(day, cents) for day, lag, cents in recent if 2 * lag < span], since, last)
    mean = sum(soon) / days
    variance = sum((value - mean) ** 2 for value in soon) / days
    return New(whole_cents(sums), math.sqrt(variance * span))
