"""Questions over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from shared.core.clock import rfc3339
from shared.core.errors import FieldError, Invalid
from shared.http import READERS, Api, Body, Call, View
from shared.insights import goals_api, metrics_api, planning_api
from shared.insights.answer import Answer
from shared.insights.examples import EXAMPLES
from shared.insights.plan import INTENTS, Period
from shared.insights.ports import Ports
from shared.insights.text import MOST_CHARACTERS
from shared.store import Query

api: Api[Ports] = Api("insights", title="Questions about the business's money")


class DateRange(Body):
    """Days as ``YYYY-MM-DD``, both included."""

    start: Annotated[str, Field(alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$")]
    end: Annotated[str, Field(alias="to", pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Question(Body):
    question: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    date_range: DateRange | None = None


class HealthView(View):
    object: str = "health"
    status: str = "ok"
    time: str


class ModelView(View):
    """What the optional model is for: it may choose an intent, never a figure."""

    configured: bool
    data_allowed: bool
    used: bool
    model: str


class PhraserView(View):
    """The optional model as a writer: it words one sentence around slots, and sees no figure."""

    switched_on: bool
    used: bool


class CallsView(View):
    """Calls to the model by day (of this business) and month (of the installation), with their caps.

    ``breaker`` is ``closed`` while calls go out, as the instance that answers sees it.
    """

    today: int
    a_day: int
    this_month: int
    a_month: int
    breaker: str


class StatusView(View):
    object: str = "status"
    languages: list[str]
    computable: list[str]
    understood: list[str]
    planner: ModelView
    phraser: PhraserView
    calls: CallsView


class ExampleView(View):
    intent: str
    language: str
    question: str


class ExamplesView(View):
    object: str = "list"
    data: list[ExampleView]
    has_more: bool = False
    next_cursor: str | None = None


@api.post("/ai/ask", roles=READERS, body=Question, returns=Answer, summary="Ask about the business's money")
def ask_question(call: Call[Ports], body: Question) -> Answer:
    """Answer in English or Swahili from computed facts, each citing its records.

    An unclear question gets three choices and no figure. ``date_range`` replaces the period of the question.
    """
    from shared.insights.ask import ask  # the router and the metrics: only when there is a question

    period = _period(body.date_range) if body.date_range else None
    return ask(call.ports, call.business, body.question, period)


def _period(given: DateRange) -> Period:
    from shared.insights.ask import check_range

    try:
        return check_range(Period.model_validate({"from": given.start, "to": given.end}))
    except ValidationError as error:
        faults = [FieldError("/date_range", fault["msg"]) for fault in error.errors()]
        raise Invalid("date_range_invalid", "the date range is not valid", faults) from None


@api.get("/ai/health", roles=READERS, returns=HealthView, summary="Whether questions can be answered")
def read_health(call: Call[Ports]) -> HealthView:
    """Reads the books once: an unreachable store answers 503."""
    call.ports.store.query(call.business, Query("payments", (), "-paid_at", 1))
    return HealthView(time=rfc3339(call.ports.clock.now()))


@api.get(
    "/ai/status", roles=READERS, returns=StatusView, summary="What can be asked, and who reads questions"
)
def read_status(call: Call[Ports]) -> StatusView:
    """Intents that are computed, whether a model may see masked questions, and how often it was asked."""
    from shared.insights.metrics import REGISTRY

    settings = call.ports.settings
    configured = bool(settings.gemini_key.get_secret_value())
    planner = ModelView(
        configured=configured,
        data_allowed=settings.gemini_data_ok,
        used=call.ports.planner is not None,
        model=settings.gemini_model if configured else "",
    )
    return StatusView(
        languages=["en", "sw"],
        computable=list(REGISTRY),
        understood=list(INTENTS),
        planner=planner,
        phraser=PhraserView(switched_on=settings.gemini_phrasing, used=call.ports.phraser is not None),
        calls=_calls(call),
    )


def _calls(call: Call[Ports]) -> CallsView:
    from shared.insights.call_budget import spent

    gate = call.ports.model_gate
    counted = spent(call.ports.store, call.business, gate.clock.now())
    return CallsView(
        today=counted.today,
        a_day=gate.caps.a_day,
        this_month=counted.this_month,
        a_month=gate.caps.a_month,
        breaker=gate.breaker.state.value,
    )


@api.get("/ai/examples", roles=READERS, returns=ExamplesView, summary="Questions that can be asked")
def list_examples(call: Call[Ports]) -> ExamplesView:
    """The same in English and Swahili."""
    return ExamplesView(
        data=[
            ExampleView(intent=each.intent, language=each.language, question=each.question)
            for each in EXAMPLES
        ]
    )


metrics_api.add_routes(api)
planning_api.add_routes(api)
goals_api.add_routes(api)
