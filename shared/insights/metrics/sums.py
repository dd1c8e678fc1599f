"""The two flows of money over a period, each one tally: what several metrics are made of."""

from __future__ import annotations

from shared.insights.facts import Source, Tally, tally
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, payments
from shared.insights.plan import Filters, Period
from shared.store import Doc


def amount(doc: Doc) -> int:
    """The ``amount_cents`` of a payment or expense, without what was given back of a payment."""
    cents: int = doc.data["amount_cents"] - doc.data.get("returned_cents", 0)
    return cents


def revenue(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Money received and proven in ``period``: settled payments, by the day they were paid."""
    source = Source("payments", period, (("status", "settled"), *_chosen(filters)))
    return tally(payments(scope, period, filters, *RECEIVED), amount), source


def spending(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Expenses of ``period``, by business day."""
    return tally(expenses(scope, period, filters), amount), Source("expenses", period, _chosen(filters))


def _chosen(filters: Filters) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(filters.given().items()))


def required(period: Period | None) -> Period:
    """The period of a plan for money that flows, which the router always gives."""
    if period is None:
        raise ValueError("money that flows is counted over a period")
    return period
