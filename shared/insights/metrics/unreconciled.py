"""Money received whose purpose nobody has said yet: payments that wait to be matched, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.ids import derived_id
from shared.core.money import KES
from shared.insights.daybook import RECEIVED, channel_of
from shared.insights.facts import Fact, Source, count_fact, money_fact, tally
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.plan import Plan
from shared.insights.records import PAGE, Scope, moments
from shared.store import Doc, Key, Query, Where

WAITING = ("waiting", "review")
NOT_LOOKED = "not_looked_at"
"""The engine has not decided yet: there is no question with a reason."""


def unreconciled(scope: Scope, plan: Plan) -> Result:
    """Settled payments that are not matched, in all and by the reason why a person is asked.

    Of a period, those paid in it; without one, all that wait now. The amount is what is still without a
    purpose.
    """
    docs = list(_waiting(scope, plan))
    source = Source("payments", plan.period, (("matching", "waiting,review"), *plan.filters.given().items()))
    told = list(zip(docs, _reasons(scope, docs), strict=True))
    if plan.filters.reason:
        told = [one for one in told if one[1] == plan.filters.reason]
    summed = tally((doc for doc, _ in told), unallocated)
    asked = tally((doc for doc, _ in told if doc.data["matching"] == "review"), unallocated)
    facts = [
        money_fact("unreconciled", summed, source),
        count_fact("unreconciled_count", summed.count, summed, source),
        money_fact("in_review", asked, source),
        count_fact("in_review_count", asked.count, asked, source),
    ]
    if not told:
        return Result(tuple(facts), "none")
    rows, each = _by_reason(told, source)
    table = Table(("reason", "amount", "payments"), rows, len(rows), "reason")
    series = (("amount", tuple(row.facts[0] for row in rows)),)
    plot = Plot("bar", tuple(row.name for row in rows), series, named_by="reason")
    top = each[0].model_copy(update={"id": "top_reason"})
    return Result((*facts, *each, top), "some", ("review",) if asked.count else (), table, plot=plot)


def unallocated(doc: Doc) -> int:
    """What of a payment has no purpose yet, in cents; of an old record all that is not allocated."""
    data = doc.data
    cents: int = data.get("unallocated_cents", data["amount_cents"] - data.get("allocated_cents", 0))
    return cents


def _waiting(scope: Scope, plan: Plan) -> Iterator[Doc]:
    span = moments("paid_at", plan.period) if plan.period else ()
    for matching in WAITING:
        query = Query("payments", (Where("matching", "==", matching), *span), "paid_at", PAGE)
        for doc in scope.store.each(scope.business, query):
            if _counts(doc, plan):
                yield doc


def _counts(doc: Doc, plan: Plan) -> bool:
    data = doc.data
    return (
        data["status"] in RECEIVED
        and data.get("currency", KES) == KES
        and not data.get("own_transfer", False)
        and plan.filters.channel in (None, channel_of(data["provider"]))
    )


def _reasons(scope: Scope, docs: list[Doc]) -> list[str]:
    """The first reason of each payment's question; the id of a question follows from the payment's."""
    found: list[str] = []
    for start in range(0, len(docs), PAGE):
        some = docs[start : start + PAGE]
        keys = [Key("review", derived_id("rev", "payment", doc.id)) for doc in some]
        for item in scope.store.get_many(scope.business, keys):
            reasons = item.data["reasons"] if item is not None else []
            found.append(reasons[0] if reasons else NOT_LOOKED)
    return found


def _by_reason(told: list[tuple[Doc, str]], source: Source) -> tuple[tuple[Row, ...], list[Fact]]:
    groups: dict[str, list[Doc]] = {}
    for doc, reason in told:
        groups.setdefault(reason, []).append(doc)
    rows, facts = [], []
    for reason in sorted(groups, key=lambda code: (-sum(map(unallocated, groups[code])), code)):
        of = Source("payments", source.period, (("reason", reason), *source.chosen_by))
        summed = tally(groups[reason], unallocated)
        pair = [
            money_fact(f"reason:{reason}", summed, of, reason),
            count_fact(f"reason_count:{reason}", summed.count, summed, of, reason),
        ]
        facts += pair
        rows.append(Row(reason, tuple(fact.id for fact in pair)))
    return tuple(rows), facts
