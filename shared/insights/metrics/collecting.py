"""How fast invoices become money: DSO with its best possible value, and days from issue to payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.core.clock import day_of
from shared.insights.facts import Fact, Source, count_fact, derived_days, derived_percent, money_fact, tally
from shared.insights.metrics.ageing import late_more_than, tally_of
from shared.insights.metrics.outstanding_invoices import balance
from shared.insights.metrics.sources import Scope, each, invoices_issued, issue_day, open_invoices
from shared.insights.plan import Filters, Period
from shared.store import Doc, Query, Where

WINDOW_DAYS = 90
PAID_DAYS = 180


@dataclass(frozen=True, slots=True)
class Dso:
    """Facts of the days sales outstanding; ``known`` is False without invoiced sales in the window."""

    facts: tuple[Fact, ...]
    known: bool


def days_half_up(cents: int, sales: int, days: int = WINDOW_DAYS) -> int:
    """``cents / sales * days`` in whole days, half up."""
    return (2 * cents * days + sales) // (2 * sales)


def dso(scope: Scope) -> Dso:
    """Receivables over the invoiced sales of 90 days; the best possible counts only what is not due yet.

    Cash and till sales are no credit: they would flatter it.
    """
    period = Period(start=scope.today - timedelta(days=WINDOW_DAYS - 1), end=scope.today)
    issued = tally(invoices_issued(scope, period), total)
    as_of = Source("invoices", None, (("as_of", scope.today.isoformat()),))
    owed = list(open_invoices(scope, Filters()))
    summed, late = tally(owed, balance), tally_of(owed, late_more_than(scope, 0))
    outstanding = money_fact("outstanding", summed, as_of)
    overdue = money_fact("overdue", late, as_of)
    invoiced = money_fact("invoiced", issued, Source("invoices", period, (("issued", "yes"),)))
    if issued.cents <= 0:
        return Dso((outstanding, overdue, invoiced), known=False)
    whole = derived_days("dso", days_half_up(summed.cents, issued.cents), (outstanding, invoiced))
    current = days_half_up(summed.cents - late.cents, issued.cents)
    best = derived_days("dso_best", current, (outstanding, overdue, invoiced))
    delay = derived_days("dso_delay", int(whole.value) - int(best.value), (whole, best))
    return Dso((outstanding, overdue, invoiced, whole, best, delay), known=True)


def total(doc: Doc) -> int:
    """What an invoice was issued for, in cents."""
    cents: int = doc.data["total_cents"]
    return cents


def days_to_pay(scope: Scope) -> tuple[Fact, ...]:
    """Of invoices paid in the last 180 days: how many, mean and median days from issue, and quartiles.

    One fact, the count, where none was paid.
    """
    period = Period(start=scope.today - timedelta(days=PAID_DAYS - 1), end=scope.today)
    paid = list(_paid_in(scope, period))
    summed = tally(paid, total)
    count = count_fact("paid_invoices", len(paid), summed, Source("invoices", period, (("status", "paid"),)))
    if not paid:
        return (count,)
    took = sorted(_took(doc) for doc in paid)
    mean = (2 * sum(took) + len(took)) // (2 * len(took))
    return (
        count,
        derived_days("days_to_pay", mean, (count,)),
        derived_days("days_to_pay_median", quarter(took, 2), (count,)),
        derived_days("days_to_pay_quarter", quarter(took, 1), (count,)),
        derived_days("days_to_pay_three_quarters", quarter(took, 3), (count,)),
    )


def quarter(ordered: list[int], k: int) -> int:
    """The k-th quartile of sorted whole numbers, between neighbours by a straight line, half up."""
    at, part = divmod(k * (len(ordered) - 1), 4)
    after = ordered[min(at + 1, len(ordered) - 1)]
    fourfold = 4 * ordered[at] + part * (after - ordered[at])
    return (fourfold + 2) // 4


def _paid_in(scope: Scope, period: Period) -> list[Doc]:
    """Invoices whose last shilling came in the period; one may have been due up to two years before."""
    since = (period.start - timedelta(days=730)).isoformat()
    where = (Where("status", "==", "paid"), Where("due_date", ">=", since))
    found = each(scope, Query("invoices", where, "due_date"))
    return [doc for doc in found if doc.data.get("paid_on") and _day_in(doc.data["paid_on"], period)]


def _day_in(moment: str, period: Period) -> bool:
    return period.start.isoformat() <= day_of(moment) <= period.end.isoformat()


def _took(doc: Doc) -> int:
    paid, issued = date.fromisoformat(day_of(doc.data["paid_on"])), date.fromisoformat(issue_day(doc))
    return max((paid - issued).days, 0)


def collection_effectiveness(facts: Dso, collected: Fact) -> Fact | None:
    """CEI of the window: what was collected of what could be; None without anything to collect.

    ``(AR_0 + sales - AR_1) / (AR_0 + sales - current AR_1)``, where ``AR_0 + sales - AR_1`` is what was
    collected on invoices in the window.
    """
    from shared.core.money import parse_cents

    overdue = parse_cents(facts.facts[1].value)
    got = parse_cents(collected.value)
    if got + overdue <= 0:
        return None
    return derived_percent("cei", got, got + overdue, (collected, facts.facts[1]))
