"""The test bench's own JSON endpoints under /control: phones, faults, deliveries, the true ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.safaricom.asked import all_asked
from local.safaricom.bills import bills, pay_bill
from local.safaricom.callbacks import release_late, sent
from local.safaricom.certificate import certificate_pem
from local.safaricom.due import run_due
from local.safaricom.faults import FAULTS, Fault, add_fault, fault_errors
from local.safaricom.ledger import org_balance, transactions
from local.safaricom.model import MODES
from local.safaricom.oauth import revoke_all
from local.safaricom.orders import orders
from local.safaricom.prompts import ACTIONS, answer
from local.safaricom.screens import open_prompts, phones
from local.safaricom.sending import outgoing
from local.safaricom.sim import Sim
from shared.core.errors import Invalid
from shared.core.phone import parse_phone

_Answer = tuple[Response, int]


def routes(sim: Sim) -> Blueprint:
    """Every control endpoint; they exist only here, never at the real Safaricom."""
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    _phone_routes(blueprint, sim)
    _fault_routes(blueprint, sim)
    _ledger_routes(blueprint, sim)
    return blueprint


def _phone_routes(blueprint: Blueprint, sim: Sim) -> None:
    @blueprint.get("/prompts")
    def prompts() -> Response:
        return jsonify([asdict(push) for push in open_prompts(sim)])

    @blueprint.post("/prompts/<checkout>")
    def answer_prompt(checkout: str) -> _Answer:
        body = _body()
        action = body.get("action")
        if action not in ACTIONS:
            return _wrong([f"action must be one of {', '.join(ACTIONS)}"])
        push = answer(sim, checkout, action, str(body.get("pin", "")))
        return (jsonify(asdict(push)), 200) if push else _missing()

    @blueprint.put("/mode")
    def mode() -> _Answer:
        value = _body().get("mode")
        if value not in MODES:
            return _wrong([f"mode must be one of {', '.join(MODES)}"])
        sim.state.put("setting", "mode", {"value": value})
        return jsonify(mode=value), 200

    @blueprint.get("/phones")
    def list_phones() -> Response:
        return jsonify([asdict(account) for account in phones(sim)])

    @blueprint.put("/phones/<msisdn>")
    def change_phone(msisdn: str) -> _Answer:
        return set_phone(sim, msisdn, _body())


def _fault_routes(blueprint: Blueprint, sim: Sim) -> None:
    @blueprint.get("/faults")
    def faults() -> Response:
        return jsonify(known=FAULTS, on=dict(sim.state.all("fault")))

    @blueprint.post("/faults")
    def add() -> _Answer:
        body = _body()
        if errors := fault_errors(body):
            return _wrong(errors)
        return jsonify(id=add_fault(sim, Fault(**body))), 201

    @blueprint.delete("/faults")
    def clear() -> _Answer:
        with sim.state.unit():
            for id_, _ in sim.state.all("fault"):
                sim.state.delete("fault", id_)
        return jsonify(on={}), 200

    @blueprint.post("/tokens/revoke")
    def revoke() -> _Answer:
        revoke_all(sim)
        return jsonify(revoked=True), 200


def _ledger_routes(blueprint: Blueprint, sim: Sim) -> None:
    @blueprint.get("/transactions")
    def list_transactions() -> Response:
        return jsonify([asdict(transaction) for transaction in transactions(sim)])

    @blueprint.get("/organisations")
    def organisations() -> Response:
        return jsonify({m.shortcode: org_balance(sim, m.shortcode) for m in sim.merchants})

    @blueprint.put("/organisations/<shortcode>")
    def change_organisation(shortcode: str) -> _Answer:
        cents = _body().get("balance_cents")
        if sim.merchant(shortcode) is None:
            return _missing()
        if type(cents) is not int or not 0 <= cents <= 2**53:
            return _wrong(["balance_cents must be a whole number of cents"])
        sim.state.put("org", shortcode, {"cents": cents})
        return jsonify({shortcode: cents}), 200

    @blueprint.get("/outgoing")
    def list_outgoing() -> Response:
        return jsonify([asdict(sent_money) for sent_money in outgoing(sim)])

    @blueprint.get("/requests")
    def list_requests() -> Response:
        hidden = {"SecurityCredential": "[hidden]"}
        return jsonify([{**asdict(one), "body": one.body | hidden} for one in all_asked(sim)])

    @blueprint.get("/orders")
    def list_orders() -> Response:
        return jsonify([asdict(order) for order in orders(sim)])

    @blueprint.get("/bills")
    def list_bills() -> Response:
        return jsonify([asdict(bill) for bill in bills(sim)])

    @blueprint.post("/bills/<shortcode>/<reference>/pay")
    def pay(shortcode: str, reference: str) -> Response:
        return jsonify(said=pay_bill(sim, shortcode, reference))

    @blueprint.get("/certificate")
    def certificate() -> Response:
        return Response(certificate_pem(sim.state), content_type="application/x-pem-file")

    @blueprint.get("/deliveries")
    def deliveries() -> Response:
        return jsonify([asdict(delivery) for delivery in sent(sim)])

    @blueprint.post("/deliver")
    def deliver() -> Response:
        return jsonify(done=run_due(sim))

    @blueprint.post("/flush")
    def flush() -> Response:
        release_late(sim)
        return jsonify(done=run_due(sim))

    @blueprint.put("/validation/<shortcode>")
    def validation(shortcode: str) -> _Answer:
        urls = sim.state.get("c2b", shortcode)
        if urls is None:
            return _missing()
        urls["validate"] = bool(_body().get("on"))
        sim.state.put("c2b", shortcode, urls)
        return jsonify(urls), 200


def set_phone(sim: Sim, msisdn: str, body: dict[str, Any]) -> _Answer:
    """Change a phone's ``balance_cents``, ``pin``, ``name`` or ``mode``."""
    if errors := phone_errors(msisdn, body):
        return _wrong(errors)
    with sim.state.unit():
        account = sim.account(parse_phone(msisdn))
        for name, value in body.items():
            setattr(account, name, value)
        sim.save_account(account)
    return jsonify(asdict(account)), 200


def phone_errors(msisdn: str, body: dict[str, Any]) -> list[str]:
    """What is wrong with a change of a phone."""
    balance, pin, name = body.get("balance_cents", 0), body.get("pin", "0000"), body.get("name", "X")
    checks = (
        (_is_phone(msisdn), "the number is not a Kenyan mobile number"),
        (set(body) <= {"balance_cents", "pin", "name", "mode"}, "unknown field"),
        (type(balance) is int and 0 <= balance <= 2**53, "balance_cents must be a whole number of cents"),
        (isinstance(pin, str) and pin.isdigit() and len(pin) == 4, "pin must be four digits"),
        (isinstance(name, str) and 0 < len(name) <= 60, "name must be 1 to 60 characters"),
        (body.get("mode", "ask") in ("", *MODES), f"mode must be one of {', '.join(MODES)}"),
    )
    return [message for passed, message in checks if not passed]


def _is_phone(msisdn: str) -> bool:
    try:
        return bool(parse_phone(msisdn))
    except Invalid:
        return False


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _wrong(errors: list[str]) -> _Answer:
    return jsonify(errors=errors), 400


def _missing() -> _Answer:
    return jsonify(errors=["there is no such thing here"]), 404
