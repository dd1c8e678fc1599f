"""C2B: registering URLs and simulating a customer who pays a shortcode (D3 CustomerToBusiness)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from local.safaricom.c2b_notices import begin_payment, registered
from local.safaricom.envelope import Refusal, invalid_field, read_body, request_id
from local.safaricom.model import Merchant, Order
from local.safaricom.oauth import caller
from local.safaricom.rules import TYPES, acceptable_url, amount, text
from local.safaricom.sim import Sim
from shared.core.errors import Invalid
from shared.core.phone import parse_phone

RESPONSE_TYPES = ("Completed", "Cancelled")


def routes(sim: Sim) -> Blueprint:
    """Register and simulate, in both versions."""
    blueprint = Blueprint("c2b", __name__)

    @blueprint.post("/mpesa/c2b/<any(v1,v2):version>/registerurl")
    def register(version: str) -> Response:
        merchant = caller(sim)
        return register_urls(sim, merchant, version, read_body())

    @blueprint.post("/mpesa/c2b/<any(v1,v2):version>/simulate")
    def simulate(version: str) -> Response:
        merchant = caller(sim)
        return simulate_payment(sim, merchant, version, read_body())

    return blueprint


def register_urls(sim: Sim, merchant: Merchant, version: str, body: dict[str, Any]) -> Response:
    """Keep the URLs of a shortcode; production takes them once only."""
    _check_shortcode(merchant, body)
    if text(body, "ResponseType") not in RESPONSE_TYPES:
        raise invalid_field("ResponseType")
    for name in ("ConfirmationURL", "ValidationURL"):
        if not acceptable_url(text(body, name)):
            raise invalid_field(name)
    if sim.options.one_time_urls and registered(sim, merchant.shortcode):
        raise Refusal(500, "500.003.1001", "Urls are already registered")
    urls = {
        "confirmation": text(body, "ConfirmationURL"),
        "validation": text(body, "ValidationURL"),
        "response_type": text(body, "ResponseType"),
        "version": version,
        "validate": sim.options.validation,
    }
    sim.state.put("c2b", merchant.shortcode, urls)
    return _accepted(sim)


def simulate_payment(sim: Sim, merchant: Merchant, version: str, body: dict[str, Any]) -> Response:
    """A customer pays without being asked; the sandbox's stand-in for a person with a phone."""
    _check_shortcode(merchant, body)
    shillings = amount(body)
    if text(body, "CommandID") not in TYPES:
        raise invalid_field("CommandID")
    if shillings is None:
        raise invalid_field("Amount")
    order = Order(
        phone=_phone(text(body, "Msisdn")),
        shortcode=merchant.shortcode,
        party_b=merchant.till or merchant.shortcode,
        amount_cents=shillings * 100,
        reference=text(body, "BillRefNumber")[:20],
        kind="c2b",
    )
    begin_payment(sim, order)
    return _accepted(sim)


def _accepted(sim: Sim) -> Response:
    return jsonify(
        OriginatorCoversationID=request_id(sim),
        ResponseCode="0",
        ResponseDescription="Success",
    )


def _check_shortcode(merchant: Merchant, body: dict[str, Any]) -> None:
    if text(body, "ShortCode") not in {merchant.shortcode, merchant.till or merchant.shortcode}:
        raise invalid_field("ShortCode")


def _phone(given: str) -> str:
    try:
        return parse_phone(given)
    except Invalid:
        raise invalid_field("Msisdn") from None
