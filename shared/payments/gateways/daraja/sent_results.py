"""How money that we sent, or a question about it, ended: a ``Result`` body read into our own words.

Result codes: D3 B2C, Reversals, TransactionStatus ("Result codes"). They come as number or text; times as
``06.07.2024 22:48:52`` or ``20211114132711``; parameters repeat, lack their value, or are missing altogether.
"""

from __future__ import annotations

import re
from datetime import datetime

from shared.core.clock import EAT, parse_daraja_timestamp, parse_rfc3339
from shared.core.errors import HesabuError
from shared.core.money import parse_cents
from shared.payments.gateways.daraja.payloads import AsyncResult
from shared.payments.gateways.daraja.results import PROVIDER
from shared.payments.gateways.port import Outcome, PayoutResult

KINDS = frozenset({"payout", "reversal", "status", "balance"})
RESULTS = {
    "0": Outcome.SUCCESS,
    "1": Outcome.FAILED_RETRYABLE,  # our own account holds too little
    "2": Outcome.FAILED_FINAL,
    "3": Outcome.FAILED_FINAL,
    "4": Outcome.FAILED_RETRYABLE,  # the day's limit; tomorrow is another day
    "8": Outcome.FAILED_RETRYABLE,  # the receiver's account is full
    "11": Outcome.CONFIG,
    "15": Outcome.UNKNOWN,  # a duplicate: what became of the first is another answer
    "17": Outcome.UNKNOWN,
    "18": Outcome.CONFIG,
    "20": Outcome.CONFIG,
    "21": Outcome.CONFIG,
    "24": Outcome.CONFIG,
    "25": Outcome.CONFIG,
    "26": Outcome.UNKNOWN,
    "29": Outcome.CONFIG,
    "2001": Outcome.CONFIG,  # here the initiator's secret; in an STK callback the payer's
    "2006": Outcome.CONFIG,
    "2028": Outcome.CONFIG,
    "2040": Outcome.FAILED_FINAL,
    "8006": Outcome.CONFIG,
    "SFC_IC0003": Outcome.CONFIG,
    "R000001": Outcome.UNKNOWN,  # reversed already: by an earlier sending of ours, or by a person
    "R000002": Outcome.FAILED_FINAL,
}
"""Any other code is unknown. CONFIG: nothing moved, and the account or its credentials are why."""
STATUSES = {
    "completed": Outcome.SUCCESS,
    "failed": Outcome.FAILED_FINAL,
    "declined": Outcome.FAILED_FINAL,
    "cancelled": Outcome.FAILED_FINAL,
    "expired": Outcome.FAILED_FINAL,
}
"""``TransactionStatus`` of a status answer; Authorized, Pending and whatever else are still open."""
_AT = ("TransactionCompletedDateTime", "TransCompletedTime", "FinalisedTime", "BOCompletedTime")
_AMOUNT = ("TransactionAmount", "Amount")
_CHARGE = ("Charge", "DebitPartyCharges")
_DOTTED = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def payout_result(result: AsyncResult, kind: str, request_id: str) -> PayoutResult:
    """The result of one request of ours.

    Args:
        result: the body as it was read.
        kind: what was asked, from the address it came to: a failure has no parameter that tells.
        request_id: ours, from the address too.
    """
    status = kind == "status"
    outcome = _status(result) if status else RESULTS.get(result.code, Outcome.UNKNOWN)
    done = outcome is Outcome.SUCCESS
    return PayoutResult(
        provider=PROVIDER,
        kind=kind,
        outcome=outcome,
        code=result.code,
        description=_told(result) if status else result.description[:200],
        request_id=request_id,
        provider_id=result.conversation_id or result.originator_conversation_id,
        receipt=_receipt(result, kind) if done else "",
        amount_cents=_cents(result, _AMOUNT) if done else None,
        charge_cents=_cents(result, _CHARGE) if done else None,
        at=_moment(result) if done else None,
    )


def timed_out(kind: str, request_id: str) -> PayoutResult:
    """The provider gave up telling: that says nothing about the money."""
    return PayoutResult(PROVIDER, kind, Outcome.UNKNOWN, "queue_timeout", request_id=request_id)


def read_moment(text: str) -> datetime | None:
    """Either of Daraja's two forms of a time, East Africa Time; None for anything else."""
    try:
        if _DOTTED.fullmatch(text):
            moment = datetime.strptime(text, "%d.%m.%Y %H:%M:%S").replace(tzinfo=EAT)
            return parse_rfc3339(moment.isoformat())
        return parse_daraja_timestamp(text)
    except (HesabuError, ValueError):
        return None


def _status(result: AsyncResult) -> Outcome:
    """What the provider says about the money asked about; a question that failed says nothing."""
    if result.code != "0":
        return Outcome.UNKNOWN
    return STATUSES.get(result.value("TransactionStatus").strip().lower(), Outcome.PENDING)


def _told(result: AsyncResult) -> str:
    return (result.value("TransactionStatus") or result.description)[:200]


def _receipt(result: AsyncResult, kind: str) -> str:
    named = result.value("ReceiptNo") if kind == "status" else result.value("TransactionReceipt")
    return (named or result.transaction_id).upper()


def _cents(result: AsyncResult, names: tuple[str, ...]) -> int | None:
    """The first amount among these parameters; charges read ``Fee For B2C Payment|KES|22.40`` in a status."""
    for name in names:
        try:
            return parse_cents(result.value(name).rpartition("|")[2])
        except HesabuError:
            continue
    return None


def _moment(result: AsyncResult) -> datetime | None:
    found = (read_moment(result.value(name)) for name in _AT)
    return next((moment for moment in found if moment is not None), None)
