"""How a flow of money moves: one amount a day, week or month."""

from __future__ import annotations

from datetime import date

from shared.core.money import parse_cents
from shared.insights.calendar import Unit, first_day
from shared.insights.facts import Fact, Source, derived_money, money_fact, tally
from shared.insights.metrics.buckets import gathered, granularity, name_of, split
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import RECEIVED, Scope, expenses, payments
from shared.insights.metrics.sums import amount, required
from shared.insights.plan import Assumption, Filters, Period, Plan
from shared.store import Doc


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
    """One fact for each part of a period: money received, or spent where the plan says so."""
    spent = plan.metric == "expenses"
    narrowed = Filters(category=plan.filters.category) if spent else _who(plan.filters)
    docs = expenses(scope, period, narrowed) if spent else payments(scope, period, narrowed, *RECEIVED)
    source = Source("expenses" if spent else "payments", period, tuple(sorted(narrowed.given().items())))
    return points_of(gathered(docs, unit), unit, "spent" if spent else "got", source)


def points_of(found: dict[date, list[Doc]], unit: Unit, prefix: str, whole: Source) -> list[Fact]:
    """One fact for each part of the period of ``whole``, zero where there is nothing."""
    points = []
    for part in split(required(whole.period), unit):
        name = name_of(part, unit)
        docs = found.get(first_day(unit, part.start), [])
        source = Source(whole.collection, part, whole.chosen_by)
        points.append(money_fact(f"{prefix}:{name}", tally(docs, amount), source, name))
    return points


def _who(filters: Filters) -> Filters:
    return Filters(channel=filters.channel, customer=filters.customer)
