"""Budgets over HTTP: what is meant to be spent, by category and month."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from shared.books.budgets import Budget, all_budgets, in_force, set_budget
from shared.books.places import BUDGETS
from shared.books.ports import Ports
from shared.categories import CODES
from shared.core.errors import FieldError, Invalid
from shared.http import MANAGERS, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.store import Doc, Query

_Month = Annotated[str, Field(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")]


class NewBudget(Body):
    """Cents for a category in a month, or in every month from it on; 0 ends one that repeats.

    ``version``: of the budget that was read, 0 for none; the change is refused when it is another by now.
    """

    category: Annotated[str, Field(max_length=40)]
    month: _Month
    amount_cents: Annotated[int, Field(ge=0, le=100_000_000_000)]
    repeats: bool = False
    note: Annotated[str, Field(max_length=500)] = ""
    version: Annotated[int | None, Field(ge=0)] = None


class BudgetView(View):
    object: str = "budget"
    id: str
    category: str
    month: str
    repeats: bool
    amount_cents: int
    currency: str
    version: int
    changes: list[dict[str, Any]]


class MonthView(View):
    """The budgets that hold in one month, one a category at most."""

    object: str = "budget_month"
    month: str
    total_cents: int
    budgets: list[BudgetView]


class MonthArgs(Args):
    """Which month, ``2026-03``."""

    month: _Month


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of the books: the same function serves both."""
    api.route(
        "PUT",
        "/v1/budgets",
        roles=MANAGERS,
        body=NewBudget,
        returns=BudgetView,
        summary="Set what may be spent on a category",
    )(put_budget)
    api.get("/v1/budgets", roles=READERS, query=Args, lists=BudgetView, summary="List budgets")(list_budgets)
    api.get(
        "/v1/budgets/in-force",
        roles=READERS,
        query=MonthArgs,
        returns=MonthView,
        summary="Read the budgets that hold in a month",
    )(read_month)


def put_budget(call: Call[Ports], body: NewBudget) -> BudgetView:
    """The same figure again changes nothing; who changed what stays with the budget."""
    if body.category not in CODES:
        raise Invalid("category_unknown", "there is no such category", [FieldError("/category", "unknown")])
    budget = Budget(body.category, body.month, body.amount_cents, body.repeats)
    user = call.actor.user
    doc = call.ports.store.transaction(
        call.business, lambda tx: set_budget(tx, budget, actor=user, note=body.note, version=body.version)
    )
    return _view(doc)


def list_budgets(call: Call[Ports]) -> ListView[BudgetView]:
    """By month, the earliest first; what repeats is listed under its first month."""
    query = Query(BUDGETS, (), "month", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), _view)


def read_month(call: Call[Ports]) -> MonthView:
    """A month of its own goes before what repeats, a later start before an earlier one."""
    month: str = call.args.month
    held = [_view(doc) for doc in in_force(all_budgets(call.ports.store, call.business), month).values()]
    return MonthView(month=month, total_cents=sum(one.amount_cents for one in held), budgets=held)


def _view(doc: Doc) -> BudgetView:
    return BudgetView.model_validate({"id": doc.id, **doc.data})
