"""Money received that has no purpose yet: what waits for matching, for a person, or for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from shared.insights.facts import Fact, Source, count_fact, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import RECEIVED, Scope, each, midnight
from shared.insights.plan import Plan
from shared.store import Doc, Query, Where

STATES = ("review", "none", "waiting")
DEFAULT_ROWS = 20


def left(doc: Doc) -> int:
    """What of a payment has no purpose yet, in cents."""
    cents: int = doc.data.get("unallocated_cents", 0)
    return cents


def unmatched(scope: Scope, plan: Plan, state: str) -> Iterator[Doc]:
    """Settled payments in one state of matching with money left, the newest first."""
    where = [Where("matching", "==", state)]
    if plan.period is not None:
        after = midnight(plan.period.end + timedelta(days=1))
        where += [Where("paid_at", ">=", midnight(plan.period.start)), Where("paid_at", "<", after)]
    for doc in each(scope, Query("payments", tuple(where), "-paid_at")):
        channel = plan.filters.channel
        ours = doc.data["status"] in RECEIVED and not doc.data.get("own_transfer", False)
        if ours and left(doc) > 0 and channel in (None, doc.data["provider"]):
            yield doc


def unreconciled(scope: Scope, plan: Plan) -> Result:
    """How much money waits, by why, and the largest payments of it."""
    chosen = tuple(sorted(plan.filters.given().items()))
    found = {state: list(unmatched(scope, plan, state)) for state in STATES}
    everything = [doc for docs in found.values() for doc in docs]
    whole = Source("payments", plan.period, (("matching", "not matched"), *chosen))
    summed = tally(everything, left)
    facts: list[Fact] = [
        money_fact("unmatched", summed, whole),
        count_fact("unmatched_count", summed.count, summed, whole),
    ]
    for state, docs in found.items():
        source = Source("payments", plan.period, (("matching", state), *chosen))
        facts.append(money_fact(f"matching:{state}", tally(docs, left), source, f"matching_{state}"))
    if not everything:
        return Result(tuple(facts), "none")
    everything.sort(key=lambda doc: (-left(doc), doc.id))
    rows = []
    for doc in everything[: plan.limit or DEFAULT_ROWS]:
        source = Source("payments", plan.period, (("id", doc.id),))
        fact = money_fact(f"payment:{doc.id}", tally([doc], left), source, doc.data["receipt"])
        facts.append(fact)
        rows.append(Row(doc.data["receipt"], (fact.id,), doc.id))
    table = Table(("payment", "amount"), tuple(rows), len(everything))
    return Result(tuple(facts), "some", table=table)
