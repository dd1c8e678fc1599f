"""Every address that a provider posts to, what anybody may send there, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests

from shared.core.ids import derived_id
from shared.events import SYSTEM
from shared.payments.airtel_notices import NOBODY, callback_address
from shared.payments.evidence import body_of
from shared.payments.gateways.daraja.urls import callback_url
from shared.store import Key
from tests.e2e.world import PAYBILL, World

ACCEPTED = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
TAKEN = b'{"resmsg":"Success","rescode":"200"}'


@dataclass(frozen=True)
class Door:
    """One callback address: its route, the business that a body is kept for, its subject and its answer."""

    route: str
    business: str
    subject: str
    url: str
    answer: bytes = ACCEPTED

    def post(self, world: World, raw: bytes, kind: str = "application/json") -> requests.Response:
        headers = {"Content-Type": kind} if kind else {}
        return world.http.post(self.url, data=raw, headers=headers, timeout=30)

    def answered(self, world: World, raw: bytes, kind: str = "application/json") -> None:
        """Post a body that must be answered as the provider expects."""
        answer = self.post(world, raw, kind)
        assert (answer.status_code, answer.content) == (200, self.answer), answer.text[:300]

    def take(self, world: World, raw: bytes, kind: str = "application/json") -> None:
        """Post a body that must be answered, and let all that follows be done."""
        self.answered(world, raw, kind)
        world.advance()

    def kept(self, world: World, raw: bytes) -> bytes | None:
        """The very bytes as they were stored; None when they were not."""
        digest = hashlib.sha256(raw).hexdigest()
        key = Key("callbacks", derived_id("evd", self.route, self.subject, digest))
        doc = world.system.app.store.get(self.business, key)
        return body_of(doc) if doc else None


def door(world: World, route: str, subject: str, answer: bytes = ACCEPTED) -> Door:
    """An address below /ipn that proves itself for this business."""
    settings = world.system.app.settings
    base, _, kind = route.partition("/") if route.startswith(("result", "timeout")) else (route, "", "")
    url = callback_url(
        world.system.url, base, world.business, subject, settings.callback_secret.get_secret_value()
    )
    return Door(route, world.business, subject, f"{url}/{kind}" if kind else url, answer)


def every_door(world: World, attempt: str, payout: str = "pyo_none") -> list[Door]:
    """An address of each kind that keeps what it is sent."""
    airtel = callback_address(world.system.app.settings)
    path = "/ipn/" + airtel.partition("/ipn/")[2]
    return [
        door(world, "stk", attempt),
        door(world, "c2b/confirmation", PAYBILL),
        door(world, "bill", PAYBILL, TAKEN),
        door(world, "result", payout),
        door(world, "timeout", payout),
        door(world, "order", "ord_none"),
        Door("airtel", SYSTEM, NOBODY, world.system.url + path),
    ]


def documents(world: World) -> Counter[str]:
    """How many documents there are of each collection, of all businesses, read beside the store."""
    file = world.system.app.settings.store_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return Counter(dict(connection.execute("SELECT c, count(*) FROM docs GROUP BY c").fetchall()))


# --- bodies of the documented shapes, with whatever amount
def stk(request_id: str, phone: str, amount: str, receipt: str, code: int = 0) -> bytes:
    """An STK callback; ``amount`` is JSON as it shall stand in the body."""
    items: list[Any] = [
        {"Name": "Amount", "Value": "@"},
        {"Name": "MpesaReceiptNumber", "Value": receipt},
        {"Name": "TransactionDate", "Value": 20260302100000},
        {"Name": "PhoneNumber", "Value": int(phone)},
    ]
    callback = {"MerchantRequestID": "1-2-3", "CheckoutRequestID": request_id, "ResultCode": code}
    callback |= {"ResultDesc": "as it is said"}
    callback |= {"CallbackMetadata": {"Item": items}} if code == 0 else {}
    return _filled({"Body": {"stkCallback": callback}}, amount)


def c2b(amount: str, receipt: str, reference: str = "RENT") -> bytes:
    """A paybill notice of somebody masked."""
    notice = {"TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20260302100000"}
    notice |= {"TransAmount": "@", "BusinessShortCode": PAYBILL, "BillRefNumber": reference}
    return _filled({**notice, "MSISDN": "2547 ***** 678", "FirstName": "MALLORY"}, amount)


def bill(amount: str, receipt: str) -> bytes:
    """A payment that Bill Manager pushes."""
    pushed = {"transactionId": receipt, "paidAmount": "@", "msisdn": "254799000678"}
    return _filled({**pushed, "accountReference": "RENT", "shortCode": PAYBILL}, amount)


def result(code: Any, amount: str, receipt: str) -> bytes:
    """The result of a payout."""
    parameters = [{"Key": "TransactionAmount", "Value": "@"}, {"Key": "TransactionReceipt", "Value": receipt}]
    told = {"ResultType": 0, "ResultCode": code, "ResultDesc": "as it is said", "TransactionID": receipt}
    told |= {"OriginatorConversationID": "x", "ConversationID": "AG_1"}
    return _filled({"Result": {**told, "ResultParameters": {"ResultParameter": parameters}}}, amount)


def _filled(body: Any, amount: str) -> bytes:
    return json.dumps(body).replace('"@"', amount).encode()
