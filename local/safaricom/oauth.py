"""Access tokens: HTTP Basic in, 28 characters out, and each new token kills the one before.

Source: D3 Authorization and its FAQ.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from local.safaricom.envelope import Refusal, break_answer
from local.safaricom.faults import take_fault
from local.safaricom.model import Merchant
from local.safaricom.sim import Sim
from shared.core.clock import parse_rfc3339, rfc3339

LIFETIME_SECONDS = 3599


def routes(sim: Sim) -> Blueprint:
    """The token endpoint."""
    blueprint = Blueprint("oauth", __name__)

    @blueprint.get("/oauth/v1/generate")
    def generate() -> Response:
        if damaged := break_answer(sim, "oauth"):
            return damaged
        if request.args.get("grant_type") != "client_credentials":
            raise Refusal(400, "400.008.02", "Invalid grant type passed")
        merchant = _by_key(sim)
        if merchant is None:
            return Response(b"", 400)
        return jsonify(access_token=new_token(sim, merchant), expires_in=str(LIFETIME_SECONDS))

    return blueprint


def new_token(sim: Sim, merchant: Merchant) -> str:
    """A token of this app; the app's earlier token stops working."""
    value = (sim.ids.new("t")[2:] + sim.ids.new("t")[2:])[:28]
    expires = rfc3339(sim.now() + timedelta(seconds=LIFETIME_SECONDS))
    sim.state.put("token", merchant.key, {"value": value, "expires": expires})
    return value


def caller(sim: Sim) -> Merchant:
    """The merchant whose live token the request carries; raises Refusal 404.001.03."""
    if take_fault(sim, "token_expired"):
        revoke_all(sim)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    for merchant in sim.merchants:
        token = sim.state.get("token", merchant.key)
        if token is None or scheme != "Bearer" or value != token["value"]:
            continue
        if parse_rfc3339(token["expires"]) > sim.now():
            return merchant
    raise Refusal(404, "404.001.03", "Invalid Access Token")


def revoke_all(sim: Sim) -> None:
    """End every token before its time."""
    with sim.state.unit():
        for key, _ in sim.state.all("token"):
            sim.state.delete("token", key)


def _by_key(sim: Sim) -> Merchant | None:
    basic = request.authorization
    if basic is None or basic.type != "basic":
        raise Refusal(400, "400.008.01", "Invalid Authentication passed")
    given = (basic.username, basic.password)
    return next((m for m in sim.merchants if (m.key, m.secret) == given), None)
