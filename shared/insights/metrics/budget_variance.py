"""Spending against the budget: by category, so far, and what stands out (reference: insights 8)."""

from __future__ import annotations

from shared.books import all_budgets, in_force
from shared.core.money import parse_cents
from shared.insights.calendar import first_day, shift, whole
from shared.insights.facts import Fact, Source, Tally, derived_money, derived_percent, money_fact, tally
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.sums import costs, grouped, required, tally_lines
from shared.insights.plan import Period, Plan
from shared.store import Doc

LUMPY = frozenset(
    {"rent", "wages_salaries", "payroll_statutory", "taxes", "licences_permits", "insurance", "loans_finance"}
)
"""Paid once a month: half a month's budget for rent would be nonsense."""
FLAG_MILLI, FLAG_CENTS = 100, 100_000
"""A variance is flagged from a tenth of the budget and KES 1,000 on."""


def budget_variance(scope: Scope, plan: Plan) -> Result:
    """Actual minus budget of every category that has one; months that are not over count by their days.

    Categories that are paid once a month are not shared out over its days.
    """
    period = required(plan.period)
    budgets = _budgets(scope, period, plan.filters.category)
    if not budgets:
        return Result((), "none")
    spent = grouped(costs(scope, period, plan.filters.category), lambda line: line.key)
    facts, rows, flagged = [], [], []
    for code, parts in budgets.items():
        line = _line(code, parts, tally_lines(scope, "costs", spent.get(code, [])), period)
        facts += line
        rows.append(Row(code, tuple(fact.id for fact in line)))
        over = parse_cents(line[2].value)
        allowed = parse_cents(line[0].value)
        if over >= FLAG_CENTS and over * 1000 >= allowed * FLAG_MILLI:
            flagged.append((over, line[2]))
    whole_budget, actual, apart = _totals(facts, period)
    table = Table(
        ("category", "budget", "spent", "variance", "variance_share"), tuple(rows), len(rows), "category"
    )
    worst = (
        [max(flagged, key=lambda one: one[0])[1].model_copy(update={"id": "worst_variance"})]
        if flagged
        else []
    )
    word = "over" if parse_cents(actual.value) > parse_cents(whole_budget.value) else "within"
    return Result(
        (whole_budget, actual, apart, *facts, *worst),
        word,
        ("flagged",) if worst else (),
        table,
        ("pro_rated",),
    )


Part = tuple[Doc, int, int]
"""A budget, the days of its month that the period covers, and all days of the month."""


def _budgets(scope: Scope, period: Period, category: str | None) -> dict[str, list[Part]]:
    """The budgets that hold in each month that the period touches, by category."""
    known = all_budgets(scope.store, scope.business)
    found: dict[str, list[Part]] = {}
    month = first_day("month", period.start)
    while month <= period.end:
        days = whole("month", month)
        covered = (min(days.end, period.end) - max(days.start, period.start)).days + 1
        for code, doc in in_force(known, month.isoformat()[:7]).items():
            if category in (None, code):
                found.setdefault(code, []).append((doc, covered, days.days))
        month = shift("month", month, 1)
    return dict(sorted(found.items()))


def _line(code: str, parts: list[Part], spent: Tally, period: Period) -> list[Fact]:
    cents = sum(_share(code, doc.data["amount_cents"], covered, days) for doc, covered, days in parts)
    ids = tuple(dict.fromkeys(doc.id for doc, *_ in parts))
    version = tally([doc for doc, *_ in parts], lambda doc: int(doc.data["amount_cents"])).data_version
    meant = money_fact(
        f"budget:{code}",
        Tally(cents, len(ids), ids, version),
        Source("budgets", period, (("category", code),)),
        code,
    )
    source = Source("expenses", period, (("category", code),))
    actual = money_fact(f"spent_on:{code}", spent, source, code)
    over = parse_cents(actual.value) - cents
    variance = derived_money(f"variance:{code}", over, (actual, meant), period).model_copy(
        update={"label": code}
    )
    share = (
        derived_percent(f"variance_share:{code}", over, cents, (variance, meant), code) if cents else variance
    )
    return [meant, actual, variance, share]


def _share(code: str, cents: int, covered: int, days: int) -> int:
    """The part of a month's budget that belongs to so many of its days, rounded half up."""
    return cents if code in LUMPY else (2 * cents * covered + days) // (2 * days)


def _totals(facts: list[Fact], period: Period) -> tuple[Fact, Fact, Fact]:
    meant = [fact for fact in facts if fact.id.startswith("budget:")]
    spent = [fact for fact in facts if fact.id.startswith("spent_on:")]
    budget, actual = (sum(parse_cents(fact.value) for fact in group) for group in (meant, spent))
    return (
        derived_money("budget", budget, meant, period),
        derived_money("spent", actual, spent, period),
        derived_money("variance", abs(actual - budget), (*meant, *spent), period),
    )
