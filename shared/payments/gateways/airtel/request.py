"""The bodies we send to Airtel, checked before anything leaves (reference: payments 2)."""

from __future__ import annotations

import re
from typing import Any

from shared.core.errors import FieldError, Invalid
from shared.core.money import is_whole_shillings
from shared.core.phone import national9
from shared.payments.gateways.airtel.account import COUNTRY, CURRENCY, MAX_CENTS, MIN_CENTS
from shared.payments.gateways.port import CollectRequest

_PHONE = re.compile(r"254[17][0-9]{8}")
_ID = re.compile(r"[A-Za-z0-9]{4,64}")
_REFERENCE = re.compile(r"[A-Za-z0-9 ]{1,25}")
_RECEIPT = re.compile(r"[A-Za-z0-9.]{4,40}")


def transaction_id(attempt_id: str) -> str:
    """Our id of a payment as Airtel takes it: letters and digits only."""
    return re.sub("[^A-Za-z0-9]", "", attempt_id)


def push_body(request: CollectRequest) -> dict[str, Any]:
    """The push; raises Invalid ``collect_invalid`` naming every field that Airtel would refuse."""
    if faults := collect_faults(request):
        raise Invalid("collect_invalid", "Airtel would refuse this request", faults)
    where = {"country": COUNTRY, "currency": CURRENCY}
    return {
        "reference": request.reference,
        "subscriber": {**where, "msisdn": national9(request.phone)},
        "transaction": {
            **where,
            "amount": request.amount_cents // 100,
            "id": transaction_id(request.attempt_id),
        },
    }


def collect_faults(request: CollectRequest) -> list[FieldError]:
    """What Airtel would refuse in a request, as JSON pointers of our own field names.

    Whether it takes cents is undocumented, so whole shillings are sent.
    """
    named = transaction_id(request.attempt_id)
    whole = is_whole_shillings(request.amount_cents) and MIN_CENTS <= request.amount_cents <= MAX_CENTS
    checks = (
        (_PHONE.fullmatch(request.phone), "/phone", "must be 2547… or 2541… with 12 digits"),
        (whole, "/amount", "must be whole shillings, from 1 to 250,000"),
        (_ID.fullmatch(named), "/attempt_id", "must be 4 to 64 letters or digits"),
        (_REFERENCE.fullmatch(request.reference), "/reference", "must be 1 to 25 letters or digits"),
    )
    return [FieldError(pointer, detail) for passed, pointer, detail in checks if not passed]


def refund_body(receipt: str) -> dict[str, Any]:
    """The refund of one whole payment; raises Invalid ``refund_invalid`` for what is no airtel_money_id."""
    if not _RECEIPT.fullmatch(receipt):
        raise Invalid("refund_invalid", "that is not an Airtel Money id")
    return {"transaction": {"airtel_money_id": receipt}}
