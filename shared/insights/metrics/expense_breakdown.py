"""Where the money goes: a period's expenses by category."""

from __future__ import annotations

from shared.insights.citing import cite_expenses
from shared.insights.daybook import by_key
from shared.insights.facts import Fact, Source, Sum, count_fact, derived_percent, money_fact, together
from shared.insights.flows import read
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import required
from shared.insights.plan import Plan


def expense_breakdown(scope: Scope, plan: Plan) -> Result:
    """Each category's amount and share of the expenses, largest first; the rows add up to the total."""
    period = required(plan.period)
    groups = by_key(read(scope, period, "costs")["costs"])
    whole, source = together(groups.values()), Source("expenses", period)
    summed = whole.tally(cite_expenses(scope, period) if whole.n else ())
    total = money_fact("expenses", summed, source)
    facts = [total, count_fact("expense_count", summed.count, summed, source)]
    if not summed.cents:
        return Result(tuple(facts), "none")
    rows = []
    for code, one in sorted(groups.items(), key=lambda item: (-item[1].cents, item[0])):
        part = _part(scope, code, one, total, summed.cents)
        facts += part
        rows.append(Row(code, tuple(fact.id for fact in part)))
    facts += [_top(facts[2], "top_category"), _top(facts[3], "top_share")]
    shown = tuple(rows[: plan.limit])
    return Result(
        tuple(facts), "some", table=Table(("category", "amount", "share"), shown, len(rows), "category")
    )


def _part(scope: Scope, code: str, one: Sum, total: Fact, of_cents: int) -> list[Fact]:
    period = required(total.period)
    source = Source("expenses", period, (("category", code),))
    spent = money_fact(
        f"category:{code}", one.tally(cite_expenses(scope, period, category=code)), source, code
    )
    return [spent, derived_percent(f"share:{code}", one.cents, of_cents, (spent, total))]


def _top(fact: Fact, name: str) -> Fact:
    """The first row once more, under the name that sentences use."""
    return fact.model_copy(update={"id": name})
