"""Question to plan without any key: safety first, then rules and a small model over words, dates by code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.insights import calendar, lexicon
from shared.insights.intents import OTHER, chances
from shared.insights.names import names_in
from shared.insights.narrowing import read_filters, read_limit
from shared.insights.periods import read_periods, without_dates
from shared.insights.plan import POSITIONS, Assumption, Filters, Intent, MetricName, Period, Plan
from shared.insights.rules import MEANINGS, ranked_rules
from shared.insights.safety import Refusal, refusal
from shared.insights.text import lower

Language = Literal["en", "sw"]
SURE_MILLI = 550
"""Measured on questions of our own that the model was not fitted to: docs/decisions/0040."""
GREETING_WORDS = 4


@dataclass(frozen=True, slots=True)
class Target:
    """The intent and metric chosen for a question, and how surely (0 to 1000)."""

    intent: Intent
    metric: MetricName
    confidence_milli: int


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
    bare = without_dates(text, today)
    target, near = _likeliest(bare, frozenset(found))
    if target is None:
        return _nothing("greeting" in found and len(text.split()) <= GREETING_WORDS, language)
    names = names_in(question)
    if len(names) == 1:
        filters = filters.model_copy(update={"customer": names[0]})
    plan = complete(target, text, today, filters)
    return Reading(plan, language, near, names=names)


def _likeliest(bare: str, found: frozenset[str]) -> tuple[Target | None, tuple[Intent, ...]]:
    """The likeliest target and the next intents; None for what is no question about money.

    Args:
        bare: the question in lower case without its dates; found: the concepts it mentions.
    """
    ranked = chances(bare, ranked_rules(found), found)
    best, sure = ranked[0]
    if best == OTHER:
        return None, ()
    intent, metric = MEANINGS[best]
    near = dict.fromkeys(MEANINGS[name][0] for name, _ in ranked[1:6] if name != OTHER)
    near.pop(intent, None)
    return Target(intent, metric, round(1000 * sure)), tuple(near)[:3]


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
    if intent in POSITIONS:
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
        "find_transaction": frozenset({"reference", "customer", "amount_cents"}),
        "top_customers": frozenset({"channel"}),
    }
    keep = wanted.get(intent, frozenset())
    return Filters(**{name: value for name, value in filters.given().items() if name in keep})
