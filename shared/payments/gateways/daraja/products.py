"""Daraja's products beside payments: dynamic QR, standing orders (Ratiba) and Bill Manager.

Bodies and what their answers prove (D3 DynamicQR, M-Pesa Ratiba, Bill Manager). Each has spellings of its
own: ``Pay Marchant``, ``rescode`` "200", ``ResponseHeader.responseCode`` "200" and an AG_ id as a QR's
ResponseCode.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from shared.core.clock import EAT
from shared.core.errors import FieldError, Invalid
from shared.core.money import is_whole_shillings
from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import error_code, error_message
from shared.payments.gateways.daraja.urls import check_callback_url
from shared.payments.gateways.port import Accepted, InitiateAnswer, NoAnswer, Registered, Rejected, Unknown
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

QR = "/mpesa/qrcode/v1/generate"
ORDER = "/standingorder/v1/createStandingOrderExternal"
BILLS = "/v1/billmanager-invoice"
MOST_BILLS = 1000
"""Invoices in one bulk request (D3 Bill Manager)."""
MAX_CENTS = 250_000_00
FREQUENCIES = {
    "once": 1,
    "daily": 2,
    "weekly": 3,
    "monthly": 4,
    "every_two_months": 5,
    "quarterly": 6,
    "half_yearly": 7,
    "yearly": 8,
}
"""Ratiba's numbers for how often (D3 M-Pesa Ratiba)."""
_PNG = b"\x89PNG\r\n\x1a\n"
Answer = HttpAnswer | NoHttpAnswer


@runtime_checkable
class Speaks(Protocol):
    """A gateway that passes any of its provider's calls on; used for products that no other provider has."""

    @property
    def account(self) -> DarajaAccount: ...

    def call(self, path: str, body: Any) -> Answer: ...


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """Money that a payer lets M-Pesa pay us again and again, from the first day to the last."""

    name: str
    phone: str
    amount_cents: int
    frequency: str
    begins: date
    ends: date
    reference: str
    description: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as Bill Manager sends it to a payer's phone; ``due`` is a day, ``period`` is for people."""

    reference: str
    name: str
    phone: str
    amount_cents: int
    title: str
    period: str
    due: date


def qr_body(
    account: DarajaAccount, name: str, reference: str, cents: int, size: int = 300
) -> dict[str, str | int]:
    """A QR code that opens M-Pesa with everything filled in; raises Invalid ``qr_invalid``."""
    checks = (
        (_whole(cents), "/amount_cents", "must be whole shillings, from 1 to 250,000"),
        (re.fullmatch(r"[A-Za-z0-9 _-]{1,20}", reference), "/reference", "must be 1 to 20 plain characters"),
        (100 <= size <= 1000, "/size", "must be 100 to 1000 pixels"),
    )
    _check(checks, "qr_invalid")
    return {
        "MerchantName": name[:50] or account.shortcode,
        "RefNo": reference,
        "Amount": cents // 100,
        "TrxCode": "BG" if account.till else "PB",
        "CPI": account.till or account.shortcode,
        "Size": str(size),
    }


