"""Pull Transactions: registering for it, and listing the payments of 48 hours (D3 Pull Transactions).

What no callback told can be found here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify

from local.safaricom.envelope import break_answer, invalid_field, read_body, request_id
from local.safaricom.ledger import transactions
from local.safaricom.model import Merchant, Transaction
from local.safaricom.oauth import caller
from local.safaricom.rules import acceptable_url, text
from local.safaricom.sim import Sim
from shared.core.clock import EAT, parse_rfc3339, rfc3339
from shared.core.money import format_units

PAGE = 100
REACH = timedelta(hours=48)


def routes(sim: Sim) -> Blueprint:
    """Register and query."""
    blueprint = Blueprint("pull", __name__)

    @blueprint.post("/pulltransactions/v1/register")
    def register() -> Response:
        return register_pull(sim, caller(sim), read_body())

    @blueprint.post("/pulltransactions/v1/query")
    def query() -> Response:
        return break_answer(sim, "pull") or query_pull(sim, caller(sim), read_body())

    return blueprint


def register_pull(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Switch the listing on for a shortcode."""
    _check_shortcode(merchant, body)
    if text(body, "RequestType") != "Pull":
        raise invalid_field("RequestType")
    if not acceptable_url(text(body, "CallBackURL")):
        raise invalid_field("CallBackURL")
    sim.state.put("pull", merchant.shortcode, {"at": rfc3339(sim.now())})
    return jsonify(
        ResponseRefID=request_id(sim),
        ResponseStatus="1000",
        ShortCode=merchant.shortcode,
        ResponseDescription="ShortCode Registered Successfully",
    )


def query_pull(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """One page of at most 100 payments, oldest first; code 1001 and ``[[]]`` when there is none."""
    _check_shortcode(merchant, body)
    if sim.state.get("pull", merchant.shortcode) is None:
        raise invalid_field("ShortCode")
    start = max(_moment(body, "StartDate"), sim.now() - REACH)
    end, offset = _moment(body, "EndDate"), text(body, "OffSetValue") or "0"
    if not offset.isdigit():
        raise invalid_field("OffSetValue")
    mine = [t for t in transactions(sim) if t.shortcode == merchant.shortcode]
    listed = [t for t in mine if start <= parse_rfc3339(t.at) <= end]
    page = listed[int(offset) : int(offset) + PAGE]
    return jsonify(
        ResponseRefID=request_id(sim),
        ResponseCode="1000" if page else "1001",
        ResponseMessage="Success" if page else "No transactions found",
        Response=[[_row(merchant, t) for t in page]],
    )


def _row(merchant: Merchant, transaction: Transaction) -> dict[str, str]:
    kind = "c2b-buy-goods-debit" if merchant.till else "c2b-pay-bill-debit"
    return {
        "transactionId": transaction.receipt,
        "trxDate": parse_rfc3339(transaction.at).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "msisdn": transaction.phone,
        "sender": "MPESA",
        "transactiontype": kind,
        "billreference": "" if merchant.till else transaction.reference,
        "amount": format_units(transaction.amount_cents),
        "organizationname": merchant.name,
    }


def _check_shortcode(merchant: Merchant, body: dict[str, Any]) -> None:
    if text(body, "ShortCode") != merchant.shortcode:
        raise invalid_field("ShortCode")


def _moment(body: dict[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(text(body, name), "%Y-%m-%d %H:%M:%S").replace(tzinfo=EAT)
    except ValueError:
        raise invalid_field(name) from None
