"""Where the money goes: a period's expenses by category."""

from __future__ import annotations

from shared.core.money import parse_cents
from shared.insights.facts import Fact, Source, Tally, count_fact, derived_percent, money_fact
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import cents_of, costs, grouped, required, tally_lines
from shared.insights.plan import Plan


def expense_breakdown(scope: Scope, plan: Plan) -> Result:
    """Each category's amount and share of the expenses, largest first; the rows add up to the total."""
    period = required(plan.period)
    lines = costs(scope, period, plan.filters.category)
    groups = grouped(lines, lambda line: line.key)
    summed, source = tally_lines(scope, "costs", lines), Source("expenses", period)
    total = money_fact("expenses", summed, source)
    facts = [total, count_fact("expense_count", summed.count, summed, source)]
    if not summed.cents:
        return Result(tuple(facts), "none")
    rows = []
    for code, mine in sorted(groups.items(), key=lambda item: (-cents_of(item[1]), item[0])):
        of = Source("expenses", period, (("category", code),))
        part = _part(code, tally_lines(scope, "costs", mine), total, of)
        facts += part
        rows.append(Row(code, tuple(fact.id for fact in part)))
    facts += [_top(facts[2], "top_category"), _top(facts[3], "top_share")]
    shown = tuple(rows[: plan.limit])
    return Result(
        tuple(facts), "some", table=Table(("category", "amount", "share"), shown, len(rows), "category")
    )


def _part(code: str, summed: Tally, total: Fact, source: Source) -> list[Fact]:
    spent = money_fact(f"category:{code}", summed, source, code)
    share = derived_percent(f"share:{code}", summed.cents, parse_cents(total.value), (spent, total))
    return [spent, share]


def _top(fact: Fact, name: str) -> Fact:
    """The first row once more, under the name that sentences use."""
    return fact.model_copy(update={"id": name})
