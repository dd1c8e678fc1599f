"""The figures a business is steered by: one that was asked for, or all of them (reference: insights 8)."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.core.money import parse_cents
from shared.insights.calendar import first_day, previous_whole, same_days, shift, whole
from shared.insights.facts import (
    Fact,
    Source,
    Sum,
    derived_percent,
    derived_ratio,
    money_fact,
)
from shared.insights.metrics.collecting import collection_effectiveness, days_to_pay, dso
from shared.insights.metrics.health_measures import NOT_COSTS, window
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.runway import runway
from shared.insights.metrics.sources import Scope, first_payment_day
from shared.insights.metrics.sums import (
    Line,
    by_customer,
    costs,
    paid_by,
    payment_lines,
    revenue,
    tally_lines,
)
from shared.insights.plan import Filters, Period, Plan

YEAR_MONTHS = 13
Facts = tuple[Fact, ...]


def kpi(scope: Scope, plan: Plan) -> Result:
    """Days sales outstanding, days to pay or runway where one is asked for; else the whole board."""
    if plan.metric == "dso":
        found = dso(scope)
        return Result(found.facts, "dso" if found.known else "dso_unknown")
    if plan.metric == "avg_days_to_pay":
        took = days_to_pay(scope)
        return Result(took, "days_to_pay" if len(took) > 1 else "days_to_pay_unknown")
    if plan.metric == "runway":
        facts, word = runway(scope)
        return Result(facts, word)
    return board(scope)


def board(scope: Scope) -> Result:
    """Every figure that can be told, each a row; what cannot is left out, never guessed."""
    collected = _collected(scope)
    owed = dso(scope)
    cei = collection_effectiveness(owed, collected)
    parts = [
        *margins(scope),
        *owed.facts,
        collected,
        *((cei,) if cei else ()),
        *days_to_pay(scope),
        *runway(scope)[0],
        *growth(scope),
        *concentration(scope),
    ]
    facts = tuple({fact.id: fact for fact in parts}.values())
    shown = (
        "gross_margin", "net_margin_90", "dso", "dso_best", "cei", "days_to_pay_median", "net_burn", "runway",
        "month_on_month", "year_on_year", "largest_share", "hhi",
    )  # fmt: skip
    known = {fact.id for fact in facts}
    rows = tuple(Row(name, (name,)) for name in shown if name in known)
    if not rows:
        return Result(facts, "none")
    return Result(facts, "board", table=Table(("kpi", "value"), rows, len(rows), "label"))


def _collected(scope: Scope) -> Fact:
    """Money of the window that was allocated to invoices."""
    lines = payment_lines(scope, "allocated", window(scope))
    source = Source("payments", window(scope), (("allocated", "yes"),))
    return money_fact("collected", tally_lines(scope, "allocated", lines), source)


def margins(scope: Scope) -> Facts:
    """Of 90 days: what is left of income after goods, and after all costs but transfers to the owner."""
    period = window(scope)
    spent = [line for line in costs(scope, period) if line.key != NOT_COSTS]
    earned, source = revenue(scope, period, Filters())
    income = money_fact("income", earned, source)
    goods = _costs(scope, "cost_of_goods", [line for line in spent if line.key == "stock_cogs"])
    every = _costs(scope, "costs", spent)
    if earned.cents <= 0:
        return income, goods, every
    return (
        income,
        goods,
        every,
        derived_percent(
            "gross_margin", earned.cents - parse_cents(goods.value), earned.cents, (income, goods)
        ),
        derived_percent(
            "net_margin_90", earned.cents - parse_cents(every.value), earned.cents, (income, every)
        ),
    )


def _costs(scope: Scope, name: str, lines: list[Line]) -> Fact:
    source = Source("expenses", window(scope), (("for", name),))
    return money_fact(name, tally_lines(scope, "costs", lines), source)


def growth(scope: Scope) -> Facts:
    """Income of this month so far against the same days of the last; of the year before with 13 months."""
    this = Period(start=first_day("month", scope.today), end=scope.today)
    facts = list(_against(scope, this, same_days(this, previous_whole(this)), "month"))
    first = first_payment_day(scope)
    if first is not None and first <= shift("month", this.start, -YEAR_MONTHS):
        start = shift("month", this.start, -12)
        facts += _against(scope, this, same_days(this, whole("month", start)), "year")
    return tuple(facts)


def _against(scope: Scope, this: Period, before: Period, unit: str) -> Facts:
    now, source = revenue(scope, this, Filters())
    then, earlier = revenue(scope, before, Filters())
    current = money_fact("income_this_month", now, source)
    previous = money_fact(f"income_{unit}_before", then, earlier)
    if then.cents <= 0:
        return current, previous
    change = derived_percent(f"{unit}_on_{unit}", now.cents - then.cents, then.cents, (current, previous))
    return current, previous, change


def concentration(scope: Scope) -> Facts:
    """How much of twelve months' income hangs on few customers: the largest share, and the sum of squares.

    HHI in points of 10,000 over known customers' shares of all income; unknown payers count as nobody's.
    """
    period = Period(start=scope.today - timedelta(days=364), end=scope.today)
    groups = by_customer(scope, period)
    groups.pop("", None)
    earned, source = revenue(scope, period, Filters())
    if earned.cents <= 0 or not groups:
        return ()
    income = money_fact("income_year", earned, source)
    sums = sorted(((visits.sum.cents, who) for who, visits in groups.items()), reverse=True)
    largest = _largest(scope, sums[0][1], groups[sums[0][1]].sum, period)
    points = sum(Decimal(cents * 100) ** 2 for cents, _ in sums) / Decimal(earned.cents) ** 2
    return (
        income,
        largest,
        derived_percent("largest_share", sums[0][0], earned.cents, (largest, income)),
        derived_ratio("hhi", points.quantize(Decimal(1), rounding=ROUND_HALF_EVEN), (income,)),
    )


def _largest(scope: Scope, who: str, summed: Sum, period: Period) -> Fact:
    told = paid_by(scope, Filters(customer=who), summed, period)
    return money_fact("largest_customer", told, Source("payments", period, (("customer_id", who),)))
