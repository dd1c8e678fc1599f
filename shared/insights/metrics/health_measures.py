"""The measures behind the health score, each a list of facts: money first, then what is derived from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    derived_days,
    derived_money,
    derived_percent,
    money_fact,
    tally,
)
from shared.insights.metrics.health_parts import (
    Part,
    collection,
    concentration,
    growth,
    margin,
    overdue,
    reconciled,
    runway,
)
from shared.insights.metrics.outstanding_invoices import balance, late_part
from shared.insights.metrics.runway import runway as runway_of
from shared.insights.metrics.sources import Scope, invoices_issued, issue_day, open_invoices
from shared.insights.metrics.sums import by_customer, costs, paid_by, payment_lines, revenue, tally_lines
from shared.insights.plan import Filters, Period
from shared.store import Doc

WINDOW_DAYS = 90
NOT_COSTS = "owner_transfers"


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts, and the part of the score they give (None when there is nothing to measure)."""

    facts: tuple[Fact, ...]
    part: Part | None = None


def window(scope: Scope, back: int = 0) -> Period:
    """The 90 days ending today, or ``back`` times 90 days earlier."""
    end = scope.today - timedelta(days=back * WINDOW_DAYS)
    return Period(start=end - timedelta(days=WINDOW_DAYS - 1), end=end)


def profit(scope: Scope) -> Measured:
    """Income, costs and what is left; transfers to the owner are no cost."""
    period = window(scope)
    earned, source = revenue(scope, period, Filters())
    spent = tally_lines(scope, "costs", [line for line in costs(scope, period) if line.key != NOT_COSTS])
    income = money_fact("income", earned, source)
    cost = money_fact("costs", spent, Source("expenses", period, (("category", f"not {NOT_COSTS}"),)))
    left = earned.cents - spent.cents
    net = derived_money("net", left, (income, cost), period)
    if earned.cents <= 0:
        return Measured((income, cost, net))
    rate = derived_percent("margin", left, earned.cents, (net, income))
    return Measured((income, cost, net, rate), margin(rate))


def lasting(scope: Scope) -> Measured:
    """How long stated cash lasts; no part where no balance was stated or months are missing."""
    facts, word = runway_of(scope)
    if word == "runway":
        return Measured(facts, runway(facts[-1], burning=True))
    if word == "runway_none":
        return Measured(facts, runway(facts[-1], burning=False))
    return Measured(())


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
    issued = list(invoices_issued(scope, window(scope)))
    sales = tally(issued, _invoiced)
    invoiced = money_fact("invoiced", sales, Source("invoices", window(scope), (("issued", "yes"),)))
    if sales.cents <= 0:
        return Measured((invoiced,))
    days = (2 * owed_cents * WINDOW_DAYS + sales.cents) // (2 * sales.cents)  # half up, in integers
    dso = derived_days("dso", days, (outstanding, invoiced))
    return Measured((invoiced, dso), collection(dso, _terms(issued, sales)))


def _terms(issued: list[Doc], sales: Tally) -> int:
    """The agreed days to pay, weighted by amount."""
    weighted = sum(_invoiced(doc) * _days_to_pay(doc) for doc in issued)
    return weighted // sales.cents


def _days_to_pay(doc: Doc) -> int:
    due, issued = date.fromisoformat(doc.data["due_date"]), date.fromisoformat(issue_day(doc))
    return max((due - issued).days, 0)


def _invoiced(doc: Doc) -> int:
    cents: int = doc.data["total_cents"]
    return cents


def matched(scope: Scope, income: Fact, earned_cents: int) -> tuple[Measured, Measured]:
    """The largest customer's share of income, and the share of income that is matched to invoices."""
    if earned_cents <= 0:
        return Measured(()), Measured(())
    return _largest(scope, income, earned_cents), _allocated(scope, income, earned_cents)


def _largest(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    """Money from unknown payers counts as income but as nobody's."""
    period = window(scope)
    groups = by_customer(scope, period)
    groups.pop("", None)
    if not groups:
        return Measured(())
    customer, visits = max(sorted(groups.items()), key=lambda item: item[1].sum.cents)
    source = Source("payments", period, (("customer_id", customer), ("status", "settled")))
    told = paid_by(scope, Filters(customer=customer), visits.sum, period)
    top = money_fact("top_customer", told, source)
    share = derived_percent("top_customer_share", visits.sum.cents, earned_cents, (top, income))
    return Measured((top, share), concentration(share))


def _allocated(scope: Scope, income: Fact, earned_cents: int) -> Measured:
    source = Source("payments", income.period, (("allocated", "yes"), ("status", "settled")))
    lines = payment_lines(scope, "allocated", window(scope))
    summed = tally_lines(scope, "allocated", lines)
    found = money_fact("reconciled", summed, source)
    share = derived_percent("reconciled_share", summed.cents, earned_cents, (found, income))
    return Measured((found, share), reconciled(share))
