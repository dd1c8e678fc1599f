"""How the business is doing: income, costs, debts, and a score whose parts are all shown."""

from __future__ import annotations

from shared.core.money import parse_cents
from shared.insights.facts import derived_score
from shared.insights.metrics.health_measures import (
    Measured,
    collecting,
    debts,
    lasting,
    matched,
    profit,
    rising,
)
from shared.insights.metrics.health_parts import LEAST_DAYS, WEIGHTS, Part, score
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, first_payment_day
from shared.insights.plan import Plan


def health_score(scope: Scope, plan: Plan) -> Result:
    """Measures of the last 90 days and of today; no score under 30 days of payments or 60 of 100 weight.

    The plan narrows nothing here: health is of the whole business, today.
    """
    measured = _measure(scope)
    facts = [fact for each in measured for fact in each.facts]
    parts = [each.part for each in measured if each.part is not None]
    points = [derived_score(f"part:{part.name}", part.points, (part.measure,), part.name) for part in parts]
    first = first_payment_day(scope)
    total = score(parts) if first and (scope.today - first).days >= LEAST_DAYS else None
    if total is None:
        return Result((*facts, *points), "none", table=_table(parts), assumptions=("cash_basis",))
    whole = derived_score("score", total, points)
    word = "good" if total >= 70 else "fair" if total >= 45 else "poor"
    weakest = min(parts, key=lambda part: (part.points, -WEIGHTS[part.name]))
    extra = (f"action_{weakest.name}",) if weakest.points < 60 else ()
    return Result((whole, *facts, *points), word, extra, _table(parts), ("cash_basis",))


def _measure(scope: Scope) -> list[Measured]:
    earned, owed = profit(scope), debts(scope)
    income, outstanding = earned.facts[0], owed.facts[0]
    received = parse_cents(income.value)
    return [
        earned,
        owed,
        lasting(scope),
        collecting(scope, outstanding, parse_cents(outstanding.value)),
        rising(scope, income, received),
        *matched(scope, income, received),
    ]


def _table(parts: list[Part]) -> Table:
    rows = tuple(Row(part.name, (part.measure.id, f"part:{part.name}")) for part in parts)
    return Table(("part", "measure", "points"), rows, len(rows), "part")
