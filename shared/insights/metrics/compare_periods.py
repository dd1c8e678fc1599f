"""One flow of money over two periods: whole, and over the same number of days."""

from __future__ import annotations

from shared.insights.calendar import same_days
from shared.insights.facts import Fact, Source, Tally, derived_money, derived_percent, money_fact
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required, revenue, spending
from shared.insights.plan import Assumption, Filters, Period, Plan


def compare_periods(scope: Scope, plan: Plan) -> Result:
    """Both amounts, their difference and change; against a longer period also the same days of it."""
    period, before = required(plan.period), required(plan.compare_to)
    current = _flow(scope, plan, period)
    previous = _flow(scope, plan, before)
    now, then = money_fact("current", *current), money_fact("previous", *previous)
    facts = [now, then, *_change("", now, then, current[0].cents, previous[0].cents)]
    extra: tuple[str, ...] = ()
    if period.end == scope.today and before.days > period.days:
        alike = _flow(scope, plan, same_days(period, before))
        same = money_fact("same_days", *alike)
        facts += [same, *_change("same_days_", now, same, current[0].cents, alike[0].cents)]
        extra = ("same_days_" + _word(current[0].cents, alike[0].cents),)
    assumed: tuple[Assumption, ...] = ("cash_basis",) if plan.metric == "revenue" else ()
    return Result(tuple(facts), _word(current[0].cents, previous[0].cents), extra, assumptions=assumed)


def _flow(scope: Scope, plan: Plan, period: Period) -> tuple[Tally, Source]:
    if plan.metric == "revenue":
        return revenue(scope, period, Filters(channel=plan.filters.channel))
    return spending(scope, period, Filters(category=plan.filters.category))


def _change(prefix: str, now: Fact, then: Fact, current: int, previous: int) -> list[Fact]:
    """Difference and change without a sign: the sentence says which way (no percentage from nothing)."""
    difference = derived_money(f"{prefix}difference", abs(current - previous), (now, then), now.period)
    if previous <= 0:
        return [difference]
    return [difference, derived_percent(f"{prefix}change", abs(current - previous), previous, (now, then))]


def _word(current: int, previous: int) -> str:
    if current == previous:
        return "same"
    if previous <= 0:
        return "new"
    return "up" if current > previous else "down"
