"""The test bench's own JSON endpoints under /control: phones, faults, callbacks, the true payments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.airtel.callbacks import release_late, sent
from local.airtel.due import run_due
from local.airtel.faults import FAULTS, Fault, add_fault, fault_errors
from local.airtel.model import MODES
from local.airtel.payments import ACTIONS, answer
from local.airtel.phone import number, prompts_of
from local.airtel.products import revoke_all
from local.airtel.sim import Sim

_Answer = tuple[Response, int]


def routes(sim: Sim) -> Blueprint:
    """Every control endpoint; they exist only here, never at the real Airtel."""
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    _phone_routes(blueprint, sim)
    _fault_routes(blueprint, sim)
    _record_routes(blueprint, sim)
    return blueprint


def _phone_routes(blueprint: Blueprint, sim: Sim) -> None:
    @blueprint.get("/prompts")
    def prompts() -> Response:
        return jsonify([p.fact() for account in sim.accounts() for p in prompts_of(sim, account)])

    @blueprint.post("/prompts/<id_>")
    def answer_prompt(id_: str) -> _Answer:
        body = _body()
        if body.get("action") not in ACTIONS:
            return _wrong([f"action must be one of {', '.join(ACTIONS)}"])
        payment = answer(sim, id_, body["action"], str(body.get("pin", "")))
        return (jsonify(payment.fact()), 200) if payment else _missing()

    @blueprint.put("/mode")
    def mode() -> _Answer:
        value = _body().get("mode")
        if value not in MODES:
            return _wrong([f"mode must be one of {', '.join(MODES)}"])
        sim.state.put("setting", "mode", {"value": value})
        return jsonify(mode=value), 200

    @blueprint.get("/phones")
    def phones() -> Response:
        return jsonify([account.fact() for account in sim.accounts()])

    @blueprint.put("/phones/<msisdn>")
    def change_phone(msisdn: str) -> _Answer:
        return set_phone(sim, number(msisdn), _body())


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
    def clear() -> Response:
        with sim.state.unit():
            for id_, _ in sim.state.all("fault"):
                sim.state.delete("fault", id_)
        return jsonify(on={})

    @blueprint.post("/tokens/revoke")
    def revoke() -> Response:
        revoke_all(sim)
        return jsonify(revoked=True)


def _record_routes(blueprint: Blueprint, sim: Sim) -> None:
    @blueprint.get("/payments")
    def payments() -> Response:
        return jsonify([payment.fact() for payment in sim.payments()])

    @blueprint.get("/app")
    def app() -> Response:
        return jsonify(asdict(sim.merchant) | {"secret": "", "callback_key": ""})

    @blueprint.get("/deliveries")
    def deliveries() -> Response:
        return jsonify(sent(sim))

    @blueprint.post("/deliver")
    def deliver() -> Response:
        return jsonify(done=run_due(sim))

    @blueprint.post("/flush")
    def flush() -> Response:
        release_late(sim)
        return jsonify(done=run_due(sim))


def set_phone(sim: Sim, phone: str, body: dict[str, Any]) -> _Answer:
    """Change a phone's ``balance_cents``, ``pin``, ``name`` or ``mode``."""
    if errors := phone_errors(body):
        return _wrong(errors)
    with sim.state.unit():
        account = sim.account(phone)
        for name, value in body.items():
            setattr(account, name, value)
        sim.save_account(account)
    return jsonify(account.fact()), 200


def phone_errors(body: dict[str, Any]) -> list[str]:
    """What is wrong with a change of a phone."""
    balance, pin, name = body.get("balance_cents", 0), body.get("pin", "0000"), body.get("name", "X")
    checks = (
        (set(body) <= {"balance_cents", "pin", "name", "mode"}, "unknown field"),
        (type(balance) is int and 0 <= balance <= 2**53, "balance_cents must be a whole number of cents"),
        (isinstance(pin, str) and pin.isdigit() and len(pin) == 4, "pin must be four digits"),
        (isinstance(name, str) and 0 < len(name) <= 60, "name must be 1 to 60 characters"),
        (body.get("mode", "ask") in ("", *MODES), f"mode must be one of {', '.join(MODES)}"),
    )
    return [message for passed, message in checks if not passed]


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def _wrong(errors: list[str]) -> _Answer:
    return jsonify(errors=errors), 400


def _missing() -> _Answer:
    return jsonify(errors=["there is no such thing here"]), 404
