"""How a flow of money moves: one amount a day, week or month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.money import parse_cents
from shared.insights.calendar import Unit, first_day
from shared.insights.facts import MOST_RECORDS, Fact, Source, derived_money, money_fact
from shared.insights.metrics.buckets import gathered, granularity, name_of, split
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import Line, costs, received, required, tally_lines
from shared.insights.plan import Assumption, Filters, Period, Plan

FEW = 200
"""Records of which every point lists its own; of more a point lists one for each day and channel."""


def trend(scope: Scope, plan: Plan) -> Result:
    """Amounts in order with their sum, the highest and the lowest; parts without money count as zero."""
    period = required(plan.period)
    unit = granularity(plan.filters.granularity, period)
    points = flow(scope, plan, period, unit)
    total = derived_money("total", sum(parse_cents(p.value) for p in points), points, period)
    facts: list[Fact] = [total, *points]
    assumed: tuple[Assumption, ...] = ("cash_basis",) if plan.metric == "revenue" else ()
    if total.value == "0.00" or len(points) < 2:
        return Result(tuple(facts), "one" if parse_cents(total.value) else "none", assumptions=assumed)
    ranked = sorted(points, key=lambda point: parse_cents(point.value))
    facts += [
        ranked[-1].model_copy(update={"id": "highest"}),
        ranked[0].model_copy(update={"id": "lowest"}),
    ]
    rows = tuple(Row(point.label, (point.id,)) for point in points)
    table = Table((f"per_{unit}", "amount"), rows, len(rows), "period", "line")
    return Result(tuple(facts), "some", table=table, assumptions=assumed)


def flow(scope: Scope, plan: Plan, period: Period, unit: Unit) -> list[Fact]:
    """One fact for each part of the period: money received, or spent where the plan says so."""
    spent = plan.metric == "expenses"
    narrowed = Filters(category=plan.filters.category) if spent else _who(plan.filters)
    source = Source("expenses" if spent else "payments", period, tuple(sorted(narrowed.given().items())))
    if spent:
        return points_of(
            scope, costs(scope, period, narrowed.category), unit, Points("costs", "spent", source)
        )
    return points_of(scope, received(scope, period, narrowed), unit, Points("received", "got", source))


@dataclass(frozen=True, slots=True)
class Points:
    """What the points of a flow are called: the name it counts under, what ids begin with, the whole."""

    name: str
    prefix: str
    whole: Source


def points_of(scope: Scope, lines: Sequence[Line], unit: Unit, of: Points) -> list[Fact]:
    """One fact for each part of the whole's period, zero where there is nothing."""
    found, points = gathered(lines, unit), []
    most = MOST_RECORDS if sum(line.n for line in lines) <= FEW else 0
    for part in split(required(of.whole.period), unit):
        name = name_of(part, unit)
        mine = found.get(first_day(unit, part.start), [])
        source = Source(of.whole.collection, part, of.whole.chosen_by)
        summed = tally_lines(scope, of.name, mine, most or min(len(mine), MOST_RECORDS))
        points.append(money_fact(f"{of.prefix}:{name}", summed, source, name))
    return points


def _who(filters: Filters) -> Filters:
    return Filters(channel=filters.channel, customer=filters.customer)
