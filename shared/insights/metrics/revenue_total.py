"""Money received in a period, by channel or customer."""

from __future__ import annotations

from shared.insights.facts import Source, count_fact, money_fact
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required, revenue, unproven
from shared.insights.plan import Plan


def revenue_total(scope: Scope, plan: Plan) -> Result:
    """Settled payments of the period; what is claimed but not proven is told apart, never added."""
    period = required(plan.period)
    summed, source = revenue(scope, period, plan.filters)
    facts = [money_fact("revenue", summed, source), count_fact("payments", summed.count, summed, source)]
    told = unproven(scope, period, plan.filters)
    extra: tuple[str, ...] = ()
    if told.count:
        waiting = Source("payments", period, (("status", "claimed,review"), *source.chosen_by[1:]))
        facts += [
            money_fact("unconfirmed", told, waiting),
            count_fact("unconfirmed_count", told.count, told, waiting),
        ]
        extra = ("unconfirmed",)
    return Result(tuple(facts), "some" if summed.count else "none", extra, assumptions=("cash_basis",))
