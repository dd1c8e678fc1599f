"""Exchange rates over HTTP: what one unit of another currency was worth, as somebody stated it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from shared.books.places import RATES
from shared.books.ports import Ports
from shared.books.rates import MICRO, Rate, set_rate
from shared.core.errors import FieldError, Invalid
from shared.http import MANAGERS, READERS, Api, Args, Body, Call, ListView, View, page_view
from shared.store import Doc, Query, Where

_Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class NewRate(Body):
    """Shillings for one unit, as text with at most six decimals (``"129.5512"``), from ``day`` on.

    ``version``: of the rate that was read, 0 for none; the change is refused when it is another by now.
    """

    currency: Annotated[_Currency, Field(examples=["USD"])]
    day: Annotated[str, Field(pattern=r"^20\d{2}-\d{2}-\d{2}$", examples=["2026-03-02"])]
    rate: Annotated[str, Field(pattern=r"^\d{1,6}(\.\d{1,6})?$", examples=["129.5512"])]
    source: Annotated[str, Field(min_length=1, max_length=80, examples=["Central Bank, mean rate"])]
    note: Annotated[str, Field(max_length=500)] = ""
    version: Annotated[int | None, Field(ge=0)] = None


class RateView(View):
    """A stored rate; it holds until the next one, at most 31 days."""

    object: str = "exchange_rate"
    id: str
    currency: str
    day: str
    rate: str
    source: str
    version: int
    changes: list[dict[str, Any]]


class RateArgs(Args):
    """One currency, or all."""

    currency: _Currency | None = None


def add_routes(api: Api[Ports]) -> None:
    """Put the routes beside those of the books: the same function serves both."""
    api.route(
        "PUT",
        "/v1/exchange-rates",
        roles=MANAGERS,
        body=NewRate,
        returns=RateView,
        summary="Store an exchange rate",
    )(put_rate)
    api.get(
        "/v1/exchange-rates", roles=READERS, query=RateArgs, lists=RateView, summary="List exchange rates"
    )(list_rates)


def put_rate(call: Call[Ports], body: NewRate) -> RateView:
    """The same rate again changes nothing; who changed what stays with it."""
    rate = Rate(body.currency, _day(body.day), _micro(body), body.source)
    user = call.actor.user
    doc = call.ports.store.transaction(
        call.business, lambda tx: set_rate(tx, rate, actor=user, note=body.note, version=body.version)
    )
    return _view(doc)


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        fault = FieldError("/day", "no such day")
        raise Invalid("day_invalid", "the day is not in the calendar", [fault]) from None


def _micro(body: NewRate) -> int:
    micro = int(Decimal(body.rate) * MICRO)
    if body.currency == "KES" or not micro:
        where = "/currency" if body.currency == "KES" else "/rate"
        raise Invalid(
            "rate_invalid", "shillings need no rate, and no rate is zero", [FieldError(where, "invalid")]
        )
    return micro


def list_rates(call: Call[Ports]) -> ListView[RateView]:
    """The newest day first."""
    where = (Where("currency", "==", call.args.currency),) if call.args.currency else ()
    query = Query(RATES, where, "-day", call.args.limit, call.args.cursor)
    return page_view(call.ports.store.query(call.business, query), _view)


def _view(doc: Doc) -> RateView:
    rate = Decimal(doc.data["rate_micro"]) / MICRO
    return RateView.model_validate({"id": doc.id, **doc.data, "rate": f"{rate.normalize():f}"})
