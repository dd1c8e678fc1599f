"""Which customers are likely to pay late, and which have stopped coming; with the reasons (reference:
insights 8)."""

from __future__ import annotations

from shared.insights.metrics.churn import churn
from shared.insights.metrics.late_risk import late_risk
from shared.insights.metrics.result import Result
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Plan


def customer_risk(scope: Scope, plan: Plan) -> Result:
    """The risk that the plan's metric names: ``churn_risk``, else ``late_payment_risk``."""
    return churn(scope, plan) if plan.metric == "churn_risk" else late_risk(scope, plan)
