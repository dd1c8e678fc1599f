"""The exact bytes simulated Safaricom posts: STK callbacks and C2B notices.

Shapes and spellings: D3 MpesaExpressSimulate and CustomerToBusiness.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from local.safaricom.model import Push, Transaction
from shared.core.clock import daraja_timestamp, parse_rfc3339
from shared.core.money import format_units

DESCRIPTIONS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "2": "Declined due to limit rule: less than the minimum transaction amount.",
    "3": "Declined due to limit rule: greater than the maximum transaction amount.",
    "4": "Declined due to limit rule: would exceed the daily transfer limit.",
    "17": "Rule limited.",
    "1019": "Transaction has expired.",
    "1025": "An error occurred while sending a push request.",
    "1032": "Request canceled by user.",
    "1037": "DS timeout user cannot be reached.",
    "2001": "The initiator information is invalid.",
    "2028": "The request is not permitted according to product assignment.",
    "4999": "The transaction is still under processing.",
}
_AMOUNT = "\u0001amount\u0001"


def describe(code: str, channel: str = "callback") -> str:
    """The sentence of a code; the query words 1037 differently from the callback, as Safaricom does."""
    if code == "1037" and channel == "query":
        return "No response from user."
    return DESCRIPTIONS.get(code, "The request could not be processed.")


def stk_callback(push: Push, code: str, amount_cents: int | None = None) -> bytes:
    """The callback of a push. Only a success carries metadata; the amount is written as ``1.00``."""
    cents = push.amount_cents if amount_cents is None else amount_cents
    callback: dict[str, Any] = {
        "MerchantRequestID": push.merchant_request,
        "CheckoutRequestID": push.checkout,
        "ResultCode": int(code),
        "ResultDesc": describe(code),
    }
    if code == "0":
        callback["CallbackMetadata"] = {"Item": _items(push)}
    text = json.dumps({"Body": {"stkCallback": callback}}, separators=(",", ":"))
    return text.replace(json.dumps(_AMOUNT), format_units(cents)).encode()


def _items(push: Push) -> list[dict[str, Any]]:
    done = parse_rfc3339(push.done_at or push.created)
    return [
        {"Name": "Amount", "Value": _AMOUNT},
        {"Name": "MpesaReceiptNumber", "Value": push.receipt},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": int(daraja_timestamp(done))},
        {"Name": "PhoneNumber", "Value": int(push.phone)},
    ]


def c2b_notice(transaction: Transaction, version: str, buy_goods: bool, third_party_id: str = "") -> bytes:
    """The confirmation of a payment to a shortcode; ``version`` v1 hashes the payer, v2 masks it."""
    return _c2b(
        transaction.fact(), version, buy_goods, format_units(transaction.org_balance_cents), third_party_id
    )


def c2b_question(facts: dict[str, Any], version: str, buy_goods: bool) -> bytes:
    """The validation request, before money moves: the organisation's balance is left blank."""
    return _c2b(facts, version, buy_goods, "", "")


def _c2b(facts: dict[str, Any], version: str, buy_goods: bool, balance: str, third_party_id: str) -> bytes:
    first, middle, last = [*facts["name"].split(), "", "", ""][:3]
    full = version == "v1"
    body = {
        "TransactionType": "Buy Goods" if buy_goods else "Pay Bill",
        "TransID": facts["receipt"],
        "TransTime": daraja_timestamp(parse_rfc3339(facts["at"])),
        "TransAmount": format_units(facts["amount_cents"]),
        "BusinessShortCode": facts["party_b"],
        "BillRefNumber": "" if buy_goods else facts["reference"],
        "InvoiceNumber": "",
        "OrgAccountBalance": balance,
        "ThirdPartyTransID": third_party_id,
        "MSISDN": payer(facts["phone"], version),
        "FirstName": first,
        "MiddleName": middle if full else "",
        "LastName": last if full else "",
    }
    return json.dumps(body, separators=(",", ":")).encode()


def payer(phone: str, version: str) -> str:
    """v1: plain SHA-256 of the number; v2: ``2547 ***** 126`` (D3 CustomerToBusiness, FAQ 3)."""
    if version == "v1":
        return hashlib.sha256(phone.encode()).hexdigest()
    return f"{phone[:4]} ***** {phone[-3:]}"
