"""Money received in a period, by channel or customer."""

from __future__ import annotations

from shared.insights.daysums.counting import UNPROVEN
from shared.insights.facts import Source, Tally, count_fact, money_fact, tally
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope, payments
from shared.insights.metrics.sums import amount, payment_lines, required, revenue, tally_lines
from shared.insights.plan import Filters, Period, Plan


def revenue_total(scope: Scope, plan: Plan) -> Result:
    """Settled payments of the period; what is claimed but not proven is told apart, never added."""
    period = required(plan.period)
    summed, source = revenue(scope, period, plan.filters)
    facts = [money_fact("revenue", summed, source), count_fact("payments", summed.count, summed, source)]
    unproven = _unproven(scope, period, plan.filters)
    extra: tuple[str, ...] = ()
    if unproven.count:
        waiting = Source("payments", period, (("status", "claimed,review"), *source.chosen_by[1:]))
        facts += [
            money_fact("unconfirmed", unproven, waiting),
            count_fact("unconfirmed_count", unproven.count, unproven, waiting),
        ]
        extra = ("unconfirmed",)
    return Result(tuple(facts), "some" if summed.count else "none", extra, assumptions=("cash_basis",))


def _unproven(scope: Scope, period: Period, filters: Filters) -> Tally:
    if filters.customer is not None:
        return tally(payments(scope, period, filters, *UNPROVEN), amount)
    return tally_lines(scope, "unproven", payment_lines(scope, "unproven", period, filters.channel))
