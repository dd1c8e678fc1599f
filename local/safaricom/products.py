"""Dynamic QR, standing orders and Bill Manager, as a business calls them (D3 pages of these names)."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.safaricom.bills import Bill, cancel_bill, keep_bill
from local.safaricom.envelope import Refusal, break_answer, broken, invalid_field, read_body, request_id
from local.safaricom.faults import take_fault
from local.safaricom.model import Merchant
from local.safaricom.oauth import caller
from local.safaricom.orders import TYPES, Order, keep_order
from local.safaricom.rules import acceptable_url, amount, text
from local.safaricom.sim import Sim

CODES = ("BG", "WA", "PB", "SM", "SB")
MOST_BILLS = 1000
_PHONE = re.compile(r"254[17][0-9]{8}")
_LOCAL = re.compile(r"0[17][0-9]{8}")
_DAY = re.compile(r"[0-9]{8}")


def routes(sim: Sim) -> Blueprint:
    """QR, standing orders, bills."""
    blueprint = Blueprint("products", __name__)

    @blueprint.post("/mpesa/qrcode/v1/generate")
    def qr() -> Response:
        return break_answer(sim, "qr") or draw_qr(sim, caller(sim), read_body())

    @blueprint.post("/standingorder/v1/createStandingOrderExternal")
    def order() -> Response:
        return break_answer(sim, "order") or create_order(sim, caller(sim), read_body())

    @blueprint.post("/v1/billmanager-invoice/<what>")
    def bills(what: str) -> Response:
        merchant = caller(sim)
        return break_answer(sim, "bill") or _bills(
            sim, merchant, what, request.get_json(force=True, silent=True)
        )

    return blueprint


def draw_qr(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """A QR that can be scanned; ResponseCode is an id, as in D3's own sample."""
    import segno

    checks = {
        "MerchantName": bool(text(body, "MerchantName")),
        "RefNo": bool(text(body, "RefNo")),
        "Amount": amount(body) is not None,
        "TrxCode": text(body, "TrxCode") in CODES,
        "CPI": text(body, "CPI") in {merchant.shortcode, merchant.till} - {""},
        "Size": text(body, "Size").isdigit(),
    }
    _check(checks)
    told = "|".join(text(body, name) for name in ("TrxCode", "CPI", "RefNo", "Amount", "MerchantName"))
    code, picture = segno.make(told, micro=False, error="m"), io.BytesIO()
    scale = max(1, int(text(body, "Size")) // code.symbol_size()[0])
    code.save(picture, kind="png", scale=scale)
    return jsonify(
        ResponseCode=f"AG_{sim.now():%Y%m%d}_{sim.ids.new('q')[2:22]}",
        RequestID=request_id(sim),
        ResponseDescription="QR Code Successfully Generated.",
        QRCode=base64.b64encode(picture.getvalue()).decode(),
    )


def create_order(sim: Sim, merchant: Merchant, body: dict[str, Any]) -> Response:
    """Accept a standing order; its name is the customer's once. The payer is asked on the phone."""
    till = text(body, "TransactionType").endswith("Marchant")
    checks = {
        "StandingOrderName": bool(text(body, "StandingOrderName")),
        "StartDate": _DAY.fullmatch(text(body, "StartDate")) is not None,
        "EndDate": text(body, "EndDate") >= text(body, "StartDate"),
        "BusinessShortCode": text(body, "BusinessShortCode") in {merchant.shortcode, merchant.till} - {""},
        "TransactionType": text(body, "TransactionType") in TYPES,
        "ReceiverPartyIdentifierType": text(body, "ReceiverPartyIdentifierType") == ("2" if till else "4"),
        "Amount": amount(body) is not None,
        "PartyA": _PHONE.fullmatch(text(body, "PartyA")) is not None,
        "CallBackURL": acceptable_url(text(body, "CallBackURL")),
        "AccountReference": 1 <= len(text(body, "AccountReference")) <= 12,
        "Frequency": text(body, "Frequency") in tuple("12345678"),
    }
    _check(checks)
    reference = request_id(sim)
    kept = keep_order(sim, Order(reference=reference, shortcode=merchant.shortcode, body=body))
    if kept and (fault := take_fault(sim, "lost_ack", text(body, "PartyA"), route="order")):
        return broken(sim, fault)
    code = "200" if kept else "400"
    words = "Request accepted for processing" if kept else "A standing order of this name exists already"
    header = {"responseRefID": reference, "responseCode": code, "responseDescription": words}
    return jsonify(ResponseHeader=header, ResponseBody={"responseDescription": words, "responseCode": code})


def _bills(sim: Sim, merchant: Merchant, what: str, body: Any) -> Response:
    works = {
        "optin": _opt_in,
        "change-optin-details": _opt_in,
        "single-invoicing": _invoice,
        "bulk-invoicing": _invoice,
        "cancel-single-invoice": _cancel,
        "cancel-bulk-invoices": _cancel,
    }
    if what not in works:
        raise Refusal(404, "404.001.01", "Resource not found")
    rows = body if isinstance(body, list) else [body]
    if not 0 < len(rows) <= MOST_BILLS or not all(isinstance(row, dict) for row in rows):
        return _said("400", "Invalid request body")
    return works[what](sim, merchant, rows)


def _opt_in(sim: Sim, merchant: Merchant, rows: list[dict[str, Any]]) -> Response:
    body = rows[0]
    if text(body, "shortcode") != merchant.shortcode or not acceptable_url(text(body, "callbackurl")):
        return _said("400", "Invalid opt-in details")
    sim.state.put("billing", merchant.shortcode, {"url": text(body, "callbackurl")})
    return jsonify(app_key=sim.ids.new("k")[2:], resmsg="Success", rescode="200")


def _invoice(sim: Sim, merchant: Merchant, rows: list[dict[str, Any]]) -> Response:
    if sim.state.get("billing", merchant.shortcode) is None:
        return _said("401", "The shortcode is not opted in")
    for row in rows:
        named = text(row, "externalReference") and text(row, "accountReference")
        if not named or not _LOCAL.fullmatch(text(row, "billedPhoneNumber")) or amount_of(row) is None:
            return _said("400", f"Invalid invoice {text(row, 'externalReference')}")
    with sim.state.unit():
        for row in rows:
            cents = (amount_of(row) or 0) * 100
            phone = f"254{text(row, 'billedPhoneNumber')[1:]}"
            keep_bill(sim, Bill(text(row, "externalReference"), merchant.shortcode, phone, cents, row))
    return jsonify(Status_Message="Invoice sent successfully", resmsg="Success", rescode="200")


def _cancel(sim: Sim, merchant: Merchant, rows: list[dict[str, Any]]) -> Response:
    done = [cancel_bill(sim, merchant.shortcode, text(row, "externalReference")) for row in rows]
    return _said("200", "Success") if all(done) else _said("409", "Invoice not found or paid")


def amount_of(row: dict[str, Any]) -> int | None:
    """Whole shillings, sent as text; None otherwise."""
    return amount({"Amount": row.get("amount")})


def _said(code: str, message: str) -> Response:
    return jsonify(resmsg=message, rescode=code)


def _check(checks: dict[str, bool]) -> None:
    if wrong := next((name for name, passed in checks.items() if not passed), None):
        raise invalid_field(wrong)
