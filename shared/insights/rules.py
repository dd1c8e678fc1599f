"""Rules of the trade: concepts that together mean an intent. They are clues for the model (intents.py)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.insights.plan import Intent, MetricName


@dataclass(frozen=True, slots=True)
class Rule:
    """Concepts that together mean an intent; more points win."""

    intent: Intent
    metric: MetricName
    points: int
    needs: frozenset[str]
    without: frozenset[str] = frozenset()


def _rule(intent: Intent, metric: MetricName, points: int, needs: str, without: str = "") -> Rule:
    return Rule(intent, metric, points, frozenset(needs.split()), frozenset(without.split()))


RULES: tuple[Rule, ...] = (
    _rule("revenue_total", "revenue", 500, "revenue"),
    _rule("revenue_total", "revenue", 350, "mpesa how_much"),
    _rule("expense_total", "expenses", 500, "expense"),
    _rule("expense_total", "expenses", 450, "category how_much"),
    _rule("expense_breakdown", "expenses", 700, "expense breakdown"),
    _rule("expense_breakdown", "expenses", 620, "breakdown", "revenue"),
    _rule("largest_expenses", "expenses", 720, "expense largest"),
    _rule("outstanding_invoices", "receivables", 620, "unpaid customer"),
    _rule("outstanding_invoices", "receivables", 640, "unpaid invoice"),
    _rule("outstanding_invoices", "receivables", 520, "unpaid", "vat tax withholding"),
    _rule("outstanding_invoices", "receivables", 650, "overdue invoice"),
    _rule("ageing", "receivables", 900, "ageing"),
    _rule("ageing", "receivables", 850, "overdue over_days"),
    _rule("ageing", "receivables", 780, "unpaid over_days"),
    _rule("top_customers", "revenue", 800, "customer best"),
    _rule("top_customers", "revenue", 780, "customer largest", "unpaid"),
    _rule("customer_risk", "late_payment_risk", 860, "risk customer"),
    _rule("customer_risk", "churn_risk", 880, "churn"),
    _rule("compare_periods", "revenue", 760, "compare revenue"),
    _rule("compare_periods", "expenses", 770, "compare expense"),
    _rule("compare_periods", "revenue", 640, "compare doing"),
    _rule("compare_periods", "revenue", 560, "compare"),
    _rule("trend", "revenue", 740, "trend revenue"),
    _rule("trend", "expenses", 745, "trend expense"),
    _rule("cash_flow", "cash_flow", 800, "in_and_out"),
    _rule("cash_flow", "net_cash_flow", 810, "in_and_out net"),
    _rule("cash_position", "cash_balance", 650, "cash"),
    _rule("forecast", "revenue", 900, "future revenue"),
    _rule("forecast", "expenses", 890, "future expense"),
    _rule("forecast", "cash_flow", 920, "future in_and_out"),
    _rule("forecast", "cash_balance", 910, "future cash"),
    _rule("health_score", "health_score", 720, "health"),
    _rule("kpi", "dso", 950, "kpi_dso"),
    _rule("kpi", "avg_days_to_pay", 840, "kpi_days"),
    _rule("kpi", "runway", 950, "kpi_runway"),
    _rule("anomalies", "anomalies", 880, "odd"),
    _rule("anomalies", "anomalies", 880, "twice"),
    _rule("unreconciled", "unreconciled", 900, "unmatched"),
    _rule("payment_success", "failed_count", 820, "failed payment"),
    _rule("payment_success", "payment_success_rate", 840, "failed rate"),
    _rule("payment_success", "failures_by_reason", 850, "failed why"),
    _rule("tax_summary", "vat", 900, "vat"),
    _rule("tax_summary", "withholding", 910, "withholding"),
    _rule("tax_summary", "vat", 640, "tax", "expense"),
    _rule("budget_variance", "budget_variance", 930, "budget"),
    _rule("find_transaction", "transaction", 890, "find reference"),
    _rule("find_transaction", "transaction", 760, "reference"),
)


MEANINGS: dict[str, tuple[Intent, MetricName]] = {
    f"{rule.intent}/{rule.metric}": (rule.intent, rule.metric) for rule in RULES
}
"""What the model tells apart, as intent and metric."""


def target_of(rule: Rule) -> str:
    """An intent and its metric as one word: what the model tells apart."""
    return f"{rule.intent}/{rule.metric}"


def ranked_rules(found: Iterable[str]) -> list[Rule]:
    """The best rule of each intent, most points first."""
    given = frozenset(found)
    best: dict[Intent, Rule] = {}
    for rule in RULES:
        if rule.needs <= given and not rule.without & given:
            kept = best.get(rule.intent)
            if kept is None or rule.points > kept.points:
                best[rule.intent] = rule
    return sorted(best.values(), key=lambda rule: -rule.points)
