"""Goals over HTTP: what a business wants to reach, and how far it is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.core.clock import EAT
from shared.core.errors import FieldError, Invalid
from shared.http import MANAGERS, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.insights.facts import Fact
from shared.insights.plan import Category
from shared.insights.ports import Ports
from shared.store import Doc, Query

_Day = Annotated[str, Field(pattern=r"^20\d{2}-\d{2}-\d{2}$")]


class NewGoal(Body):
    """Cents to receive (``revenue``) or at most to spend (``expenses``) from ``start`` until ``until``.

    ``version``: of the goal that was read, 0 for none; the change is refused when it is another by now.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    aim: Literal["revenue", "expenses"]
    target_cents: Annotated[int, Field(ge=1, le=100_000_000_000)]
    start: _Day
    until: _Day
    category: Category | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    version: Annotated[int | None, Field(ge=0)] = None


class GoalView(View):
    """A goal, how it stands, and its progress as facts; ``goal_even`` is where even progress would be."""

    object: str = "goal"
    id: str
    name: str
    aim: str
    target_cents: int
    currency: str
    start: str
    until: str
    category: str
    version: int
    standing: str
    facts: list[Fact]
    changes: list[dict[str, Any]]


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of questions: the same function serves both."""
    api.route("PUT", "/v1/goals", roles=MANAGERS, body=NewGoal, returns=GoalView, summary="Set a goal")(
        put_goal
    )
    api.get("/v1/goals", roles=READERS, query=Args, lists=GoalView, summary="List goals with their progress")(
        list_goals
    )


def put_goal(call: Call[Ports], body: NewGoal) -> GoalView:
    """The same again changes nothing; who changed what stays with the goal."""
    from shared.insights.goals import Goal, set_goal

    _check(body)
    goal = Goal(
        body.code, body.name, body.aim, body.target_cents, body.start, body.until, body.category or ""
    )
    user = call.actor.user
    doc = call.ports.store.transaction(
        call.business, lambda tx: set_goal(tx, goal, actor=user, note=body.note, version=body.version)
    )
    return _view(call, doc)


def _check(body: NewGoal) -> None:
    try:
        days = (date.fromisoformat(body.until) - date.fromisoformat(body.start)).days
    except ValueError:
        raise Invalid(
            "days_invalid", "a day is not in the calendar", [FieldError("/start", "no day")]
        ) from None
    if not 0 <= days <= 366 * 3:
        raise Invalid(
            "days_invalid", "a goal lasts one day to three years", [FieldError("/until", "no span")]
        )
    if body.category is not None and body.aim == "revenue":
        raise Invalid("category_unfit", "only spending has a category", [FieldError("/category", "not here")])


def list_goals(call: Call[Ports]) -> ListView[GoalView]:
    """By their last day, the earliest first."""
    from shared.insights.goals import GOALS

    query = Query(GOALS, (), "until", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), lambda doc: _view(call, doc))


def _view(call: Call[Ports], doc: Doc) -> GoalView:
    from shared.insights.goals import progress, standing
    from shared.insights.metrics import Scope
    from shared.insights.wording import localise

    scope = Scope(call.ports.store, call.business, call.ports.clock.now().astimezone(EAT).date())
    facts = [localise(fact, "en") for fact in progress(scope, doc)]
    return GoalView.model_validate(
        {"id": doc.id, "standing": standing(scope, doc), "facts": facts, **doc.data}
    )
