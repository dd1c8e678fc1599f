"""The bodies we send to Daraja's STK product, checked before anything leaves.

Source of every limit: D3 MpesaExpressSimulate and MpesaExpressQuery.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.clock import daraja_timestamp
from shared.core.errors import FieldError, Invalid
from shared.core.money import is_whole_shillings
from shared.payments.gateways.daraja.initiator import Initiator
from shared.payments.gateways.daraja.urls import callback_url_fault
from shared.payments.gateways.port import CollectRequest

MIN_CENTS, MAX_CENTS = 1_00, 250_000_00
"""KES 1 to 250,000 a transaction (D3 MpesaExpressSimulate)."""
_PHONE = re.compile(r"254[17][0-9]{8}")
_REFERENCE = re.compile(r"[A-Za-z0-9]{1,12}")
_DESCRIPTION = re.compile(r"[ -~]{1,13}")


@dataclass(frozen=True, slots=True)
class DarajaAccount:
    """One business's Daraja app. ``till`` is empty for a paybill; ``shortcode`` is then the paybill."""

    base_url: str
    key: str
    secret: str = field(repr=False)
    shortcode: str
    passkey: str = field(repr=False)
    till: str = ""
    c2b_version: str = "v2"
    initiator: Initiator = field(default_factory=Initiator)

    @property
    def transaction_type(self) -> str:
        return "CustomerBuyGoodsOnline" if self.till else "CustomerPayBillOnline"


def password(account: DarajaAccount, timestamp: str) -> str:
    """base64(shortcode + passkey + timestamp), with the timestamp of the same body."""
    return base64.b64encode(f"{account.shortcode}{account.passkey}{timestamp}".encode()).decode()


def push_body(account: DarajaAccount, request: CollectRequest, now: datetime) -> dict[str, str | int]:
    """The STK push body; raises Invalid ``collect_invalid`` naming every field that Daraja would refuse."""
    if faults := collect_faults(request):
        raise Invalid("collect_invalid", "Daraja would refuse this request", faults)
    return {
        **_signed(account, now),
        "TransactionType": account.transaction_type,
        "Amount": request.amount_cents // 100,
        "PartyA": int(request.phone),
        "PartyB": int(account.till or account.shortcode),
        "PhoneNumber": int(request.phone),
        "CallBackURL": request.callback_url,
        "AccountReference": request.reference,
        "TransactionDesc": request.description,
    }


def query_body(account: DarajaAccount, request_id: str, now: datetime) -> dict[str, str | int]:
    """The STK query body for one CheckoutRequestID."""
    return {**_signed(account, now), "CheckoutRequestID": request_id}


def collect_faults(request: CollectRequest) -> list[FieldError]:
    """What Daraja would refuse in a request, as JSON pointers of our own field names."""
    url_fault = callback_url_fault(request.callback_url)
    checks = (
        (_PHONE.fullmatch(request.phone), "/phone", "must be 2547… or 2541… with 12 digits"),
        (_whole(request.amount_cents), "/amount", "must be whole shillings, from 1 to 250,000"),
        (_REFERENCE.fullmatch(request.reference), "/reference", "must be 1 to 12 letters or digits"),
        (_DESCRIPTION.fullmatch(request.description), "/description", "must be 1 to 13 plain characters"),
        (url_fault is None, "/callback_url", url_fault or ""),
    )
    return [FieldError(pointer, detail) for passed, pointer, detail in checks if not passed]


def _whole(cents: int) -> bool:
    return MIN_CENTS <= cents <= MAX_CENTS and is_whole_shillings(cents)


def _signed(account: DarajaAccount, now: datetime) -> dict[str, str | int]:
    timestamp = daraja_timestamp(now)
    return {
        "BusinessShortCode": int(account.shortcode),
        "Password": password(account, timestamp),
        "Timestamp": timestamp,
    }
