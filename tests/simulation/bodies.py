"""What Daraja posts: bodies of STK callbacks and C2B notices, written as the real ones are."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from shared.core.clock import daraja_timestamp
from shared.core.phone import mask, phone_hash


class Paid(NamedTuple):
    """Money as the provider moved it; ``account`` is what the payer typed or we sent, "" at a till."""

    receipt: str
    cents: int
    phone: str
    at: datetime
    account: str = ""


def stk_paid(request_id: str, paid: Paid) -> bytes:
    """The callback of a push that was paid; Balance comes without a value, as it does."""
    receipt, cents, phone, at, _ = paid
    items = [
        {"Name": "Amount", "Value": _units(cents)},
        {"Name": "MpesaReceiptNumber", "Value": receipt},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": int(daraja_timestamp(at))},
        {"Name": "PhoneNumber", "Value": int(phone)},
    ]
    return _stk(request_id, 0, {"CallbackMetadata": {"Item": items}})


def stk_failed(request_id: str, code: int) -> bytes:
    """The callback of a push that was not paid."""
    return _stk(request_id, code, {})


def _stk(request_id: str, code: int, more: dict[str, Any]) -> bytes:
    callback = {"MerchantRequestID": "29115-34620561-1", "CheckoutRequestID": request_id, "ResultCode": code}
    return json.dumps({"Body": {"stkCallback": {**callback, "ResultDesc": "said", **more}}}).encode()


def notice(paid: Paid, shortcode: str, shown: str) -> bytes:
    """A C2B confirmation.

    Args:
        shown: how the payer's number is shown: ``masked`` (v2) or ``hash`` (v1).
    """
    receipt, cents, phone, at, account = paid
    msisdn = phone_hash(phone) if shown == "hash" else mask(phone).replace("*****", " ***** ")
    told = {
        "TransactionType": "Pay Bill" if account else "Buy Goods",
        "TransID": receipt,
        "TransTime": daraja_timestamp(at),
        "TransAmount": f"{cents // 100}.{cents % 100:02d}",
        "BusinessShortCode": shortcode,
        "BillRefNumber": account,
        "InvoiceNumber": "",
        "OrgAccountBalance": "",
        "ThirdPartyTransID": "",
        "MSISDN": msisdn,
        "FirstName": "PAYER",
    }
    return json.dumps(told).encode()


def _units(cents: int) -> int | str:
    return cents // 100 if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02d}"
