"""Question to plan without any model: safety first, then concepts, rules with points, and dates by code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.insights import calendar, lexicon
from shared.insights.names import names_in
from shared.insights.narrowing import read_filters, read_limit
from shared.insights.periods import read_periods, without_dates
from shared.insights.plan import Assumption, Filters, Intent, MetricName, Period, Plan
from shared.insights.safety import Refusal, refusal
from shared.insights.text import lower

Language = Literal["en", "sw"]
SURE_MILLI = 600
GREETING_WORDS = 4
_POSITIONS = frozenset(
    {
        "outstanding_invoices",
        "ageing",
        "health_score",
        "kpi",
        "customer_risk",
        "cash_position",
        "find_transaction",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Concepts that together mean an intent; more points win."""

    intent: Intent
    metric: MetricName
    points: int
    needs: frozenset[str]
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """The intent and metric chosen for a question, and how surely (0 to 1000)."""

    intent: Intent
    metric: MetricName
    confidence_milli: int


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question was read as.

    Args:
        runners_up: the next best intents.
        refused: why it was refused.
        names: people or companies it mentions; the plan's customer filter when there is exactly one.
    """

    plan: Plan
    language: Language
    runners_up: tuple[Intent, ...] = ()
    refused: Refusal | None = None
    names: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the plan may be carried out without asking back."""
        return self.plan.confidence_milli >= SURE_MILLI


def route(question: str, today: date) -> Reading:
    """Read a question as a plan against ``today`` (a Nairobi day); never raises for any text."""
    text = lower(question)
    language: Language = "sw" if lexicon.is_swahili(text) else "en"
    if reason := refusal(text):
        return Reading(Plan(intent="out_of_scope", confidence_milli=1000), language, refused=reason)
    found = set(lexicon.concepts(text))
    filters = read_filters(text, frozenset(found))
    found |= {"over_days"} if filters.min_days_overdue is not None else set()
    found |= {"category"} if filters.category else set()
    ranked = _ranked(found)
    if not ranked:
        return _nothing("greeting" in found and len(text.split()) <= GREETING_WORDS, language)
    best = ranked[0]
    margin = best.points - ranked[1].points if len(ranked) > 1 else 200
    names = names_in(question)
    if len(names) == 1:
        filters = filters.model_copy(update={"customer": names[0]})
    target = Target(best.intent, best.metric, _confidence(best.points, margin))
    plan = complete(target, text, today, filters)
    return Reading(plan, language, tuple(rule.intent for rule in ranked[1:4]), names=names)


def _ranked(found: Iterable[str]) -> list[Rule]:
    """The best rule of each intent, most points first."""
    given = frozenset(found)
    best: dict[Intent, Rule] = {}
    for rule in RULES:
        if rule.needs <= given and not rule.without & given:
            kept = best.get(rule.intent)
            if kept is None or rule.points > kept.points:
                best[rule.intent] = rule
    return sorted(best.values(), key=lambda rule: -rule.points)


def _confidence(points: int, margin: int) -> int:
    return min(1000, points + 200 if margin >= 20 else points - 150)


def _nothing(greeted: bool, language: Language) -> Reading:
    """No concept of the trade: a greeting is answered as one, everything else asks back."""
    plan = Plan(intent="out_of_scope", confidence_milli=1000 if greeted else 0)
    return Reading(plan, language, refused="greeting" if greeted else "unknown")


def complete(target: Target, text: str, today: date, filters: Filters) -> Plan:
    """A whole plan for an intent: dates, defaults and limits are read by code, whoever chose the intent."""
    intent = target.intent
    period, compare_to, assumed = _periods(intent, read_periods(text, today), today)
    return Plan(
        intent=intent,
        metric=target.metric,
        period=period,
        compare_to=compare_to,
        filters=_kept(intent, filters),
        limit=read_limit(without_dates(text, today), intent),
        confidence_milli=target.confidence_milli,
        assumptions=assumed,
    )


def _periods(
    intent: Intent, named: list[Period], today: date
) -> tuple[Period | None, Period | None, tuple[Assumption, ...]]:
    if intent == "compare_periods":
        return _compared(named, today)
    if intent in _POSITIONS:
        return None, None, ("as_of_today",)
    if named:
        return named[0], None, ()
    if intent == "unreconciled":
        return None, None, ("as_of_today",)
    if intent == "forecast":
        return calendar.following("day", today, 30), None, ("default_period",)
    return calendar.this("month", today), None, ("default_period",)


def _compared(named: list[Period], today: date) -> tuple[Period, Period, tuple[Assumption, ...]]:
    if len(named) >= 2:
        return named[0], named[1], ()
    if named and named[0].end < today:
        unit_so_far = _so_far(named[0], today)
        if unit_so_far is not None:
            return unit_so_far, named[0], ("default_period",)
    period = named[0] if named else calendar.this("month", today)
    return period, calendar.previous_whole(period), ("previous_whole",)


def _so_far(previous: Period, today: date) -> Period | None:
    """When only "last month" was named, the other side is this month so far."""
    units: tuple[calendar.Unit, ...] = ("day", "week", "month", "quarter", "year")
    return next(
        (calendar.this(unit, today) for unit in units if calendar.relative(unit, today, -1) == previous), None
    )


def _kept(intent: Intent, filters: Filters) -> Filters:
    """Only the filters that mean something for the intent."""
    wanted: dict[str, frozenset[str]] = {
        "revenue_total": frozenset({"channel", "customer"}),
        "expense_total": frozenset({"category"}),
        "expense_breakdown": frozenset(),
        "largest_expenses": frozenset({"category"}),
        "outstanding_invoices": frozenset({"overdue_only", "customer"}),
        "ageing": frozenset({"min_days_overdue"}),
        "compare_periods": frozenset({"channel", "category"}),
        "trend": frozenset({"granularity", "category", "channel"}),
        "cash_flow": frozenset({"granularity"}),
        "anomalies": frozenset({"kind"}),
        "unreconciled": frozenset({"channel"}),
        "payment_success": frozenset({"channel"}),
        "budget_variance": frozenset({"category"}),
        "find_transaction": frozenset({"reference", "customer"}),
        "top_customers": frozenset({"channel"}),
    }
    keep = wanted.get(intent, frozenset())
    return Filters(**{name: value for name, value in filters.given().items() if name in keep})
