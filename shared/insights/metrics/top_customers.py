"""Who brings the money in."""

from __future__ import annotations

from shared.insights.facts import Fact, Source, derived_percent, money_fact
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, names_of
from shared.insights.metrics.sums import Visits, by_customer, paid_by, required, revenue
from shared.insights.plan import Assumption, Filters, Plan

DEFAULT_ROWS = 5


def top_customers(scope: Scope, plan: Plan) -> Result:
    """Money received from each known customer, the most first; money of unknown payers is told apart."""
    period = required(plan.period)
    narrowed = Filters(channel=plan.filters.channel)
    groups = by_customer(scope, period, plan.filters.channel)
    chosen = tuple(sorted(narrowed.given().items()))
    got, source = revenue(scope, period, narrowed)
    earned = money_fact("revenue", got, source)
    nobody = Source("payments", period, (("customer_id", ""), *chosen))
    theirs = groups.pop("", Visits()).sum
    told = paid_by(scope, Filters(customer="", channel=narrowed.channel), theirs, period)
    unknown = money_fact("unknown_payers", told, nobody)
    if not groups:
        return Result((earned, unknown), "none", assumptions=("cash_basis",))
    ranked = sorted(groups.items(), key=lambda item: (-item[1].sum.cents, item[0]))
    shown = ranked[: plan.limit or DEFAULT_ROWS]
    names = names_of(scope, [who for who, _ in shown])
    facts: list[Fact] = [earned, unknown]
    rows = []
    for who, visits in shown:
        of = Source("payments", period, (("customer_id", who), *chosen))
        summed = paid_by(scope, Filters(customer=who, channel=narrowed.channel), visits.sum, period)
        part = money_fact(f"paid:{who}", summed, of, names[who])
        share = derived_percent(f"paid_share:{who}", summed.cents, got.cents, (part, earned), names[who])
        facts += [part, share]
        rows.append(Row(names[who], (part.id, share.id), who))
    facts += [
        facts[2].model_copy(update={"id": "top_payer"}),
        facts[3].model_copy(update={"id": "top_payer_share"}),
    ]
    assumed: tuple[Assumption, ...] = ("cash_basis",) if plan.limit else ("cash_basis", "default_limit")
    extra = ("unknown",) if unknown.record_count else ()
    table = Table(("customer", "amount", "share"), tuple(rows), len(ranked))
    return Result(tuple(facts), "some", extra, table, assumed)
