"""What is left of income, how fast cash is used up, and how income changes."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

from shared.core.money import parse_cents
from shared.insights.calendar import first_day, relative, same_days, shift, this, whole
from shared.insights.facts import (
    Fact,
    derived_money,
    derived_percent,
    derived_ratio,
    money_fact,
)
from shared.insights.metrics.balances import cash
from shared.insights.metrics.changes import change, word
from shared.insights.metrics.health_measures import STOCK, costs_of, income_of, window
from shared.insights.metrics.kpi_result import Kpi
from shared.insights.metrics.sources import first_payment_day
from shared.insights.metrics.sums import revenue, spending
from shared.insights.plan import Filters, Period, Plan
from shared.insights.records import Scope

BURN_MONTHS = 3


def gross_margin(scope: Scope, plan: Plan) -> Kpi:
    """(income - stock) / income, of the last 90 days or the plan's; not available where no stock was
    bought."""
    period = plan.period or window(scope)
    income, earned = income_of(scope, period)
    summed, source = spending(scope, period, Filters(category=STOCK))
    stock = money_fact("stock_costs", summed, source)
    left = derived_money("gross_profit", earned.cents - summed.cents, (income, stock), period)
    if not summed.count or earned.cents <= 0:
        return Kpi("gross_margin", (income, stock), "gross_margin_none")
    rate = derived_percent("gross_margin", earned.cents - summed.cents, earned.cents, (left, income))
    return Kpi("gross_margin", (rate, income, stock, left), "gross_margin", rate, assumptions=("cash_basis",))


def net_margin(scope: Scope, plan: Plan) -> Kpi:
    """(income - all costs) / income; transfers to the owner are no cost."""
    period = plan.period or window(scope)
    income, earned = income_of(scope, period)
    costs, spent = costs_of(scope, period)
    net = derived_money("net", earned.cents - spent, (income, costs), period)
    if earned.cents <= 0:
        return Kpi("net_margin", (income, costs, net), "net_margin_none")
    rate = derived_percent("net_margin", earned.cents - spent, earned.cents, (net, income))
    return Kpi("net_margin", (rate, income, costs, net), "net_margin", rate, assumptions=("cash_basis",))


def burn(scope: Scope, plan: Plan) -> Kpi:
    """Net burn: the median of (out - in) over the last three whole months; zero or less is no burning."""
    facts, cents = net_burn(scope)
    if cents is None:
        return Kpi("burn", tuple(facts), "burn_none")
    return Kpi(
        "burn", tuple(facts), "burn" if cents > 0 else "burn_not", facts[0], assumptions=("cash_basis",)
    )


def net_burn(scope: Scope) -> tuple[list[Fact], int | None]:
    """The burn with its months; None where the records do not go back three whole months."""
    months = [relative("month", scope.today, -back) for back in range(BURN_MONTHS, 0, -1)]
    first = first_payment_day(scope)
    told, nets = [], []
    for period in months:
        fact, cents = _used(scope, period)
        told += fact
        nets.append(cents)
    if first is None or first > months[0].end:
        return told, None
    middle = int(median(nets))
    return [
        derived_money("burn", middle, [fact for fact in told if fact.id.startswith("used:")]),
        *told,
    ], middle


def _used(scope: Scope, period: Period) -> tuple[list[Fact], int]:
    """Out less in of one month."""
    name = period.start.isoformat()
    came, paid = revenue(scope, period, Filters())
    went, spent = spending(scope, period, Filters())
    money_in, money_out = (
        money_fact(f"in:{name}", came, paid, name),
        money_fact(f"out:{name}", went, spent, name),
    )
    used = went.cents - came.cents
    return [
        money_in,
        money_out,
        derived_money(f"used:{name}", used, (money_out, money_in), period, name),
    ], used


def runway(scope: Scope, plan: Plan) -> Kpi:
    """Recorded cash / net burn, in months; not available without a recorded balance or three whole months."""
    accounts, held = cash(scope)
    facts, cents = net_burn(scope)
    if held is None:
        return Kpi("runway", tuple(facts), "runway_no_cash")
    everything = (held, *facts, *accounts)
    if cents is None:
        return Kpi("runway", everything, "runway_none")
    if cents <= 0:
        return Kpi("runway", everything, "runway_not", facts[0])
    months = runway_months(held, cents)
    told = derived_ratio("runway", months, (held, facts[0]))
    return Kpi("runway", (told, *everything), "runway", told)


def runway_months(held: Fact, burned: int) -> Decimal:
    """Months to one decimal, half to even; none below zero."""
    exact = Decimal(max(parse_cents(held.value), 0)) / burned
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)


def growth(scope: Scope, plan: Plan) -> Kpi:
    """Income of this month so far against the same days of last month and the whole of it; and of a year
    ago."""
    now = this("month", scope.today)
    before = relative("month", scope.today, -1)
    current, cents = _income(scope, "current", now)
    previous, was = _income(scope, "previous", before)
    alike, same = _income(scope, "same_days", same_days(now, before))
    facts = [current, previous, *change("mom_", current, previous, cents, was)]
    facts += [alike, *change("mom_same_days_", current, alike, cents, same)]
    if not cents and not was:
        return Kpi("growth", tuple(facts), "growth_none")
    extra = [f"growth_same_days_{word(cents, same)}"]
    yearly, said = _year_ago(scope, current, cents, now)
    card = next((fact for fact in facts if fact.id == "mom_same_days_change"), None)
    return Kpi(
        "growth", (*facts, *yearly), f"growth_{word(cents, was)}", card, (*extra, said), ("cash_basis",)
    )


def _income(scope: Scope, name: str, period: Period) -> tuple[Fact, int]:
    told, source = revenue(scope, period, Filters())
    return money_fact(name, told, source), told.cents


def _year_ago(scope: Scope, current: Fact, cents: int, now: Period) -> tuple[list[Fact], str]:
    """The same days a year ago, where the records reach back thirteen months."""
    start = shift("month", first_day("month", scope.today), -12)
    first = first_payment_day(scope)
    if first is None or first > start:
        return [], "growth_no_year"
    then = same_days(now, whole("month", date(start.year, start.month, 1)))
    earlier, was = _income(scope, "year_ago", then)
    return [earlier, *change("yoy_", current, earlier, cents, was)], f"growth_year_{word(cents, was)}"
