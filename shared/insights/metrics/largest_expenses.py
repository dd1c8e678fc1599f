"""The biggest single expenses of a period."""

from __future__ import annotations

from datetime import date

from shared.insights.daysums.reading import day_sums
from shared.insights.facts import Fact, Source, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import amount, required, spending
from shared.insights.plan import Assumption, Period, Plan
from shared.store import Doc, Key

DEFAULT_ROWS = 5


def largest_expenses(scope: Scope, plan: Plan) -> Result:
    """The largest expenses, one fact each; equal amounts by the earlier day, then by id."""
    period = required(plan.period)
    wanted = plan.limit or DEFAULT_ROWS
    category = plan.filters.category
    ranked = day_sums(scope).largest("costs", period, wanted, lambda key: category in (None, key))
    found = scope.store.get_many(scope.business, [Key("expenses", id_) for _, _, id_ in ranked])
    top = [doc for doc in found if doc is not None]
    summed, source = spending(scope, period, plan.filters)
    total = money_fact("expenses", summed, source)
    if not top:
        return Result((total,), "none")
    each = [_one(doc) for doc in top]
    rows = tuple(Row(fact.label, (fact.id,), doc.id) for doc, fact in zip(top, each, strict=True))
    facts = (total, *each, each[0].model_copy(update={"id": "largest"}))
    assumed: tuple[Assumption, ...] = () if plan.limit else ("default_limit",)
    return Result(
        facts, "some", table=Table(("expense", "amount"), rows, summed.count, "category"), assumptions=assumed
    )


def _one(doc: Doc) -> Fact:
    """One expense, labelled by whom it was paid to, or by its category's code when nobody is known."""
    day = date.fromisoformat(doc.data["business_day"])
    source = Source("expenses", Period(start=day, end=day), (("id", doc.id),))
    label = doc.data["merchant"] or doc.data["category"]
    return money_fact(f"expense:{doc.id}", tally([doc], amount), source, label)
