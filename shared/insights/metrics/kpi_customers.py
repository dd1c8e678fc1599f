"""How much of income hangs on few customers."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from shared.insights.facts import derived_ratio
from shared.insights.metrics.health_measures import income_of
from shared.insights.metrics.kpi_result import Kpi, twelve_months
from shared.insights.metrics.payers import Ranking, known, payers
from shared.insights.metrics.result import Table
from shared.insights.plan import Plan
from shared.insights.records import Scope

TOP = 5


def concentration(scope: Scope, plan: Plan) -> Kpi:
    """The largest customer's share of twelve months' income, and the Herfindahl index of all shares (to
    10,000).

    Money of unknown payers is income and nobody's: it makes no share.
    """
    period = plan.period or twelve_months(scope.today)
    income, earned = income_of(scope, period)
    order = known(payers(scope, period))
    if not order or earned.cents <= 0:
        return Kpi("concentration", (income,), "concentration_none")
    told, rows = Ranking(scope, period, income, earned.cents).first(order, TOP)
    top = told[-1][1]
    index = derived_ratio("hhi", hhi([one.cents for one in order], earned.cents), (income, told[0][0]))
    table = Table(("customer", "amount", "share"), rows, len(order))
    everything = (top, index, income, *(fact for each in told for fact in each if fact.id != top.id))
    return Kpi(
        "concentration", everything, "concentration", top, assumptions=("unknown_payers",), table=table
    )


def hhi(cents: list[int], whole: int) -> Decimal:
    """The sum of squared shares x 10,000, to a whole number, half to even."""
    exact = Decimal(sum(one * one for one in cents)) * 10_000 / (Decimal(whole) * whole)
    return exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
