"""Who brings the money in."""

from __future__ import annotations

from shared.insights.facts import Fact, Source, derived_percent, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import RECEIVED, Scope, names_of, payments
from shared.insights.metrics.sums import amount, required
from shared.insights.plan import Assumption, Filters, Plan
from shared.store import Doc

DEFAULT_ROWS = 5


def top_customers(scope: Scope, plan: Plan) -> Result:
    """Money received from each known customer, the most first; money of unknown payers is told apart."""
    period = required(plan.period)
    narrowed = Filters(channel=plan.filters.channel)
    got = list(payments(scope, period, narrowed, *RECEIVED))
    chosen = tuple(sorted(narrowed.given().items()))
    source = Source("payments", period, chosen)
    revenue = money_fact("revenue", tally(got, amount), source)
    groups: dict[str, list[Doc]] = {}
    for doc in got:
        groups.setdefault(doc.data["customer_id"], []).append(doc)
    nobody = Source("payments", period, (("customer_id", ""), *chosen))
    unknown = money_fact("unknown_payers", tally(groups.pop("", []), amount), nobody)
    if not groups:
        return Result((revenue, unknown), "none", assumptions=("cash_basis",))
    ranked = sorted(groups.items(), key=lambda item: (-sum(map(amount, item[1])), item[0]))
    shown = ranked[: plan.limit or DEFAULT_ROWS]
    names = names_of(scope, [who for who, _ in shown])
    facts: list[Fact] = [revenue, unknown]
    rows = []
    for who, docs in shown:
        theirs = Source("payments", period, (("customer_id", who), *chosen))
        part = money_fact(f"paid:{who}", tally(docs, amount), theirs, names[who])
        share = derived_percent(
            f"paid_share:{who}", sum(map(amount, docs)), _cents(got), (part, revenue), names[who]
        )
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


def _cents(docs: list[Doc]) -> int:
    return sum(map(amount, docs))
