"""Standing orders (Ratiba): approved on the phone, then paid on their days without anybody asking.

Each payment is money to the shortcode like any other, so it is announced as C2B and listed; the order's own
notice tells of it besides, spelled lower-case when it went well and upper-case when not (D3 M-Pesa Ratiba).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.safaricom import model
from local.safaricom.c2b_notices import settle_payment
from local.safaricom.callbacks import Delivery, queue
from local.safaricom.rules import amount, text
from local.safaricom.sim import Sim
from shared.core.clock import EAT, rfc3339

TYPES = ("Standing Order Customer Pay Bill", "Standing Order Customer Pay Marchant")
HOUR = 9
"""When a day's orders are paid, East Africa Time; ours, D3 names none."""
_DAYS = {"2": 1, "3": 7}
_MONTHS = {"4": 1, "5": 2, "6": 3, "7": 6, "8": 12}


@dataclass(frozen=True, slots=True)
class Order:
    """One standing order: ``status`` is asked, active, refused or over; ``paid`` counts its payments."""

    reference: str
    shortcode: str
    body: dict[str, Any]
    status: str = "asked"
    paid: int = 0
    failed: int = 0


def keep_order(sim: Sim, order: Order) -> bool:
    """Keep an order and let the payer be asked; False when the payer has one of this name."""
    name = f"{text(order.body, 'PartyA')}/{text(order.body, 'StandingOrderName')}"
    with sim.state.unit():
        if sim.state.get("order_name", name) is not None:
            return False
        sim.state.put("order_name", name, {"reference": order.reference})
        save(sim, order)
        sim.schedule("order_answered", {"reference": order.reference}, sim.options.answer_seconds)
    return True


def find_order(sim: Sim, reference: str) -> Order | None:
    fact = sim.state.get("order", reference)
    return Order(**fact) if fact else None


def orders(sim: Sim) -> list[Order]:
    """Every standing order."""
    return [Order(**fact) for _, fact in sim.state.all("order")]


def save(sim: Sim, order: Order) -> None:
    sim.state.put("order", order.reference, asdict(order))


def answered(sim: Sim, reference: str) -> None:
    """The phone approves the order, unless its mode is to cancel or to look away."""
    order = find_order(sim, reference)
    if order is None or order.status != "asked":
        return
    mode = sim.account(text(order.body, "PartyA")).mode
    if mode in {"cancel", "ignore", "wrong_pin"}:
        code = {"cancel": "1032", "ignore": "1037", "wrong_pin": "2001"}[mode]
        save(sim, replace(order, status="refused"))
        _tell(sim, order, failure(order, code))
        return
    save(sim, replace(order, status="active"))
    _tell(sim, order, success(order, ""))
    _plan(sim, order, 0)


def execute(sim: Sim, reference: str, number: int) -> None:
    """Pay one instalment, tell of it, and plan the next."""
    order = find_order(sim, reference)
    if order is None or order.status != "active":
        return
    body = order.body
    result = settle_payment(
        sim,
        model.Order(
            phone=text(body, "PartyA"),
            shortcode=order.shortcode,
            party_b=text(body, "BusinessShortCode"),
            amount_cents=(amount(body) or 0) * 100,
            reference=text(body, "AccountReference"),
            kind="c2b",
        ),
    )
    if isinstance(result, model.Transaction):
        order = replace(order, paid=order.paid + 1)
        _tell(sim, order, success(order, result.receipt))
    else:
        order = replace(order, failed=order.failed + 1)
        _tell(sim, order, failure(order, result))
    save(sim, order)
    _plan(sim, order, number + 1)


def day_of(body: dict[str, Any], number: int) -> datetime | None:
    """When the ``number``-th payment (from 0) is due; None after the last one."""
    begin = datetime.strptime(text(body, "StartDate"), "%Y%m%d").replace(hour=HOUR, tzinfo=EAT)
    frequency = text(body, "Frequency")
    if frequency == "1":
        due = begin if number == 0 else None
    elif frequency in _DAYS:
        due = begin + timedelta(days=_DAYS[frequency] * number)
    else:
        due = _months_after(begin, _MONTHS[frequency] * number)
    if due is None or due.strftime("%Y%m%d") > text(body, "EndDate"):
        return None
    return due.astimezone(UTC)


def success(order: Order, receipt: str) -> bytes:
    """Spelled lower-case; without a receipt it tells that the order was approved."""
    header = {
        "responseRefID": order.reference,
        "requestRefID": order.reference,
        "responseCode": "0",
        "responseDescription": "The service request is processed successfully",
    }
    told = [("TransactionID", receipt or "0000000000"), ("responseCode", "0"), ("Status", "OKAY")]
    told.append(("Msisdn", _masked(order)))
    data = [{"name": name, "value": value} for name, value in told]
    return json.dumps({"responseHeader": header, "responseBody": {"responseData": data}}).encode()


def failure(order: Order, code: str) -> bytes:
    """Spelled upper-case."""
    header = {
        "ResponseRefID": order.reference,
        "RequestRefID": order.reference,
        "ResponseCode": code,
        "ResponseDescription": "The standing order failed",
    }
    data = [{"Name": "ResponseCode", "Value": code}, {"Name": "Msisdn", "Value": _masked(order)}]
    return json.dumps({"ResponseHeader": header, "ResponseBody": {"ResponseData": data}}).encode()


def _masked(order: Order) -> str:
    phone = text(order.body, "PartyA")
    return f"{phone[:3]}******{phone[-3:]}"


def _months_after(begin: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day."""
    month = begin.month - 1 + months
    first = begin.replace(year=begin.year + month // 12, month=month % 12 + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return min(first + timedelta(days=begin.day - 1), following - timedelta(days=1))


def _plan(sim: Sim, order: Order, number: int) -> None:
    due = day_of(order.body, number)
    if due is None:
        save(sim, replace(order, status="over"))
        return
    seconds = max(0.0, (due - sim.now()).total_seconds())
    sim.schedule("order_due", {"reference": order.reference, "number": number}, seconds)


def _tell(sim: Sim, order: Order, body: bytes) -> None:
    url = text(order.body, "CallBackURL")
    at = rfc3339(sim.now())
    delivery = Delivery("order", url, body.decode(), order.shortcode, f"{order.reference} {at}")
    queue(sim, [delivery], text(order.body, "PartyA"))
