"""Money received that has no purpose yet: what waits for matching, for a person, or for nobody."""

from __future__ import annotations

from collections.abc import Iterator

from shared.insights.daysums.counting import WAITING, of_channel
from shared.insights.daysums.reading import day_sums
from shared.insights.facts import Fact, Source, count_fact, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, first_payment_day
from shared.insights.metrics.sums import Line, payment_lines, tally_lines
from shared.insights.plan import Period, Plan
from shared.store import Doc, Key

DEFAULT_ROWS = 20


def left(doc: Doc) -> int:
    """What of a payment has no purpose yet, in cents."""
    cents: int = doc.data.get("unallocated_cents", 0)
    return cents


def unreconciled(scope: Scope, plan: Plan) -> Result:
    """How much money waits, by why, and the largest payments of it."""
    chosen = tuple(sorted(plan.filters.given().items()))
    period = _days(scope, plan)
    lines = payment_lines(scope, "waiting", period, plan.filters.channel) if period else []
    whole = Source("payments", plan.period, (("matching", "not matched"), *chosen))
    summed = tally_lines(scope, "waiting", lines)
    facts: list[Fact] = [
        money_fact("unmatched", summed, whole),
        count_fact("unmatched_count", summed.count, summed, whole),
    ]
    for state in WAITING:
        source = Source("payments", plan.period, (("matching", state), *chosen))
        mine = tally_lines(scope, "waiting", [line for line in lines if _state(line) == state])
        facts.append(money_fact(f"matching:{state}", mine, source, f"matching_{state}"))
    if not lines or period is None:
        return Result(tuple(facts), "none")
    rows = []
    for doc in largest(scope, plan, period, plan.limit or DEFAULT_ROWS):
        source = Source("payments", plan.period, (("id", doc.id),))
        fact = money_fact(f"payment:{doc.id}", tally([doc], left), source, doc.data["receipt"])
        facts.append(fact)
        rows.append(Row(doc.data["receipt"], (fact.id,), doc.id))
    table = Table(("payment", "amount"), tuple(rows), summed.count)
    return Result(tuple(facts), "some", table=table)


def _days(scope: Scope, plan: Plan) -> Period | None:
    """The days of the plan, or all days there are."""
    if plan.period is not None:
        return plan.period
    first = first_payment_day(scope)
    if first is None:
        return None
    return Period(start=min(first, scope.today), end=scope.today)


def _state(line: Line) -> str:
    return line.key.partition("|")[0]


def largest(scope: Scope, plan: Plan, period: Period, wanted: int) -> Iterator[Doc]:
    """The payments with the most left, equal ones by day, then by id."""
    ranked = day_sums(scope).largest(
        "waiting", period, wanted, lambda key: of_channel(key, plan.filters.channel)
    )
    found = scope.store.get_many(scope.business, [Key("payments", id_) for _, _, id_ in ranked])
    return (doc for doc in found if doc is not None)
