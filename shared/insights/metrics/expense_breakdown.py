"""Where the money goes: a period's expenses by category."""

from __future__ import annotations

from shared.insights.facts import Fact, Source, count_fact, derived_percent, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, expenses
from shared.insights.metrics.sums import amount, required
from shared.insights.plan import Plan
from shared.store import Doc


def expense_breakdown(scope: Scope, plan: Plan) -> Result:
    """Each category's amount and share of the expenses, largest first; the rows add up to the total."""
    period = required(plan.period)
    groups: dict[str, list[Doc]] = {}
    everything: list[Doc] = []
    for doc in expenses(scope, period, plan.filters):
        groups.setdefault(doc.data["category"], []).append(doc)
        everything.append(doc)
    summed, source = tally(everything, amount), Source("expenses", period)
    total = money_fact("expenses", summed, source)
    facts = [total, count_fact("expense_count", summed.count, summed, source)]
    if not summed.cents:
        return Result(tuple(facts), "none")
    rows = []
    for code, docs in sorted(groups.items(), key=lambda item: (-sum(map(amount, item[1])), item[0])):
        part = _part(code, docs, total, summed.cents, Source("expenses", period, (("category", code),)))
        facts += part
        rows.append(Row(code, tuple(fact.id for fact in part)))
    facts += [_top(facts[2], "top_category"), _top(facts[3], "top_share")]
    shown = tuple(rows[: plan.limit])
    return Result(
        tuple(facts), "some", table=Table(("category", "amount", "share"), shown, len(rows), "category")
    )


def _part(code: str, docs: list[Doc], total: Fact, of_cents: int, source: Source) -> list[Fact]:
    summed = tally(docs, amount)
    spent = money_fact(f"category:{code}", summed, source, code)
    return [spent, derived_percent(f"share:{code}", summed.cents, of_cents, (spent, total))]


def _top(fact: Fact, name: str) -> Fact:
    """The first row once more, under the name that sentences use."""
    return fact.model_copy(update={"id": name})
