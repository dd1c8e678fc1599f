"""Metrics and forecasts over HTTP, without a question: a plan in, facts out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from shared.core.clock import EAT
from shared.core.errors import FieldError, Invalid
from shared.http import READERS, Api, Args, Body, Call, View
from shared.insights.answer import Answer
from shared.insights.plan import POSITIONS, Filters, Intent, MetricName, Period, Plan
from shared.insights.ports import Ports

_Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
MOST_AHEAD = 366
EITHER: frozenset[Intent] = frozenset({"unreconciled"})
"""With a period or as of today."""


class Days(Body):
    """Nairobi days, both included."""

    start: Annotated[_Day, Field(alias="from")]
    end: Annotated[_Day, Field(alias="to")]


class MetricRequest(Body):
    """What to compute: ``name`` and ``metric`` as the listing says, ``filters`` as in a plan.

    ``compare_to`` is for ``compare_periods`` alone. A customer is filtered by id.
    """

    name: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    metric: MetricName
    period: Days | None = None
    compare_to: Days | None = None
    filters: Filters = Filters()
    limit: Annotated[int | None, Field(ge=1, le=50)] = None
    language: Literal["en", "sw"] = "en"


class MetricView(View):
    name: str
    metrics: list[str]
    period: Literal["required", "optional", "none"]
    two_periods: bool


class MetricsView(View):
    """What can be computed, and the filters there are with their shapes."""

    object: str = "list"
    data: list[MetricView]
    filters: dict[str, Any]
    has_more: bool = False
    next_cursor: str | None = None


class ForecastArgs(Args):
    """``days`` from tomorrow on; a channel narrows money in alone."""

    what: Literal["revenue", "expenses", "cash_flow", "cash_balance"] = "revenue"
    days: Annotated[int, Field(ge=1, le=MOST_AHEAD)] = 28
    channel: Literal["mpesa", "airtel", "bank"] | None = None
    language: Literal["en", "sw"] = "en"


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of questions: the same function serves both."""
    api.get("/v1/metrics", roles=READERS, returns=MetricsView, summary="List what can be computed")(
        list_metrics
    )
    api.post("/v1/metrics", roles=READERS, body=MetricRequest, returns=Answer, summary="Compute a metric")(
        compute_metric
    )
    api.get(
        "/v1/forecasts",
        roles=READERS,
        query=ForecastArgs,
        returns=Answer,
        summary="Forecast money of days to come",
    )(read_forecast)


def list_metrics(call: Call[Ports]) -> MetricsView:
    """Every metric with the names it goes by; each is read-only."""
    from shared.insights.metrics import REGISTRY
    from shared.insights.rules import MEANINGS

    names: dict[str, list[str]] = {}
    for intent, metric in MEANINGS.values():
        names.setdefault(intent, []).append(metric)
    data = [
        MetricView(
            name=name, metrics=names[name], period=_period_of(name), two_periods=name == "compare_periods"
        )
        for name in REGISTRY
    ]
    return MetricsView(data=data, filters=Filters.model_json_schema()["properties"])


def _period_of(name: Intent) -> Literal["required", "optional", "none"]:
    return "none" if name in POSITIONS else "optional" if name in EITHER else "required"


def compute_metric(call: Call[Ports], body: MetricRequest) -> Answer:
    """Facts with their records, a table and a chart, and the same in a sentence.

    Raises Invalid ``metric_unknown``, ``period_invalid``, ``plan_invalid`` where it is none or does not fit.
    """
    from shared.insights.metrics import REGISTRY

    intent = next((known for known in REGISTRY if known == body.name), None)
    if intent is None:
        raise Invalid("metric_unknown", f"there is no metric '{body.name}'", [FieldError("/name", "unknown")])
    return _computed(call, _plan(intent, body), body.language)


def _plan(intent: Intent, body: MetricRequest) -> Plan:
    wanted = _period_of(intent)
    if (body.period is None and wanted == "required") or (body.period is not None and wanted == "none"):
        word = "needs a period" if wanted == "required" else "is as of today and takes no period"
        raise Invalid("period_invalid", f"{intent} {word}", [FieldError("/period", word)])
    try:
        return Plan(
            intent=intent,
            metric=body.metric,
            period=_days(body.period),
            compare_to=_days(body.compare_to),
            filters=body.filters,
            limit=body.limit,
            confidence_milli=1000,
            assumptions=("as_of_today",) if body.period is None else (),
        )
    except ValidationError as error:
        faults = [
            FieldError("/" + "/".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()
        ]
        raise Invalid("plan_invalid", "these arguments do not fit the metric", faults) from None


def _days(given: Days | None) -> Period | None:
    from shared.insights.ask import check_range

    return check_range(Period.model_validate({"from": given.start, "to": given.end})) if given else None


def read_forecast(call: Call[Ports]) -> Answer:
    """Expected money with its range, and how far off such forecasts were before; refused with a reason.

    Of cash also what is known by now, each item with its day and records, and the line by week.
    """
    args: ForecastArgs = call.args
    tomorrow = _today(call) + timedelta(days=1)
    plan = Plan(
        intent="forecast",
        metric=args.what,
        period=Period(start=tomorrow, end=tomorrow + timedelta(days=args.days - 1)),
        filters=Filters(channel=args.channel if args.what == "revenue" else None),
        confidence_milli=1000,
    )
    return _computed(call, plan, args.language)


def _today(call: Call[Ports]) -> date:
    return call.ports.clock.now().astimezone(EAT).date()


def _computed(call: Call[Ports], plan: Plan, language: Literal["en", "sw"]) -> Answer:
    from shared.insights.answers import Context, answer
    from shared.insights.metrics import REGISTRY, Scope

    scope = Scope(call.ports.store, call.business, _today(call))
    customer = ""
    if plan.filters.customer is not None:
        from shared.store import Key

        customer = scope.store.require(scope.business, Key("customers", plan.filters.customer)).data["name"]
    return answer(plan, REGISTRY[plan.intent].run(scope, plan), Context(language, scope.today, customer))
