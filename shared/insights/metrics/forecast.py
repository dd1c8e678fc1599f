"""What is to be expected of money in or money out, with how such forecasts came true before.

What both leave of the cash is cash_forecast.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.insights.calendar import Unit, first_day
from shared.insights.facts import (
    Fact,
    Source,
    derived_count,
    derived_days,
    derived_money,
    derived_ratio,
    money_fact,
)
from shared.insights.forecasting.level import nearer
from shared.insights.forecasting.outlook import LEAST_DAYS, Outlook, outlook
from shared.insights.metrics.buckets import granularity, name_of, split
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import Line, costs, received, required, tally_lines
from shared.insights.plan import Filters, Period, Plan

HISTORY_DAYS, LONGEST_AHEAD = 730, 366
RANGE = Decimal(80)


@dataclass(frozen=True, slots=True)
class Known:
    """A flow up to yesterday: its records, its day of beginning, and cents a day without gaps."""

    fact: Fact
    first: date
    cents: list[float]


def forecast(scope: Scope, plan: Plan) -> Result:
    """Expected money of the days ahead; refused with the reason where there is too little to go by."""
    period = required(plan.period)
    if period.end <= scope.today or (period.end - scope.today).days > LONGEST_AHEAD:
        return Result((), "not_ahead")
    if plan.metric in ("cash_flow", "cash_balance"):
        from shared.insights.metrics.cash_forecast import cash_forecast  # reads more than the others do

        return cash_forecast(scope, plan, period)
    known = _history(scope, plan.metric == "expenses", plan.filters)
    days = derived_days("history_days", len(known.cents), (known.fact,))
    said = _outlook(scope, known, period)
    if said is None:
        return Result((known.fact, days, _least(known)), "too_short")
    facts = [known.fact, days, *_told(said, known, period)]
    table, points = _points(said, period, plan.filters.granularity, known)
    word = "some" if said.off is not None else "untried"
    return Result((*facts, *points), word, table=table)


def _history(scope: Scope, spent: bool, filters: Filters) -> Known:
    """From the first record of the last two years to yesterday: today is not over."""
    period = Period(start=scope.today - timedelta(days=HISTORY_DAYS), end=scope.today - timedelta(days=1))
    narrowed = Filters(category=filters.category) if spent else Filters(channel=filters.channel)
    lines = costs(scope, period, narrowed.category) if spent else received(scope, period, narrowed)
    summed = tally_lines(scope, "costs" if spent else "received", lines)
    source = Source("expenses" if spent else "payments", period, tuple(sorted(narrowed.given().items())))
    fact = money_fact("history_out" if spent else "history_in", summed, source)
    return Known(fact, *_daily(lines, period))


def _daily(lines: Sequence[Line], period: Period) -> tuple[date, list[float]]:
    if not lines:
        return period.end, []
    first = date.fromisoformat(lines[0].day)
    cents = [0.0] * ((period.end - first).days + 1)
    for line in lines:
        cents[(date.fromisoformat(line.day) - first).days] += line.cents
    return first, cents


def _outlook(scope: Scope, known: Known, period: Period) -> Outlook | None:
    """The outlook of exactly the days of the period; today lies between and is left out.

    Money goes in lumps, of which the middle of the same weekdays says nothing.
    """
    how = nearer if known.fact.id == "history_out" else outlook
    return how(known.first, known.cents, period.days, (period.start - scope.today).days)


def _least(known: Known) -> Fact:
    return derived_days("least_days", LEAST_DAYS, (known.fact,))


def _told(said: Outlook, known: Known, period: Period) -> list[Fact]:
    """The sum, its range, and how far off such sums were before."""
    of = (known.fact,)
    facts = [
        derived_money("expected", round(said.total), of, period),
        derived_money("expected_low", round(said.low), of, period),
        derived_money("expected_high", round(said.high), of, period),
        derived_ratio("range_share", RANGE, of, unit="%"),
    ]
    if said.off is not None:
        off = (Decimal(round(said.off * 1000)) / 10).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
        facts += [
            derived_count("checked", said.checked, of),
            derived_ratio("off", off, of, unit="%"),
        ]
    return facts


def _points(said: Outlook, period: Period, wanted: str | None, known: Known) -> tuple[Table, list[Fact]]:
    """Expected money by day, week or month of the period."""
    unit: Unit = granularity(wanted, period)
    sums: dict[date, float] = {}
    for k, cents in enumerate(said.days):
        start = first_day(unit, said.start + timedelta(days=k))
        sums[start] = sums.get(start, 0.0) + cents
    points = []
    for part in split(period, unit):
        name = name_of(part, unit)
        cents = round(sums.get(first_day(unit, part.start), 0.0))
        fact = derived_money(f"ahead:{name}", cents, (known.fact,), part)
        points.append(fact.model_copy(update={"label": name}))
    rows = tuple(Row(fact.label, (fact.id,)) for fact in points)
    return Table((f"per_{unit}", "amount"), rows, len(rows), "period", "line"), points
