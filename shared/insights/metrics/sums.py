"""The flows of money over a period, from sums by day: what most metrics are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from shared.core.clock import day_of
from shared.core.money import KES
from shared.insights.daysums.counting import RECEIVED, amount, of_channel
from shared.insights.daysums.reading import Line, Visits, day_sums
from shared.insights.facts import MOST_RECORDS, Source, Sum, Tally, mark_of
from shared.insights.metrics.sources import LEFT_OUT, Scope, payments
from shared.insights.plan import Filters, Period

__all__ = [
    "A_FEW",
    "Line",
    "Visits",
    "amount",
    "by_customer",
    "cents_of",
    "costs",
    "grouped",
    "paid_by",
    "paid_by_some",
    "payment_lines",
    "received",
    "required",
    "revenue",
    "spending",
    "tally_lines",
]

A_FEW = 10
"""Records that a row among many names."""


def revenue(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Money received and proven in ``period``: settled payments, by the day they were paid."""
    source = Source("payments", period, (("status", "settled"), *_chosen(filters)))
    return tally_lines(scope, "received", received(scope, period, filters)), source


def spending(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Expenses of ``period``, by business day."""
    lines = costs(scope, period, filters.category)
    return tally_lines(scope, "costs", lines), Source("expenses", period, _chosen(filters))


def received(scope: Scope, period: Period, filters: Filters) -> list[Line]:
    """Money received by day and provider, of one channel or all; of one customer a line for each payment."""
    if filters.customer is None:
        return payment_lines(scope, "received", period, filters.channel)
    return [
        Line(day_of(doc.data["paid_at"]), doc.data["provider"], 1, amount(doc), mark_of(doc), doc.id)
        for doc in payments(scope, period, filters, *RECEIVED)
    ]


def payment_lines(scope: Scope, name: str, period: Period, channel: str | None = None) -> list[Line]:
    """What counts of payments under a name (daysums/counting.py), of one channel or all."""
    found = _lines(scope, name, period)
    return [line for line in found if of_channel(line.key, channel)]


def costs(scope: Scope, period: Period, category: str | None = None, name: str = "costs") -> list[Line]:
    """Expenses by day and category, of one category or all; ``name`` is what of them counts."""
    return [line for line in _lines(scope, name, period) if category in (None, line.key)]


def _lines(scope: Scope, name: str, period: Period) -> list[Line]:
    if day_sums(scope).currencies(name, period):
        scope.memo[LEFT_OUT] = True
    return day_sums(scope).lines(name, period)


def tally_lines(
    scope: Scope, name: str, lines: Iterable[Line], most: int = MOST_RECORDS, currency: str = KES
) -> Tally:
    """All of some lines, with at most ``most`` of the records behind them."""
    found, whole = list(lines), Sum()
    for line in found:
        whole.plus(Sum(line.n, line.cents, line.mark))
    return whole.tally(day_sums(scope).ids(name, found, most, currency))


def grouped(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, list[Line]]:
    """Lines by what ``key`` says of each."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return groups


def cents_of(lines: Sequence[Line]) -> int:
    """The cents of some lines."""
    return sum(line.cents for line in lines)


def by_customer(scope: Scope, period: Period, channel: str | None = None) -> dict[str, Visits]:
    """Money received and its days by customer, "" for payers that nobody knows."""
    found: dict[str, Visits] = {}
    for key, visits in day_sums(scope).visits("payers", period).items():
        provider, _, customer = key.partition("|")
        if of_channel(provider, channel):
            found.setdefault(customer, Visits()).plus(visits)
    return found


def paid_by(scope: Scope, who: Filters, summed: Sum, period: Period, most: int = A_FEW) -> Tally:
    """What one customer paid, with the first of their payments in the period."""
    docs = islice(payments(scope, period, who, *RECEIVED, page=most), most)
    return summed.tally(doc.id for doc in docs)


def paid_by_some(scope: Scope, customers: Iterable[str], summed: Sum, period: Period) -> Tally:
    """What several customers paid, with the first payments of the first of them."""
    ids: list[str] = []
    for who in islice(customers, MOST_RECORDS // A_FEW):
        ids += paid_by(scope, Filters(customer=who), Sum(), period).record_ids
    return summed.tally(ids)


def _chosen(filters: Filters) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(filters.given().items()))


def required(period: Period | None) -> Period:
    """The period of a plan for money that flows, which the router always gives."""
    if period is None:
        raise ValueError("money that flows is counted over a period")
    return period
