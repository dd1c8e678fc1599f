"""Money spent in a period."""

from __future__ import annotations

from shared.insights.facts import count_fact, money_fact
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required, spending
from shared.insights.plan import Plan


def expense_total(scope: Scope, plan: Plan) -> Result:
    """The recorded expenses of the period, of one category when the plan names one."""
    summed, source = spending(scope, required(plan.period), plan.filters)
    facts = (
        money_fact("expenses", summed, source),
        count_fact("expense_count", summed.count, summed, source),
    )
    return Result(facts, "some" if summed.count else "none")
