"""The registry: one entry per intent that can be computed. Read-only, each a function over store queries."""

from __future__ import annotations

from shared.insights.metrics.ageing import ageing
from shared.insights.metrics.cash_flow import cash_flow
from shared.insights.metrics.cash_position import cash_position
from shared.insights.metrics.compare_periods import compare_periods
from shared.insights.metrics.customer_risk import customer_risk
from shared.insights.metrics.expense_breakdown import expense_breakdown
from shared.insights.metrics.expense_total import expense_total
from shared.insights.metrics.find_transaction import find_transaction
from shared.insights.metrics.health_score import health_score
from shared.insights.metrics.kpi import kpi
from shared.insights.metrics.largest_expenses import largest_expenses
from shared.insights.metrics.outstanding_invoices import outstanding_invoices
from shared.insights.metrics.payment_success import payment_success
from shared.insights.metrics.result import Metric, Plot, Result, Row, Table
from shared.insights.metrics.revenue_total import revenue_total
from shared.insights.metrics.sources import Scope
from shared.insights.metrics.tax_summary import tax_summary
from shared.insights.metrics.top_customers import top_customers
from shared.insights.metrics.trend import trend
from shared.insights.metrics.unreconciled import unreconciled
from shared.insights.plan import Intent

_METRICS = (
    Metric("revenue_total", revenue_total),
    Metric("expense_total", expense_total),
    Metric("expense_breakdown", expense_breakdown),
    Metric("largest_expenses", largest_expenses),
    Metric("outstanding_invoices", outstanding_invoices),
    Metric("compare_periods", compare_periods),
    Metric("health_score", health_score),
    Metric("ageing", ageing),
    Metric("top_customers", top_customers),
    Metric("customer_risk", customer_risk),
    Metric("trend", trend),
    Metric("cash_flow", cash_flow),
    Metric("cash_position", cash_position),
    Metric("kpi", kpi),
    Metric("unreconciled", unreconciled),
    Metric("payment_success", payment_success),
    Metric("tax_summary", tax_summary),
    Metric("find_transaction", find_transaction),
)
REGISTRY: dict[Intent, Metric] = {metric.intent: metric for metric in _METRICS}

__all__ = ["REGISTRY", "Metric", "Plot", "Result", "Row", "Scope", "Table"]
