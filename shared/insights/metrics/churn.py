"""Churn risk: q = days since the last purchase / max(median gap between purchases, 7), from four purchases
on.

Below 1.5 is low, to 3 medium, above high. Payments of one Nairobi day are one purchase. Counted are this
month and the twelve whole months before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from statistics import median
from typing import Literal

from shared.insights.citing import cite_payments
from shared.insights.facts import (
    MOST_RECORDS,
    Fact,
    Source,
    count_fact,
    days_fact,
    derived_ratio,
    money_fact,
    together,
)
from shared.insights.metrics.late_risk import window
from shared.insights.metrics.payers import Payer, known, names_of, payers, tally_of
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period, Plan

DEFAULT_ROWS = 10
LEAST_PURCHASES = 4
LEAST_GAP = 7
Level = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Absence:
    """One customer: days since the last purchase, the usual gap in days, and what they paid."""

    payer: Payer
    since: int
    gap: Decimal

    @property
    def q(self) -> Decimal:
        """How many usual gaps long the absence is, to two decimals."""
        return (Decimal(self.since) / self.gap).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)

    @property
    def level(self) -> Level:
        """Judged on the exact figure, not on the rounded one."""
        if self.since * 2 < 3 * self.gap:
            return "low"
        return "high" if self.since > 3 * self.gap else "medium"


def absence(one: Payer, today: date) -> Absence | None:
    """None for a customer with fewer than four purchases."""
    days = sorted(date.fromisoformat(day) for day in one.days)
    if len(days) < LEAST_PURCHASES:
        return None
    gaps = [Decimal((later - earlier).days) for earlier, later in pairwise(days)]
    return Absence(one, (today - days[-1]).days, max(median(gaps), Decimal(LEAST_GAP)))


def churn(scope: Scope, plan: Plan) -> Result:
    """Customers who stay away longer than is usual for them, the longest absences in usual gaps first."""
    period = window(scope.today)
    everybody = known(payers(scope, period))
    judged = [found for one in everybody if (found := absence(one, scope.today))]
    wanted = plan.filters.customer
    judged = [one for one in judged if wanted in (None, one.payer.id)]
    judged.sort(key=lambda one: (-one.q, -one.payer.cents, one.payer.id))
    leaving = [one for one in judged if one.level == "high"]
    shown = [one for one in judged if one.level != "low" or wanted][: plan.limit or DEFAULT_ROWS]
    facts = _totals(scope, period, judged, leaving)
    if not shown:
        return Result(tuple(facts), "churn_none")
    names = names_of(scope, [one.payer.id for one in shown])
    rows = []
    for one in shown:
        told = _one(scope, period, one, names[one.payer.id])
        facts += told
        rows.append(Row(names[one.payer.id], tuple(fact.id for fact in told), one.payer.id))
    first = f"churn_days:{shown[0].payer.id}"
    facts.append(next(fact for fact in facts if fact.id == first).model_copy(update={"id": "longest"}))
    columns = ("customer", "churn_q", "churn_days", "usual_gap", "purchases", "amount")
    table = Table(columns, tuple(rows), len([one for one in judged if one.level != "low"]))
    return Result(tuple(facts), "churn" if leaving else "churn_few", table=table)


def _totals(scope: Scope, period: Period, judged: list[Absence], leaving: list[Absence]) -> list[Fact]:
    source = Source("payments", period, (("churn", "high"), ("status", "settled")))
    ids = [id_ for one in leaving[:5] for id_ in tally_of(scope, period, one.payer).record_ids]
    gone = together(one.payer.sum for one in leaving).tally(ids[:MOST_RECORDS])
    whole = together(one.payer.sum for one in judged).tally(cite_payments(scope, period) if judged else ())
    regular = Source(
        "payments", period, (("purchases", f"at least {LEAST_PURCHASES}"), ("status", "settled"))
    )
    return [
        money_fact("leaving_value", gone, source),
        count_fact("leaving_customers", len(leaving), gone, source),
        count_fact("judged_customers", len(judged), whole, regular),
    ]


def _whole(days: Decimal) -> int | Decimal:
    """A number of days as people write it: a median of whole days is whole or a half."""
    return int(days) if days == int(days) else days


def _one(scope: Scope, period: Period, one: Absence, name: str) -> list[Fact]:
    source = Source("payments", period, (("customer_id", one.payer.id), ("status", "settled")))
    paid = tally_of(scope, period, one.payer)
    since = days_fact(f"churn_days:{one.payer.id}", one.since, paid, source, name)
    gap = days_fact(f"usual_gap:{one.payer.id}", _whole(one.gap), paid, source, name)
    return [
        derived_ratio(f"churn_q:{one.payer.id}", one.q, (since, gap), name),
        since,
        gap,
        count_fact(f"purchases:{one.payer.id}", len(one.payer.days), paid, source, name),
        money_fact(f"paid:{one.payer.id}", paid, source, name),
    ]
