"""The measures behind the health score, each a list of facts: money first, then what is derived from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.insights.citing import cite_expenses, cite_invoices, cite_payments
from shared.insights.daybook import having
from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    derived_days,
    derived_money,
    derived_percent,
    money_fact,
    tally,
    together,
)
from shared.insights.flows import read
from shared.insights.metrics.health_parts import (
    Part,
    collection,
    concentration,
    growth,
    margin,
    overdue,
    reconciled,
)
from shared.insights.metrics.outstanding_invoices import balance, late_part
from shared.insights.metrics.payers import known, payers, tally_of
from shared.insights.metrics.sources import Scope, open_invoices
from shared.insights.metrics.sums import revenue
from shared.insights.plan import Filters, Period

WINDOW_DAYS = 90
NOT_COSTS = "owner_transfers"
STOCK = "stock_cogs"


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts, and the part of the score they give (None when there is nothing to measure)."""

    facts: tuple[Fact, ...]
    part: Part | None = None


def window(scope: Scope, back: int = 0) -> Period:
    """The 90 days ending today, or ``back`` times 90 days earlier."""
    end = scope.today - timedelta(days=back * WINDOW_DAYS)
    return Period(start=end - timedelta(days=WINDOW_DAYS - 1), end=end)


def income_of(scope: Scope, period: Period) -> tuple[Fact, Tally]:
    """Money received and proven in a period."""
    earned, source = revenue(scope, period, Filters())
    return money_fact("income", earned, source), earned


def costs_of(scope: Scope, period: Period) -> tuple[Fact, int]:
    """Everything spent that is a cost: transfers to the owner are none."""
    cells = having(read(scope, period, "costs")["costs"], lambda key: key != NOT_COSTS)
    whole = together(cells.values())
    ids = cite_expenses(scope, period, keep=lambda doc: doc.data["category"] != NOT_COSTS) if whole.n else ()
    source = Source("expenses", period, (("category", f"not {NOT_COSTS}"),))
    return money_fact("costs", whole.tally(ids), source), whole.cents


def profit(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    """Income, costs and what is left of the last 90 days."""
    period = window(scope)
    cost, spent = costs_of(scope, period)
    left = earned_cents - spent
    net = derived_money("net", left, (income, cost), period)
    if earned_cents <= 0:
        return Measured((income, cost, net))
    rate = derived_percent("margin", left, earned_cents, (net, income))
    return Measured((income, cost, net, rate), margin(rate))


def rising(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    """Income against the 90 days before."""
    before, source = revenue(scope, window(scope, 1), Filters())
    earlier = money_fact("income_before", before, source)
    if before.cents <= 0:
        return Measured((earlier,))
    change = derived_percent("growth", earned_cents - before.cents, before.cents, (income, earlier))
    return Measured((earlier, change), growth(change))


def debts(scope: Scope) -> Measured:
    """What customers owe, and the share of it that is over 30 days late."""
    source = Source("invoices", None, (("as_of", scope.today.isoformat()),))
    owed = list(open_invoices(scope, Filters()))
    limit = (scope.today - timedelta(days=30)).isoformat()
    late = tally((doc for doc in owed if doc.data["due_date"] < limit), late_part(limit))
    total = tally(owed, balance)
    outstanding, very_late = money_fact("outstanding", total, source), money_fact("late_30", late, source)
    if not total.cents:
        return Measured((outstanding, very_late))
    share = derived_percent("late_share", late.cents, total.cents, (very_late, outstanding))
    return Measured((outstanding, very_late, share), overdue(share))


def collecting(scope: Scope, outstanding: Fact, owed_cents: int) -> Measured:
    """Days sales outstanding over invoiced sales only; cash sales would flatter it."""
    invoiced, sales, terms = credit_sales(scope, window(scope))
    if sales <= 0:
        return Measured((invoiced,))
    dso = derived_days("dso", days_of(owed_cents, sales, WINDOW_DAYS), (outstanding, invoiced))
    return Measured((invoiced, dso), collection(dso, terms // sales))


def credit_sales(scope: Scope, period: Period) -> tuple[Fact, int, int]:
    """What was invoiced in a period (withdrawn invoices are not), in cents, and cents times agreed days."""
    cells = read(scope, period, "issued", "terms")
    whole, terms = together(cells["issued"].values()), together(cells["terms"].values())
    source = Source("invoices", period, (("issued", "yes"),))
    told = whole.tally(cite_invoices(scope, period) if whole.n else ())
    return money_fact("invoiced", told, source), whole.cents, terms.cents


def days_of(cents: int, sales: int, window_days: int) -> int:
    """``cents / sales * days``, half up, in integers."""
    return (2 * cents * window_days + sales) // (2 * sales)


def matched(scope: Scope, income: Fact, earned_cents: int) -> tuple[Measured, Measured]:
    """The largest customer's share of income, and the share of income that is matched to invoices."""
    if earned_cents <= 0:
        return Measured(()), Measured(())
    return _largest(scope, income, earned_cents), _allocated(scope, income, earned_cents)


def _largest(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    """Money from unknown payers counts as income but as nobody's."""
    order = known(payers(scope, window(scope)))
    if not order:
        return Measured(())
    source = Source("payments", income.period, (("customer_id", order[0].id), ("status", "settled")))
    top = money_fact("top_customer", tally_of(scope, window(scope), order[0]), source)
    share = derived_percent("top_customer_share", order[0].cents, earned_cents, (top, income))
    return Measured((top, share), concentration(share))


def _allocated(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    period = window(scope)
    whole = together(read(scope, period, "allocated")["allocated"].values())
    ids = (
        cite_payments(scope, period, keep=lambda doc: bool(doc.data.get("allocated_cents")))
        if whole.n
        else ()
    )
    source = Source("payments", period, (("allocated", "yes"), ("status", "settled")))
    found = money_fact("reconciled", whole.tally(ids), source)
    share = derived_percent("reconciled_share", whole.cents, earned_cents, (found, income))
    return Measured((found, share), reconciled(share))
