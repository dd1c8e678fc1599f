"""The registry: one entry per intent that can be computed. Read-only, each a function over store queries."""

from __future__ import annotations

from shared.insights.metrics.anomalies import anomalies
from shared.insights.metrics.compare_periods import compare_periods
from shared.insights.metrics.expense_breakdown import expense_breakdown
from shared.insights.metrics.expense_total import expense_total
from shared.insights.metrics.health_score import health_score
from shared.insights.metrics.largest_expenses import largest_expenses
from shared.insights.metrics.outstanding_invoices import outstanding_invoices
from shared.insights.metrics.result import Metric, Result, Row, Table
from shared.insights.metrics.revenue_total import revenue_total
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Intent

_METRICS = (
    Metric("revenue_total", revenue_total),
    Metric("expense_total", expense_total),
    Metric("expense_breakdown", expense_breakdown),
    Metric("largest_expenses", largest_expenses),
    Metric("outstanding_invoices", outstanding_invoices),
    Metric("compare_periods", compare_periods),
    Metric("health_score", health_score),
    Metric("anomalies", anomalies),
)
REGISTRY: dict[Intent, Metric] = {metric.intent: metric for metric in _METRICS}

__all__ = ["REGISTRY", "Metric", "Result", "Row", "Scope", "Table"]
