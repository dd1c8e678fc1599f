"""The use case: a question about one business's money in, an answer with its facts out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from shared.core.clock import EAT, Clock
from shared.core.errors import FieldError, Invalid
from shared.insights.answer import Answer
from shared.insights.answers import Context, Say, answer, reply
from shared.insights.calendar import previous_whole
from shared.insights.customers import find_customer
from shared.insights.metrics import REGISTRY, Scope
from shared.insights.plan import Intent, Period, Plan
from shared.insights.ports import Phraser, Planner
from shared.insights.router import Reading, route
from shared.store import Store

if TYPE_CHECKING:
    from shared.insights.gate import Gate

LONGEST_DAYS = 366 * 5
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


class Needs(Protocol):
    """The ports of this use case."""

    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def planner(self) -> Planner | None: ...
    @property
    def phraser(self) -> Phraser | None: ...
    @property
    def model_gate(self) -> Gate: ...


class _NameUnknown(Exception):
    """The question names somebody who is not exactly one customer."""


def ask(ports: Needs, business: str, question: str, date_range: Period | None = None) -> Answer:
    """Answer a question in its own language, from the books of ``business`` alone.

    Args:
        date_range: days that replace whatever period the question names; must pass ``check_range``.

    A question that is unclear, refused or not computable gets a fixed reply and no figure.
    """
    today = ports.clock.now().astimezone(EAT).date()
    reading = route(question, today)
    scope = Scope(ports.store, business, today)
    if ports.phraser is None and (reading.sure or ports.planner is None):
        return _answer(scope, reading, date_range)
    return _helped(ports, scope, question, reading, date_range)


def _helped(ports: Needs, scope: Scope, question: str, reading: Reading, date_range: Period | None) -> Answer:
    """The answer where a model may be asked: to choose when the router is unsure, to word what came of it."""
    from shared.insights.phrasing import Wording  # only where a model may be asked
    from shared.insights.planning import second_reading

    turn = ports.model_gate.turn(scope.store, scope.business)
    second = None
    if ports.planner is not None and not reading.sure:
        second = second_reading(ports.planner, turn, scope, question, reading)
    say = Wording(ports.phraser, turn) if ports.phraser is not None else None
    given = _answer(scope, second or reading, date_range, say)
    return given.model_copy(update={"method": "gemini"}) if second else given


def check_range(period: Period) -> Period:
    """A date range worth reading; raises Invalid ``date_range_invalid``."""
    if period.start < _EARLIEST or period.end > _LATEST or period.days > LONGEST_DAYS:
        raise Invalid(
            "date_range_invalid",
            "a date range has at most five years, between 2000 and 2100",
            [FieldError("/date_range", f"{period.days} days from {period.start} to {period.end}")],
        )
    return period


def _answer(scope: Scope, reading: Reading, date_range: Period | None, say: Say | None = None) -> Answer:
    plan, language = reading.plan, reading.language
    near: tuple[Intent, ...] = (plan.intent, *reading.runners_up)
    if not reading.sure:
        return reply("choices", reading.refused or "unsure", plan.intent, language, near)
    if reading.refused is not None:
        return reply("out_of_scope", reading.refused, plan.intent, language)
    metric = REGISTRY.get(plan.intent)
    if metric is None:
        return reply("not_available", "not_yet", plan.intent, language, reading.runners_up)
    try:
        plan, customer = _customer(scope, reading)
    except _NameUnknown:
        return reply("choices", "name", plan.intent, language, near)
    plan = _ranged(plan, date_range) if date_range else plan
    return answer(plan, metric.run(scope, plan), Context(language, scope.today, customer), say)


def _customer(scope: Scope, reading: Reading) -> tuple[Plan, str]:
    """The plan narrowed to the customer that is named; a name that cannot be resolved stops the answer."""
    plan = reading.plan
    if not reading.names:
        return plan, ""
    name = plan.filters.customer
    doc = find_customer(scope.store, scope.business, name) if name else None
    if doc is None:
        raise _NameUnknown
    filters = plan.filters.model_copy(update={"customer": doc.id})
    return plan.model_copy(update={"filters": filters}), doc.data["name"]


def _ranged(plan: Plan, period: Period) -> Plan:
    """The plan over the days that were given; a position stays as of today, and says so."""
    if plan.period is None:
        return plan
    compare_to = previous_whole(period) if plan.compare_to else None
    kept = tuple(code for code in plan.assumptions if code not in ("default_period", "previous_whole"))
    assumed = (*kept, "date_range_given", *(("previous_whole",) if compare_to else ()))
    return plan.model_copy(update={"period": period, "compare_to": compare_to, "assumptions": assumed})
