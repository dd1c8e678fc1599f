"""The two flows of money over a period, each one tally: what several metrics are made of."""

from __future__ import annotations

from shared.insights.citing import cite_expenses, cite_payments, cite_unproven
from shared.insights.daybook import UNPROVEN, Cells, amount, channel_of, having
from shared.insights.facts import Source, Tally, tally, together
from shared.insights.flows import read
from shared.insights.metrics.sources import RECEIVED, Scope, payments
from shared.insights.plan import Filters, Period

__all__ = ["amount", "of_category", "of_channel", "required", "revenue", "spending", "unproven"]


def revenue(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Money received and proven in ``period``: settled payments, by the day they were paid."""
    source = Source("payments", period, (("status", "settled"), *_chosen(filters)))
    if filters.customer is not None:
        return tally(payments(scope, period, filters, *RECEIVED), amount), source
    cells = of_channel(read(scope, period, "received")["received"], filters.channel)
    return together(cells.values()).tally(cite_payments(scope, period, channel=filters.channel)), source


def unproven(scope: Scope, period: Period, filters: Filters) -> Tally:
    """Money that is claimed to have come in ``period`` and not proven."""
    if filters.customer is not None:
        return tally(payments(scope, period, filters, *UNPROVEN), amount)
    cells = of_channel(read(scope, period, "unproven")["unproven"], filters.channel)
    whole = together(cells.values())
    return whole.tally(cite_unproven(scope, period, filters.channel) if whole.n else ())


def spending(scope: Scope, period: Period, filters: Filters) -> tuple[Tally, Source]:
    """Expenses of ``period``, by business day."""
    source, category = Source("expenses", period, _chosen(filters)), filters.category
    cells = of_category(read(scope, period, "costs")["costs"], category)
    whole = together(cells.values())
    return whole.tally(cite_expenses(scope, period, category=category) if whole.n else ()), source


def of_channel(cells: Cells, channel: str | None) -> Cells:
    """The cells of one channel's providers, or all."""
    return cells if channel is None else having(cells, lambda key: channel_of(key.split("|")[0]) == channel)


def of_category(cells: Cells, category: str | None) -> Cells:
    """The cells of one category, or all."""
    return cells if category is None else having(cells, lambda key: key == category)


def _chosen(filters: Filters) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(filters.given().items()))


def required(period: Period | None) -> Period:
    """The period of a plan for money that flows, which the router always gives."""
    if period is None:
        raise ValueError("money that flows is counted over a period")
    return period
