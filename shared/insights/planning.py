"""A second reading by a model, when the router is unsure: masked question out, checked intent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.core import logs
from shared.insights.gate import NotAsked, Turn
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


def second_reading(
    planner: Planner, turn: Turn, scope: Scope, question: str, first: Reading
) -> Reading | None:
    """The model's reading as a checked plan, or None when there is none: then the first one stands."""
    masked = mask(question, name_words(scope.store, scope.business))
    intents = (*REGISTRY, "out_of_scope")
    # what may be chosen is the registry's version: another release is another process
    key = (scope.business, masked, scope.today, intents)
    choice: Choice | None = turn.gate.plans.get(key)
    if choice is None:
        try:
            choice = turn.ask("choose", lambda: _choice(planner, masked, intents))
        except (PlannerFailed, NotAsked) as failure:
            logs.warn("no choice of the planner, the router's answer stands", why=failure.code)
            return None
        turn.gate.plans.put(key, choice)
    return _reading(choice, question, scope.today, first)


def _choice(planner: Planner, masked: str, intents: Sequence[str]) -> Choice:
    """What the model chose; raises PlannerFailed when that is outside the plan."""
    try:
        return Choice.model_validate(dict(planner.choose(masked, intents)))
    except (ValidationError, TypeError, ValueError) as error:
        raise PlannerFailed("invalid_choice", ill=False) from error


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
