"""Segments of customers by recency, frequency and money (RFM): quintiles within the business, six names.

Money stands for margin: no cost is recorded by customer, and one margin for all changes no order. From
twenty customers on; with fewer, quintiles are noise.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.insights.facts import (
    MOST_RECORDS,
    Fact,
    Source,
    count_fact,
    derived_count,
    derived_percent,
    money_fact,
    together,
)
from shared.insights.metrics.kpi_result import Kpi, twelve_months
from shared.insights.metrics.payers import Payer, known, payers, tally_of
from shared.insights.metrics.result import Row, Table
from shared.insights.metrics.sums import required
from shared.insights.plan import Period, Plan
from shared.insights.records import Scope

LEAST_CUSTOMERS = 20
Segment = Literal["champions", "loyal", "new", "occasional", "at_risk", "lost"]
SEGMENTS: tuple[Segment, ...] = ("champions", "loyal", "new", "occasional", "at_risk", "lost")


@dataclass(frozen=True, slots=True)
class Scored:
    """One customer with scores from 1 to 5."""

    payer: Payer
    recency: int
    frequency: int
    money: int

    @property
    def segment(self) -> Segment:
        """Who has not come for long is at risk or lost; of the others how often they came decides."""
        if self.recency <= 2:
            return "at_risk" if self.frequency >= 3 else "lost"
        if self.recency >= 4 and self.frequency >= 4 and self.money >= 4:
            return "champions"
        if self.frequency >= 3:
            return "loyal"
        return "new" if self.recency >= 4 else "occasional"


def score(order: Sequence[Payer], today: date) -> list[Scored]:
    """Quintiles of everybody: one plus how many fifths of the customers have less. Equal figures score
    alike."""
    last = [-(today - date.fromisoformat(max(one.days))).days for one in order]
    often = [len(one.days) for one in order]
    money = [one.cents for one in order]
    fifths = [_fifths(values) for values in (last, often, money)]
    return [Scored(one, *scores) for one, *scores in zip(order, *fifths, strict=True)]


def _fifths(values: Sequence[int]) -> list[int]:
    ranked = sorted(values)
    return [1 + 5 * bisect_left(ranked, value) // len(ranked) for value in values]


def segments(scope: Scope, plan: Plan) -> Kpi:
    """Customers, income and share of income of each segment, over twelve months."""
    period = plan.period or twelve_months(scope.today)
    order = known(payers(scope, period))
    whole = together(one.sum for one in order)
    source = Source("payments", period, (("customer", "known"), ("status", "settled")))
    total = money_fact("income", whole.tally(_ids(scope, period, order)), source)
    customers = count_fact("paying_customers", len(order), whole.tally(_ids(scope, period, order)), source)
    if len(order) < LEAST_CUSTOMERS:
        return Kpi("segments", (total, customers), "segments_none")
    scored = score(order, scope.today)
    rows, facts = [], []
    for name in SEGMENTS:
        members = [one.payer for one in scored if one.segment == name]
        told = _segment(scope, name, members, total)
        told.append(
            derived_percent(
                f"segment_share:{name}",
                sum(one.cents for one in members),
                whole.cents,
                (told[1], total),
                name,
            )
        )
        facts += told
        rows.append(Row(name, tuple(fact.id for fact in told)))
    at_risk = next(fact for fact in facts if fact.id == "segment_income:at_risk")
    facts.append(at_risk.model_copy(update={"id": "at_risk_income"}))
    table = Table(("segment", "customers", "income", "share"), tuple(rows), len(rows), "part")
    return Kpi("segments", (total, customers, *facts), "segments", customers, table=table)


def _segment(scope: Scope, name: Segment, members: list[Payer], total: Fact) -> list[Fact]:
    """How many customers a segment has, and what they brought."""
    period = required(total.period)
    source = Source("payments", period, (("segment", name), ("status", "settled")))
    told = together(one.sum for one in members).tally(_ids(scope, period, members))
    income = money_fact(f"segment_income:{name}", told, source, name)
    return [derived_count(f"segment:{name}", len(members), (income,), name), income]


def _ids(scope: Scope, period: Period, members: Sequence[Payer]) -> tuple[str, ...]:
    """The first payments of the first three of them: enough to begin looking."""
    return tuple(id_ for one in members[:3] for id_ in tally_of(scope, period, one).record_ids)[:MOST_RECORDS]