def qr_answer(answer: Answer) -> bytes | Rejected | NoAnswer:
    """The PNG. ResponseCode is not looked at: "00" or, in D3's own sample, an id."""
    good = _good(answer)
    if not isinstance(good, HttpAnswer):
        return good
    picture = good.body.get("QRCode")
    try:
        raw = base64.b64decode(picture if isinstance(picture, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    return raw if raw.startswith(_PNG) else NoAnswer("no_picture")


def order_body(account: DarajaAccount, order: StandingOrder) -> dict[str, str]:
    """A standing order; the payer approves it on the phone. Raises Invalid ``standing_order_invalid``."""
    checks = (
        (re.fullmatch(r"254[17][0-9]{8}", order.phone), "/phone", "must be 2547… or 2541… with 12 digits"),
        (_whole(order.amount_cents), "/amount_cents", "must be whole shillings, from 1 to 250,000"),
        (order.frequency in FREQUENCIES, "/frequency", f"must be one of {', '.join(FREQUENCIES)}"),
        (order.begins <= order.ends, "/ends", "is before it begins"),
        (re.fullmatch(r"[A-Za-z0-9 -]{1,40}", order.name), "/name", "must be 1 to 40 plain characters"),
        (
            re.fullmatch(r"[A-Za-z0-9]{1,12}", order.reference),
            "/reference",
            "must be 1 to 12 letters or digits",
        ),
    )
    _check(checks, "standing_order_invalid")
    return {
        "StandingOrderName": order.name,
        "StartDate": order.begins.strftime("%Y%m%d"),
        "EndDate": order.ends.strftime("%Y%m%d"),
        "BusinessShortCode": account.till or account.shortcode,
        "TransactionType": f"Standing Order Customer Pay {'Marchant' if account.till else 'Bill'}",
        "ReceiverPartyIdentifierType": "2" if account.till else "4",
        "Amount": str(order.amount_cents // 100),
        "PartyA": order.phone,
        "CallBackURL": check_callback_url(order.callback_url),
        "AccountReference": order.reference,
        "TransactionDesc": order.description[:13] or "Standing",
        "Frequency": str(FREQUENCIES[order.frequency]),
    }


def order_answer(answer: Answer) -> InitiateAnswer:
    """What an answer to a standing order proves; it is never sent again, the payer would be asked twice."""
    if isinstance(answer, NoHttpAnswer):
        if answer.sent:
            return Unknown(answer.reason)
        return Rejected("unreachable", f"Daraja cannot be reached: {answer.reason}", retryable=True)
    if error_code(answer):
        certain = error_code(answer).startswith("4") and answer.status < 500
        return Rejected(error_code(answer), error_message(answer)) if certain else Unknown(error_code(answer))
    header = {key.lower(): value for key, value in _member(answer.body, "responseheader").items()}
    code = str(header.get("responsecode", ""))
    if answer.status == 200 and code == "200":
        return Accepted(str(header.get("responserefid", ""))[:100])
    if code.startswith("4"):
        return Rejected(code, str(header.get("responsedescription", ""))[:200])
    return Unknown(f"http_{answer.status}", code)


def opt_in_body(account: DarajaAccount, email: str, phone: str, callback_url: str) -> dict[str, str]:
    """Joining Bill Manager; payers are reminded by M-Pesa."""
    return {
        "shortcode": account.shortcode,
        "email": email,
        "officialContact": local_phone(phone),
        "sendReminders": "1",
        "callbackurl": check_callback_url(callback_url),
    }


def bill_body(bill: Bill) -> dict[str, str]:
    """One invoice; raises Invalid ``bill_invalid``."""
    checks = (
        (re.fullmatch(r"254[17][0-9]{8}", bill.phone), "/phone", "the customer has no Kenyan mobile number"),
        (bill.amount_cents > 0, "/amount_cents", "nothing is owed"),
        (bool(bill.reference), "/invoice_id", "the invoice has no number yet"),
    )
    _check(checks, "bill_invalid")
    return {
        "externalReference": bill.reference,
        "billedFullName": bill.name[:60],
        "billedPhoneNumber": local_phone(bill.phone),
        "billedPeriod": bill.period,
        "invoiceName": bill.title[:60],
        "dueDate": bill.due.isoformat(),
        "accountReference": bill.reference,
        "amount": str(-(-bill.amount_cents // 100)),
    }


def cancel_body(reference: str) -> dict[str, str]:
    """Taking an invoice back."""
    return {"externalReference": reference}


def bill_answer(answer: Answer) -> Registered | Rejected | NoAnswer:
    """What Bill Manager says: ``rescode`` is "200" and comes as text or number."""
    good = _good(answer)
    if not isinstance(good, HttpAnswer):
        return good
    code = good.text("rescode")
    if code == "200":
        return Registered()
    if code.startswith("4"):
        return Rejected(code, good.text("resmsg"))
    return NoAnswer(code or "no_code")


def bills_path(what: str) -> str:
    """``optin``, ``single-invoicing``, ``bulk-invoicing`` and so on, in Bill Manager's words."""
    return f"{BILLS}/{what}"


def local_phone(phone: str) -> str:
    """``254712345678`` -> ``0712345678``, as Bill Manager wants it."""
    return f"0{phone[3:]}" if phone.startswith("254") else phone


def period_of(moment: datetime) -> str:
    """The month of a bill as people read it, ``March 2026``."""
    return moment.astimezone(EAT).strftime("%B %Y")


def _good(answer: Answer) -> HttpAnswer | Rejected | NoAnswer:
    if isinstance(answer, NoHttpAnswer):
        return NoAnswer(answer.reason)
    if error_code(answer).startswith("4"):
        return Rejected(error_code(answer), error_message(answer))
    if error_code(answer) or answer.status != 200:
        return NoAnswer(error_code(answer) or f"http_{answer.status}")
    return answer


def _member(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = next((value for key, value in body.items() if key.lower() == name), None)
    return found if isinstance(found, Mapping) else {}


def _whole(cents: int) -> bool:
    return 1_00 <= cents <= MAX_CENTS and is_whole_shillings(cents)


def _check(checks: Sequence[tuple[object, str, str]], code: str) -> None:
    faults = [FieldError(pointer, detail) for passed, pointer, detail in checks if not passed]
    if faults:
        raise Invalid(code, "Daraja would refuse this", faults)
