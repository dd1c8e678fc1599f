"""Customer lifetime value: m x r / (1 + d - r), with m the monthly margin, r the monthly retention, d 1 % a
month.

Counted are the twelve whole months before this one. r is the retention of the customer's segment, drawn
towards the whole business's as if by two customers more (a Beta prior); m is the customer's own from three
purchases on, else the mean of its segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

from shared.insights.calendar import first_day, last
from shared.insights.facts import Fact, Source, derived_money, derived_percent, money_fact
from shared.insights.metrics.health_measures import STOCK, income_of
from shared.insights.metrics.kpi_result import Kpi
from shared.insights.metrics.payers import Payer, known, names_of, payers, tally_of
from shared.insights.metrics.result import Row, Table
from shared.insights.metrics.segments import LEAST_CUSTOMERS, score
from shared.insights.metrics.sums import spending
from shared.insights.plan import Assumption, Filters, Period, Plan
from shared.insights.records import Scope

DISCOUNT = Fraction(1, 100)
PRIOR = 2
LEAST_PURCHASES = 3
EVERYBODY = "everybody"
DEFAULT_ROWS = 10


@dataclass(frozen=True, slots=True)
class Worth:
    """One customer's value: cents a month, retention and the value in cents."""

    payer: Payer
    monthly: Fraction
    retention: Fraction

    @property
    def cents(self) -> int:
        return round(self.monthly * self.retention / (1 + DISCOUNT - self.retention))


def customer_value(scope: Scope, plan: Plan) -> Kpi:
    """What the customers are worth from here on, in all and the dearest ones."""
    period = last("month", scope.today, 12)
    order = known(payers(scope, period))
    income, earned = income_of(scope, period)
    summed, source = spending(scope, period, Filters(category=STOCK))
    stock = money_fact("stock_costs", summed, source)
    if not order:
        return Kpi("customer_value", (income, stock), "customer_value_none")
    rate = Fraction(max(earned.cents - summed.cents, 0), earned.cents) if earned.cents > 0 else Fraction(0)
    worths = sorted(worth(order, period, rate), key=lambda one: (-one.cents, one.payer.id))
    shown = worths[: plan.limit or DEFAULT_ROWS]
    names = names_of(scope, [one.payer.id for one in shown])
    rows, facts = [], []
    for one in shown:
        told = _one(scope, period, one, names[one.payer.id])
        facts += told
        rows.append(Row(names[one.payer.id], tuple(fact.id for fact in told[:3]), one.payer.id))
    whole = derived_money("customer_value", sum(one.cents for one in worths), (income, stock))
    first = facts[0].model_copy(update={"id": "dearest"})
    table = Table(("customer", "clv", "monthly_margin", "retention"), tuple(rows), len(worths))
    assumed: tuple[Assumption, ...] = ("cash_basis",) if summed.count else ("cash_basis", "no_stock_costs")
    return Kpi(
        "customer_value", (whole, income, stock, first, *facts), "customer_value", whole, (), assumed, table
    )


def worth(order: Sequence[Payer], period: Period, margin: Fraction) -> list[Worth]:
    """Every customer's monthly margin and retention."""
    today = period.end + timedelta(days=1)
    few = len(order) < LEAST_CUSTOMERS
    segment = {one.payer.id: EVERYBODY if few else one.segment for one in score(order, today)}
    kept = retention(order, segment, period)
    own = {one.id: margin * one.cents / _months(one, period) for one in order}
    usual = _means(order, segment, own)
    return [
        Worth(
            one,
            own[one.id] if len(one.days) >= LEAST_PURCHASES else usual.get(segment[one.id], own[one.id]),
            kept[segment[one.id]],
        )
        for one in order
    ]


def retention(order: Sequence[Payer], segment: dict[str, str], period: Period) -> dict[str, Fraction]:
    """By segment: of the months in which its customers bought, how often they bought in the next one too."""
    months = months_between(period)
    counts: dict[str, list[int]] = {}
    for one in order:
        active = {day[:7] for day in one.days}
        pairs = [(month, after) for month, after in pairwise(months) if month in active]
        into = counts.setdefault(segment[one.id], [0, 0])
        into[0] += sum(after in active for _, after in pairs)
        into[1] += len(pairs)
    kept, all_pairs = (sum(count[at] for count in counts.values()) for at in (0, 1))
    usual = Fraction(kept + 1, all_pairs + 2)
    return {name: (again + PRIOR * usual) / (pairs + PRIOR) for name, (again, pairs) in counts.items()}


def months_between(period: Period) -> list[str]:
    """The months of a period, each by its year and number."""
    found, month = [], first_day("month", period.start)
    while month <= period.end:
        found.append(month.isoformat()[:7])
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def _months(one: Payer, period: Period) -> int:
    """Months from the first purchase to the end of the period."""
    months = months_between(period)
    return len(months) - months.index(min(one.days)[:7])


def _means(order: Sequence[Payer], segment: dict[str, str], own: dict[str, Fraction]) -> dict[str, Fraction]:
    groups: dict[str, list[Fraction]] = {}
    for one in order:
        if len(one.days) >= LEAST_PURCHASES:
            groups.setdefault(segment[one.id], []).append(own[one.id])
    return {name: sum(values, Fraction(0)) / len(values) for name, values in groups.items()}


def _one(scope: Scope, period: Period, one: Worth, name: str) -> list[Fact]:
    source = Source("payments", period, (("customer_id", one.payer.id), ("status", "settled")))
    paid = money_fact(f"paid:{one.payer.id}", tally_of(scope, period, one.payer), source, name)
    monthly = derived_money(f"monthly_margin:{one.payer.id}", round(one.monthly), (paid,), label=name)
    kept = one.retention
    share = derived_percent(f"retention:{one.payer.id}", kept.numerator, kept.denominator, (paid,), name)
    value = derived_money(f"clv:{one.payer.id}", one.cents, (monthly, share), label=name)
    return [value, monthly, share, paid]
