"""Token, push, enquiry and refund, as a business calls them (reference: payments 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.airtel.faults import take_fault
from local.airtel.model import AMBIGUOUS, IN_PROCESS, NOT_FOUND, OK, Payment
from local.airtel.payments import begin, refund
from local.airtel.sim import Sim
from local.airtel.wire import (
    BAD_NUMBER,
    DUPLICATE,
    FAILED,
    INVALID,
    SUCCESS,
    broken,
    outage,
    refused,
    told,
    unauthorized,
)
from shared.core.clock import parse_rfc3339, rfc3339

LIFETIME_SECONDS = 180
_ID = re.compile(r"[A-Za-z0-9]{4,64}")
_NUMBER = re.compile(r"[17][0-9]{8}")


def routes(sim: Sim) -> Blueprint:
    """The four products."""
    blueprint = Blueprint("products", __name__)

    @blueprint.post("/auth/oauth2/token")
    def token() -> Response:
        return outage(sim, "token") or give_token(sim, _body())

    @blueprint.post("/merchant/v1/payments/")
    def push() -> Response:
        return _guarded(sim, "push", lambda: process_push(sim, _body()))

    @blueprint.get("/standard/v1/payments/<id_>")
    def enquiry(id_: str) -> Response:
        return _guarded(sim, "enquiry", lambda: process_enquiry(sim, id_))

    @blueprint.post("/standard/v1/payments/refund")
    def give_back() -> Response:
        return _guarded(sim, "refund", lambda: process_refund(sim, _body()))

    return blueprint


def give_token(sim: Sim, body: dict[str, Any]) -> Response:
    """A bearer token of three minutes; earlier ones live on until their own end."""
    named = (body.get("client_id"), body.get("client_secret"), body.get("grant_type"))
    if named != (sim.merchant.key, sim.merchant.secret, "client_credentials"):
        return unauthorized()
    value = sim.ids.new("t")[2:]
    sim.state.put("token", value, {"ends": rfc3339(sim.now() + timedelta(seconds=LIFETIME_SECONDS))})
    return jsonify(access_token=value, expires_in=str(LIFETIME_SECONDS), token_type="bearer")  # noqa: S106


def revoke_all(sim: Sim) -> None:
    """End every token before its time."""
    with sim.state.unit():
        for value, _ in sim.state.all("token"):
            sim.state.delete("token", value)


def process_push(sim: Sim, body: dict[str, Any]) -> Response:
    """Check, prompt the phone, acknowledge. An id that was used before is refused, whatever became of it."""
    payment = read_push(sim, body)
    if isinstance(payment, Response):
        return payment
    with sim.state.unit():
        if sim.payment(payment.id) is not None:
            return refused(DUPLICATE, "", "External transaction ID already exists")
        if fault := take_fault(sim, "refused_push", payment.phone):
            return refused(FAILED, fault.code, "Refused")
        begin(sim, payment)
    if fault := take_fault(sim, "lost_ack", payment.phone):
        return broken(fault)
    if take_fault(sim, "ambiguous_push", payment.phone):
        return refused(FAILED, AMBIGUOUS, "Transaction ambiguous")
    accepted = {"id": payment.id, "status": "Success."}
    return told(accepted, SUCCESS, IN_PROCESS, True, "SUCCESS")


def read_push(sim: Sim, body: dict[str, Any]) -> Payment | Response:
    """The payment that a body asks for, or the refusal of a field."""
    subscriber, transaction = _member(body, "subscriber"), _member(body, "transaction")
    id_, amount, msisdn = (
        transaction.get("id"),
        transaction.get("amount"),
        str(subscriber.get("msisdn", "")),
    )
    where = {one.get(name) for one in (subscriber, transaction) for name in ("country", "currency")}
    if not _NUMBER.fullmatch(msisdn):
        return refused(BAD_NUMBER, "", "Invalid MSISDN length")
    usable = isinstance(id_, str) and _ID.fullmatch(id_) and type(amount) is int and amount >= 1
    if not usable or where != {"KE", "KES"} or not str(body.get("reference", "")):
        return refused(INVALID, "", "Field validation failed")
    return Payment(
        id=str(id_),
        merchant=sim.merchant.key,
        phone=msisdn,
        amount_cents=int(str(amount)) * 100,
        reference=str(body["reference"])[:64],
        created=rfc3339(sim.now()),
    )


def process_enquiry(sim: Sim, id_: str) -> Response:
    """How a payment stands: TIP, TS, TF or TE, and TA when a fault says so."""
    payment = sim.payment(id_)
    if payment is None:
        return refused("ESB000045", NOT_FOUND, "No transaction found with the provided id")
    if take_fault(sim, "enquiry_ambiguous", payment.phone):
        return _state(payment, "TA", AMBIGUOUS)
    if take_fault(sim, "enquiry_in_flight", payment.phone):
        return _state(payment, "TIP", IN_PROCESS)
    return _state(payment, payment.status, payment.code)


def _state(payment: Payment, status: str, code: str) -> Response:
    transaction = {"id": payment.id, "status": status, "message": "success" if status == "TS" else "said"}
    if status == "TS":
        transaction["airtel_money_id"] = payment.money_id
    return told(transaction, SUCCESS if code in {OK, IN_PROCESS} else FAILED, code, status == "TS", status)


def process_refund(sim: Sim, body: dict[str, Any]) -> Response:
    """Give a payment back, whole and once; asked for again it is refused."""
    money_id = _member(body, "transaction").get("airtel_money_id")
    payment = next((p for p in sim.payments() if p.money_id and p.money_id == money_id), None)
    if payment is None:
        return refused("ESB000045", NOT_FOUND, "No transaction found with the provided id")
    fault = take_fault(sim, "lost_refund_answer", payment.phone)
    if not refund(sim, payment) and not fault:
        return refused(FAILED, "DP00800001008", "Transaction was refunded before")
    done = {"airtel_money_id": f"CI{payment.money_id[2:]}", "status": "SUCCESS"}
    return broken(fault) if fault else told(done, SUCCESS, OK, True, "SUCCESS")


def _guarded(sim: Sim, route: str, work: Callable[[], Response]) -> Response:
    if damaged := outage(sim, route):
        return damaged
    if take_fault(sim, "token_expired"):
        revoke_all(sim)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    token = sim.state.get("token", value) if scheme == "Bearer" and value else None
    if token is None or parse_rfc3339(token["ends"]) <= sim.now():
        return unauthorized()
    if (request.headers.get("X-Country"), request.headers.get("X-Currency")) != ("KE", "KES"):
        return refused(INVALID, "", "X-Country and X-Currency are required")
    return work()


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _member(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
