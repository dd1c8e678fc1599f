"""Who brings the most money in a period."""

from __future__ import annotations

from shared.insights.facts import Fact, count_fact, money_fact
from shared.insights.metrics.payers import NOBODY, Payer, Ranking, known, payers
from shared.insights.metrics.result import Plot, Result, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required, revenue
from shared.insights.plan import Assumption, Filters, Plan

DEFAULT_ROWS = 5


def top_customers(scope: Scope, plan: Plan) -> Result:
    """The customers who paid the most, with their share of all money received; unknown payers apart."""
    period, channel = required(plan.period), plan.filters.channel
    summed, source = revenue(scope, period, Filters(channel=channel))
    everybody = payers(scope, period, channel)
    order = known(everybody)
    total = money_fact("revenue", summed, source)
    ranking = Ranking(scope, period, total, summed.cents, channel)
    facts = [total, count_fact("paying_customers", len(order), summed, source), *_unknown(ranking, everybody)]
    assumed: tuple[Assumption, ...] = ("cash_basis",) if plan.limit else ("cash_basis", "default_limit")
    extra = ("unknown",) if NOBODY in everybody else ()
    if not order or summed.cents <= 0:
        return Result(tuple(facts), "none", extra, assumptions=assumed)
    told, rows = ranking.first(order, plan.limit or DEFAULT_ROWS)
    facts += [fact for each in told for fact in each]
    table = Table(("customer", "amount", "share"), rows, len(order))
    plot = Plot("bar", tuple(row.name for row in rows), (("amount", tuple(row.facts[0] for row in rows)),))
    return Result(tuple(facts), "some", extra, table, assumed, plot)


def _unknown(ranking: Ranking, everybody: dict[str, Payer]) -> list[Fact]:
    """Money that is nobody's yet."""
    nobody = everybody.get(NOBODY)
    if nobody is None:
        return []
    return [money_fact("unknown_payers", ranking.tally(nobody), ranking.source(nobody))]
