"""How fast invoices turn into money: DSO, collection effectiveness, days to pay, the cash conversion
cycle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.insights.citing import cite_paid_invoices
from shared.insights.daybook import by_key
from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    days_fact,
    derived_days,
    derived_money,
    derived_percent,
    money_fact,
    tally_pairs,
    together,
)
from shared.insights.flows import read
from shared.insights.metrics.health_measures import WINDOW_DAYS, credit_sales
from shared.insights.metrics.kpi_result import Kpi, twelve_months
from shared.insights.metrics.positions import owed_on
from shared.insights.plan import Filters, Period, Plan
from shared.insights.records import Scope, midnight
from shared.store import Query, Where


def as_of(scope: Scope, plan: Plan) -> date:
    """The day that is asked for: the last one of the plan's period, else today."""
    return min(plan.period.end, scope.today) if plan.period else scope.today


def window_to(day: date) -> Period:
    """The 90 days that end on a day."""
    return Period(start=day - timedelta(days=WINDOW_DAYS - 1), end=day)


def receivable(scope: Scope, day: date) -> tuple[Fact, Fact, int, int]:
    """What was owed at the end of a day and what of it was not due yet, as facts and in cents."""
    owed = owed_on(scope, day, Filters())
    current = [(one.doc, sum(cents for due, cents in one.parts() if due >= day.isoformat())) for one in owed]
    source = Source("invoices", None, (("as_of", day.isoformat()),))
    whole = tally_pairs((one.doc, one.cents) for one in owed)
    not_due = tally_pairs((doc, cents) for doc, cents in current if cents)
    facts = money_fact("outstanding", whole, source), money_fact("not_due", not_due, source)
    return *facts, whole.cents, not_due.cents


def dso(scope: Scope, plan: Plan) -> Kpi:
    """AR / credit sales of 90 days x 90; the best possible counts only what is not due; the rest is delay.

    Only invoiced sales count: money at the till would flatter it.
    """
    day = as_of(scope, plan)
    outstanding, not_due, owed, current = receivable(scope, day)
    invoiced, sales, _ = credit_sales(scope, window_to(day))
    base = (outstanding, not_due, invoiced)
    if sales <= 0:
        return Kpi("dso", base, "dso_none")
    told = _ratio_days(owed, sales), _ratio_days(current, sales)
    days = derived_days("dso", told[0], (outstanding, invoiced))
    best = derived_days("best_dso", told[1], (not_due, invoiced))
    delay = derived_days("dso_delay", told[0] - told[1], (days, best))
    return Kpi("dso", (days, best, delay, *base), "dso", days)


def _ratio_days(cents: int, sales: int) -> Decimal:
    """Days to one decimal, half to even."""
    exact = Decimal(cents) * WINDOW_DAYS / sales
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def cei(scope: Scope, plan: Plan) -> Kpi:
    """(AR before + credit sales - AR now) / (AR before + credit sales - AR now that is not due) x 100."""
    day = as_of(scope, plan)
    period = window_to(day)
    outstanding, not_due, owed, current = receivable(scope, day)
    invoiced, sales, _ = credit_sales(scope, period)
    moved, cents = _receivables_moved(scope, period)
    before = derived_money("ar_before", owed - cents, (outstanding, moved))
    facts = (before, invoiced, outstanding, not_due, moved)
    due = owed - cents + sales - current
    if due <= 0:
        return Kpi("cei", facts, "cei_none")
    collected = owed - cents + sales - owed
    rate = derived_percent("cei", collected, due, (before, invoiced, outstanding, not_due))
    return Kpi("cei", (rate, *facts), "cei", rate)


def _receivables_moved(scope: Scope, period: Period) -> tuple[Fact, int]:
    """By how much receivables grew over a period, from the books' sealed rollups and the unsealed tail."""
    from shared.books import known_balance  # a large room, and few questions need it

    before = known_balance(scope.store, scope.business, (period.start - timedelta(days=1)).isoformat())
    after = known_balance(scope.store, scope.business, period.end.isoformat())
    cents, count = after.of("ar") - before.of("ar"), after.entries - before.entries
    version = hashlib.sha256(f"{before.entries} {before.of('ar')} {after.entries} {after.of('ar')}".encode())
    ids = _entries(scope, period) if count else ()
    told = Tally(cents, max(count, len(ids)), ids, version.hexdigest()[:16])
    return money_fact("ar_moved", told, Source("journal", period, (("account", "ar"),))), cents


def _entries(scope: Scope, period: Period) -> tuple[str, ...]:
    """The first entries written down in a period."""
    where = (Where("recorded_at", ">=", midnight(period.start)),)
    page = scope.store.query(scope.business, Query("journal", where, "recorded_at", 50))
    first, last = period.start.isoformat(), period.end.isoformat()
    return tuple(doc.id for doc in page.docs if first <= doc.data["business_day"] <= last)


def days_to_pay(scope: Scope, plan: Plan) -> Kpi:
    """Median days from issue to full payment with the middle half (IQR), of invoices issued in twelve
    months."""
    period = plan.period or twelve_months(scope.today)
    cells = read(scope, period, "days_to_pay")["days_to_pay"]
    whole = together(cells.values())
    source = Source("invoices", period, (("status", "paid"), ("issued", "yes")))
    told = whole.tally(cite_paid_invoices(scope, period) if whole.n else ())
    paid = money_fact("paid_invoices_value", told, source)
    if not whole.n:
        return Kpi("avg_days_to_pay", (paid,), "avg_days_to_pay_none")
    counts = sorted((int(days), one.n) for days, one in by_key(cells).items())
    quartiles = [quantile(counts, quarter) for quarter in (1, 2, 3)]
    low, middle, high = (
        days_fact(name, days, told, source)
        for name, days in zip(("days_to_pay_low", "days_to_pay", "days_to_pay_high"), quartiles, strict=True)
    )
    spread = derived_days("days_to_pay_iqr", quartiles[2] - quartiles[0], (low, high))
    return Kpi("avg_days_to_pay", (middle, low, high, spread, paid), "avg_days_to_pay", middle)


def quantile(counts: Iterable[tuple[int, int]], quarter: int) -> Decimal:
    """The quartile of counted values, between two of them in proportion (as numpy and spreadsheets do)."""
    values = [value for value, n in counts for _ in range(n)]
    at, part = divmod((len(values) - 1) * quarter, 4)
    above = values[min(at + 1, len(values) - 1)]
    exact = Decimal(values[at]) + Decimal((above - values[at]) * part) / 4
    return exact if exact % 1 else exact.quantize(Decimal(1))


def cash_cycle(scope: Scope, plan: Plan) -> Kpi:
    """DSO + DIO - DPO. Stock on hand and bills on credit are recorded nowhere, so only DSO can be told."""
    found = dso(scope, plan)
    return Kpi("cash_cycle", found.facts, "cash_cycle_none", assumptions=("no_stock_value", "no_bills"))
