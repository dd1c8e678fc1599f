"""STK push and STK query, as a business calls them (D3 MpesaExpressSimulate, MpesaExpressQuery)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from local.safaricom.envelope import (
    Refusal,
    break_answer,
    broken,
    envelope,
    invalid_field,
    overloaded,
    read_body,
    request_id,
)
from local.safaricom.faults import take_fault
from local.safaricom.model import Merchant, Push
from local.safaricom.oauth import caller
from local.safaricom.payloads import describe
from local.safaricom.prompts import begin
from local.safaricom.rules import amount, first_fault, right_password, text, timely
from local.safaricom.sim import Sim
from shared.core.clock import EAT, rfc3339

PUSH = "/mpesa/stkpush/v1/processrequest"
QUERY = "/mpesa/stkpushquery/v1/query"


def routes(sim: Sim) -> Blueprint:
    """Push and query."""
    blueprint = Blueprint("stk", __name__)

    @blueprint.post(PUSH)
    def push() -> Response:
        return break_answer(sim, "push") or process_push(sim, caller(sim), read_body())

    @blueprint.post(QUERY)
    def query() -> Response:
        return break_answer(sim, "query") or process_query(sim, caller(sim), read_body())

    return blueprint


def process_push(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Check, prompt the phone, acknowledge; two identical requests are two prompts."""
    if name := first_fault(body, sim.now()):
        raise invalid_field(name)
    _authenticate(merchant, body)
    _refuse_when_busy(sim, text(body, "PhoneNumber"))
    push = new_push(sim, body)
    begin(sim, push)
    if fault := take_fault(sim, "lost_ack", push.phone):
        return broken(sim, fault)
    return jsonify(
        MerchantRequestID=push.merchant_request,
        CheckoutRequestID=push.checkout,
        ResponseCode="0",
        ResponseDescription="Success. Request accepted for processing",
        CustomerMessage="Success. Request accepted for processing",
    )


def new_push(sim: Sim, body: dict[str, Any]) -> Push:
    """A push as requested, not yet shown on any phone."""
    return Push(
        checkout=_checkout_id(sim),
        merchant_request=_merchant_request_id(sim),
        shortcode=text(body, "BusinessShortCode"),
        party_b=text(body, "PartyB"),
        phone=text(body, "PhoneNumber"),
        amount_cents=(amount(body) or 0) * 100,
        reference=text(body, "AccountReference"),
        description=text(body, "TransactionDesc"),
        callback_url=text(body, "CallBackURL"),
        created=rfc3339(sim.now()),
    )


def process_query(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """How a push ended, or one of the in-flight shapes; ResultCode is text here, a number in callbacks."""
    if not timely(text(body, "Timestamp"), sim.now()):
        raise invalid_field("Timestamp")
    _authenticate(merchant, body)
    with sim.state.unit():
        push = sim.push(text(body, "CheckoutRequestID"))
        if push is None or push.shortcode != merchant.shortcode:
            raise overloaded("The transaction does not exist")
        push.queries += 1
        sim.save_push(push)
    if fault := take_fault(sim, "query_in_flight", push.phone):
        return envelope(sim, overloaded(""), 200 if fault.mode == "envelope_200" else 500)
    if push.code is None:
        return _in_flight(sim, push)
    return _query_result(push, _told_code(sim, push))


def _in_flight(sim: Sim, push: Push) -> Response:
    # All observed shapes in turn: result 4999, the error with HTTP 500, the same error with HTTP 200.
    if push.queries % 3 == 1:
        return _query_result(push, "4999")
    refusal = overloaded("The transaction is being processed")
    return envelope(sim, refusal, 500 if push.queries % 3 == 2 else 200)


def _told_code(sim: Sim, push: Push) -> str:
    fault = take_fault(sim, "query_contradicts", push.phone) if push.code == "0" else None
    return (fault.code or "1") if fault else str(push.code)


def _query_result(push: Push, code: str) -> Response:
    return jsonify(
        ResponseCode="0",
        ResponseDescription="The service request has been accepted successsfully",
        MerchantRequestID=push.merchant_request,
        CheckoutRequestID=push.checkout,
        ResultCode=code,
        ResultDesc=describe(code, "query"),
    )


def _authenticate(merchant: Merchant, body: dict[str, Any]) -> None:
    if text(body, "BusinessShortCode") != merchant.shortcode:
        raise overloaded("Merchant does not exist")
    if not right_password(body, merchant.passkey):
        raise overloaded("Wrong credentials")


def _refuse_when_busy(sim: Sim, phone: str) -> None:
    if take_fault(sim, "spike_arrest", phone):
        raise Refusal(500, "500.003.02", "Error Occurred: Spike Arrest Violation")
    if take_fault(sim, "subscriber_locked", phone):
        raise overloaded("Unable to lock subscriber, a transaction is already in process")


def _checkout_id(sim: Sim) -> str:
    day = sim.now().astimezone(EAT).strftime("%d%m%Y%H%M%S")
    return f"ws_CO_{day}{sim.state.count('push'):09d}"


def _merchant_request_id(sim: Sim) -> str:
    hexes = sim.ids.new("m")[2:]
    if int(hexes[-1], 16) % 2:
        return request_id(sim)
    return f"{hexes[:4]}-{hexes[4:8]}-{hexes[8:12]}-{hexes[12:24]}"
