"""Money spent in a period."""

from __future__ import annotations

from shared.insights.facts import count_fact, money_fact
from shared.insights.metrics.currencies import apart
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required, spending
from shared.insights.plan import Plan


def expense_total(scope: Scope, plan: Plan) -> Result:
    """The recorded expenses of the period, of one category when the plan names one."""
    period = required(plan.period)
    summed, source = spending(scope, period, plan.filters)
    facts = (
        money_fact("expenses", summed, source),
        count_fact("expense_count", summed.count, summed, source),
    )
    category = plan.filters.category
    other = apart(scope, "costs", period, facts[0], lambda line: category in (None, line.key))
    return Result((*facts, *other.facts), "some" if summed.count else "none", other.extra)
