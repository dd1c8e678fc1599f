"""Money received in a period, by channel or customer."""

from __future__ import annotations

from shared.insights.daysums.counting import UNPROVEN, of_channel
from shared.insights.facts import Fact, Source, Tally, count_fact, money_fact, tally
from shared.insights.metrics.currencies import Apart, apart
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
    other = _other(scope, period, plan.filters, facts[0])
    return Result(
        (*facts, *other.facts),
        "some" if summed.count else "none",
        (*extra, *other.extra),
        assumptions=("cash_basis",),
    )


def _unproven(scope: Scope, period: Period, filters: Filters) -> Tally:
    if filters.customer is not None:
        return tally(payments(scope, period, filters, *UNPROVEN), amount)
    return tally_lines(scope, "unproven", payment_lines(scope, "unproven", period, filters.channel))


def _other(scope: Scope, period: Period, filters: Filters, revenue: Fact) -> Apart:
    """Money of other currencies; of one customer it is not summed by day, and not told."""
    if filters.customer is not None:
        return Apart()
    return apart(scope, "received", period, revenue, lambda line: of_channel(line.key, filters.channel))
