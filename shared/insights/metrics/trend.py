"""How money received, or spent, went over time: by day, week or month."""

from __future__ import annotations

from shared.insights.citing import cite_expenses, cite_payments
from shared.insights.daybook import Cells, by_day
from shared.insights.facts import Fact, Source, derived_money, derived_percent, money_fact, together
from shared.insights.flows import read
from shared.insights.metrics.changes import word
from shared.insights.metrics.result import Plot, Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.spans import Slot, fill, granularity_of, slots
from shared.insights.metrics.sums import of_category, of_channel, required
from shared.insights.plan import Assumption, Filters, Period, Plan

FEW = 10
"""Records cited for one point of a line."""


def trend(scope: Scope, plan: Plan) -> Result:
    """The amounts of each span, the highest and lowest, and how the last whole one stands to the first."""
    period = required(plan.period)
    unit = granularity_of(period, plan.filters.granularity)
    line = fill(slots(period, unit), unit, by_day(_cells(scope, plan, period)))
    source = _source(plan, period)
    points = [_point(scope, plan, source, slot) for slot in line]
    whole = together(slot.sum for slot in line)
    total = money_fact("total", whole.tally(_cite(scope, plan, period, 50) if whole.n else ()), source)
    table = Table(
        (unit, "amount"), tuple(Row(slot.name, (f"point:{slot.name}",)) for slot in line), len(line), unit
    )
    ids = tuple(fact.id for fact in points)
    plot = Plot("line", tuple(slot.name for slot in line), ((plan.metric or "amount", ids),), named_by=unit)
    if not whole.n:
        return Result((total, *points), "none", table=table, plot=plot)
    facts, sentence = _direction(points, line)
    assumed: tuple[Assumption, ...] = ("cash_basis",) if plan.metric != "expenses" else ()
    return Result((total, *facts, *points), sentence, table=table, assumptions=assumed, plot=plot)


def _cells(scope: Scope, plan: Plan, period: Period) -> Cells:
    if plan.metric == "expenses":
        return of_category(read(scope, period, "costs")["costs"], plan.filters.category)
    return of_channel(read(scope, period, "received")["received"], plan.filters.channel)


def _source(plan: Plan, period: Period) -> Source:
    if plan.metric == "expenses":
        return Source("expenses", period, (("category", plan.filters.category),))
    return Source("payments", period, (("status", "settled"), ("channel", plan.filters.channel)))


def _cite(scope: Scope, plan: Plan, period: Period, most: int) -> tuple[str, ...]:
    filters: Filters = plan.filters
    if plan.metric == "expenses":
        return cite_expenses(scope, period, category=filters.category, most=most)
    return cite_payments(scope, period, channel=filters.channel, most=most)


def _point(scope: Scope, plan: Plan, source: Source, slot: Slot) -> Fact:
    ids = _cite(scope, plan, slot.period, FEW) if slot.sum.n else ()
    of = Source(source.collection, slot.period, source.chosen_by)
    return money_fact(f"point:{slot.name}", slot.sum.tally(ids), of, slot.name)


def _direction(points: list[Fact], line: list[Slot]) -> tuple[list[Fact], str]:
    """First and last span of which nothing is cut off (of all, when fewer than two are whole)."""
    at = [index for index, slot in enumerate(line) if slot.whole]
    first, last = (at[0], at[-1]) if len(at) > 1 else (0, len(line) - 1)
    before, now = line[first].sum.cents, line[last].sum.cents
    ends = [points[first].model_copy(update={"id": "first"}), points[last].model_copy(update={"id": "last"})]
    order = sorted(range(len(line)), key=lambda index: (line[index].sum.cents, index))
    ends += [points[order[-1]].model_copy(update={"id": "highest"})]
    ends += [points[order[0]].model_copy(update={"id": "lowest"})]
    ends.append(derived_money("difference", abs(now - before), ends[:2]))
    if before:
        ends.append(derived_percent("change", abs(now - before), abs(before), ends[:2]))
    return ends, word(now, before)
