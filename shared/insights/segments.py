"""Customers by how lately, how often and how much they paid, and what they are worth (reference: insights 8).

Quintiles of one year within the business; under twenty customers they would be noise, so nothing is said. The
value of a customer is ``m x r / (1 + d - r)``: what they leave in a month, kept at the segment's monthly
retention, discounted by a hundredth a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from shared.core.errors import Invalid
from shared.insights.facts import Fact, Source, Sum, count_fact, derived_money, derived_percent, money_fact
from shared.insights.metrics.kpi import margins
from shared.insights.metrics.sources import Scope, names_of
from shared.insights.metrics.sums import by_customer, paid_by, paid_by_some
from shared.insights.plan import Filters, Period

LEAST_CUSTOMERS, YEAR, RECENT = 20, 364, 91
FEWEST_PURCHASES = 3
"""Below them a customer's own average says little: the segment's counts instead."""
SEGMENTS = ("champions", "loyal", "new", "occasional", "at_risk", "lost")
DISCOUNT = Decimal("0.01")
SHOWN = 20
_MONTHS_OF_RECENT = 3


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer's year: quintiles 1 to 5 of recency, frequency and money, the best 5."""

    id: str
    paid: Sum
    days: frozenset[date]
    recency: int = 0
    frequency: int = 0
    money: int = 0

    @property
    def last(self) -> date:
        """The day of the last payment."""
        return max(self.days)

    @property
    def segment(self) -> str:
        """One of ``SEGMENTS``."""
        if self.recency >= 4 and self.frequency >= 4:
            return "champions"
        if self.recency >= 3 and self.frequency >= 3:
            return "loyal"
        if self.recency >= 4:
            return "new"
        if self.recency <= 2 and self.frequency >= 3:
            return "at_risk"
        return "lost" if self.recency == 1 else "occasional"


@dataclass(frozen=True, slots=True)
class Segment:
    """The customers of one segment, the most paying first; ``facts`` are its own."""

    name: str
    facts: tuple[Fact, ...]
    customers: tuple[tuple[str, str, tuple[Fact, ...]], ...]
    """Id, name and facts of the first ones."""


def segments(scope: Scope) -> tuple[tuple[Fact, ...], list[Segment]]:
    """The facts they share, and every segment with its customers.

    Raises Invalid ``too_few_customers`` under twenty who paid in the last year.
    """
    period = Period(start=scope.today - timedelta(days=YEAR), end=scope.today)
    groups = by_customer(scope, period)
    groups.pop("", None)
    if len(groups) < LEAST_CUSTOMERS:
        raise Invalid("too_few_customers", "segments need twenty customers who paid within a year")
    known = ranked(
        [
            Customer(who, visits.sum, frozenset(map(date.fromisoformat, visits.days)))
            for who, visits in groups.items()
        ]
    )
    shared = margins(scope)
    margin = next((fact for fact in shared if fact.id == "gross_margin"), None)
    found = []
    for name in SEGMENTS:
        mine = [one for one in known if one.segment == name]
        if mine:
            found.append(_segment(scope, name, mine, period, margin))
    return shared, found


def ranked(customers: Sequence[Customer]) -> list[Customer]:
    """The same with their quintiles; equal customers have equal ones."""
    days = _quintiles([one.last.toordinal() for one in customers])
    times = _quintiles([one.paid.n for one in customers])
    sums = _quintiles([one.paid.cents for one in customers])
    return [
        Customer(one.id, one.paid, one.days, days[k], times[k], sums[k]) for k, one in enumerate(customers)
    ]


def _quintiles(values: Sequence[int]) -> list[int]:
    """1 to 5 by how many values are smaller."""
    ordered = sorted(values)
    places = {value: ordered.index(value) for value in set(values)}
    return [1 + 5 * places[value] // len(values) for value in values]


def _segment(scope: Scope, name: str, mine: list[Customer], period: Period, margin: Fact | None) -> Segment:
    every = Sum()
    for one in mine:
        every.plus(one.paid)
    source = Source("payments", period, (("segment", name),))
    largest = sorted(mine, key=lambda one: (-one.paid.cents, one.id))[:SHOWN]
    summed = paid_by_some(scope, [one.id for one in largest], every, period)
    count = count_fact(f"customers:{name}", len(mine), summed, source).model_copy(update={"label": name})
    paid = money_fact(f"segment_paid:{name}", summed, source, name)
    kept, tried = retained(mine, scope.today)
    retention = derived_percent(f"retention:{name}", kept + 1, tried + 2, (count,), name)
    names = names_of(scope, [one.id for one in largest])
    usual = Usual(Decimal(every.cents) / len(mine), (paid, count), retention, margin)
    rows = tuple(
        (one.id, names[one.id], _worth(one, _paid(scope, one, names[one.id], period), usual))
        for one in largest
    )
    return Segment(name, (count, paid, retention), rows)


def retained(customers: Sequence[Customer], today: date) -> tuple[int, int]:
    """Of customers who paid in the quarter before the last three months, how many paid in these again."""
    recent, before = today - timedelta(days=RECENT), today - timedelta(days=2 * RECENT)
    tried = [one for one in customers if any(before < day <= recent for day in one.days)]
    return sum(one.last > recent for one in tried), len(tried)


def _paid(scope: Scope, one: Customer, name: str, period: Period) -> Fact:
    summed = paid_by(scope, Filters(customer=one.id), one.paid, period)
    return money_fact(f"paid:{one.id}", summed, Source("payments", period, (("customer_id", one.id),)), name)


@dataclass(frozen=True, slots=True)
class Usual:
    """What a segment's customers paid on average in cents, by which facts; how they stay, what is earned."""

    cents: Decimal
    of: tuple[Fact, Fact]
    retention: Fact
    margin: Fact | None


def _worth(one: Customer, paid: Fact, usual: Usual) -> tuple[Fact, ...]:
    if usual.margin is None or Decimal(usual.margin.value) <= 0:
        return (paid,)
    known = one.paid.n >= FEWEST_PURCHASES
    yearly, of = (Decimal(one.paid.cents), (paid,)) if known else (usual.cents, usual.of)
    monthly = yearly / 12 * Decimal(usual.margin.value) / 100
    quarterly = Decimal(usual.retention.value) / 100
    rate = min(_cube_root(quarterly), Decimal("0.99"))
    cents = (monthly * rate / (1 + DISCOUNT - rate)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    value = derived_money(f"lifetime_value:{one.id}", int(cents), (*of, usual.margin, usual.retention))
    return paid, value.model_copy(update={"label": paid.label})


def _cube_root(share: Decimal) -> Decimal:
    """A quarter's retention as a month's."""
    return (share.ln() / _MONTHS_OF_RECENT).exp() if share > 0 else Decimal(0)
