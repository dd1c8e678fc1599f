"""A second reading by a model, when the router is unsure: masked question out, checked intent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.core import logs, measures
from shared.core.clock import Stopwatch
from shared.insights.masking import mask, name_words
from shared.insights.metrics import REGISTRY, Scope
from shared.insights.names import names_in
from shared.insights.narrowing import read_filters
from shared.insights.plan import Category, Channel, Intent, MetricName
from shared.insights.ports import Planner, PlannerFailed
from shared.insights.router import Reading, Target, complete
from shared.insights.text import lower

MODEL_MILLI = 700
_METRIC_OF: dict[Intent, MetricName] = {
    "revenue_total": "revenue",
    "expense_total": "expenses",
    "expense_breakdown": "expenses",
    "largest_expenses": "expenses",
    "outstanding_invoices": "receivables",
    "health_score": "health_score",
    "compare_periods": "revenue",
}


class Choice(BaseModel):
    """All that a model may say. Dates, limits and figures are not among it: code reads those."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    intent: Intent
    flow: MetricName | None = None
    channel: Channel | None = None
    category: Category | None = None


def second_reading(planner: Planner, scope: Scope, question: str, first: Reading) -> Reading | None:
    """The model's reading as a checked plan, or None when there is none: then the first one stands."""
    masked = mask(question, name_words(scope.store, scope.business))
    watch, outcome = Stopwatch(), "refused"
    try:
        choice = Choice.model_validate(dict(planner.choose(masked, [*REGISTRY, "out_of_scope"])))
        outcome = "ok"
    except PlannerFailed as failure:
        outcome = "failed"
        logs.warn("planner failed, the router's answer stands", why=failure.code)
        return None
    except (ValidationError, TypeError, ValueError):
        logs.warn("planner answered outside the plan, the router's answer stands", why="invalid_choice")
        return None
    finally:
        measures.PROVIDER_CALLS.add(provider="gemini", operation="choose", outcome=outcome)
        measures.PROVIDER_SECONDS.observe(watch.seconds, provider="gemini", operation="choose")
    return _reading(choice, question, scope.today, first)


def _reading(choice: Choice, question: str, today: date, first: Reading) -> Reading | None:
    metric = _METRIC_OF.get(choice.intent)
    if metric is None:
        return None
    if choice.intent == "compare_periods" and choice.flow == "expenses":
        metric = "expenses"
    text, names = lower(question), names_in(question)
    given: Mapping[str, Any] = choice.model_dump(include={"channel", "category"}, exclude_none=True)
    given = {**given, "customer": names[0]} if len(names) == 1 else given
    filters = read_filters(text, frozenset()).model_copy(update=given)
    plan = complete(Target(choice.intent, metric, MODEL_MILLI), text, today, filters)
    return Reading(plan, first.language, first.runners_up, names=names)
