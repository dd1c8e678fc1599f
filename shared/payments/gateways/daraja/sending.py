"""What we send to Daraja's asynchronous products, and what its acknowledgement proves.

B2C v3, reversal, transaction status, balance (D3 B2C, Reversals, TransactionStatus, AccountBalance). The
spellings are Daraja's: ``Occassion`` in B2C, ``Occasion`` elsewhere, ``RecieverIdentifierType``.
"""

from __future__ import annotations

import re

from shared.core.errors import FieldError
from shared.core.money import is_whole_shillings
from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import error_code, error_message
from shared.payments.gateways.daraja.urls import callback_url_fault
from shared.payments.gateways.port import Accepted, InitiateAnswer, PayoutRequest, Rejected, Unknown
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

PAYOUT = "/mpesa/b2c/v3/paymentrequest"
REVERSAL = "/mpesa/reversal/v1/request"
STATUS = "/mpesa/transactionstatus/v1/query"
BALANCE = "/mpesa/accountbalance/v1/query"
DUPLICATE = "500.002.1001"
"""``Duplicate OriginatorConversationID``: the only idempotency that Daraja has."""
MIN_PAYOUT_CENTS, MAX_PAYOUT_CENTS = 10_00, 250_000_00
"""KES 10 to 250,000 a payout (D3 B2C)."""
COMMANDS = {"salary": "SalaryPayment", "promotion": "PromotionPayment"}
"""Purposes with a CommandID of their own; every other purpose is a BusinessPayment."""
TOKEN_REFUSED = frozenset({"404.001.03", "400.003.01", "401.002.01", "404.001.04"})
_PHONE = re.compile(r"254[17][0-9]{8}")
_RECEIPT = re.compile(r"[A-Z0-9]{8,12}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
Body = dict[str, str | int]


def payout_body(account: DarajaAccount, request: PayoutRequest, credential: str) -> Body:
    """The B2C v3 body; our own id makes a repetition harmless."""
    return {
        "OriginatorConversationID": request.request_id,
        "InitiatorName": account.initiator.name,
        "SecurityCredential": credential,
        "CommandID": COMMANDS.get(request.purpose, "BusinessPayment"),
        "Amount": request.amount_cents // 100,
        "PartyA": account.shortcode,
        "PartyB": request.phone,
        "Remarks": _remarks(request),
        "QueueTimeOutURL": request.timeout_url,
        "ResultURL": request.result_url,
        "Occassion": request.receipt or request.purpose[:100],
    }


def reversal_body(account: DarajaAccount, request: PayoutRequest, credential: str) -> Body:
    """The reversal of a payment that we received; Daraja reverses each once, so it needs no id of ours."""
    return {
        "Initiator": account.initiator.name,
        "SecurityCredential": credential,
        "CommandID": "TransactionReversal",
        "TransactionID": request.receipt,
        "Amount": request.amount_cents // 100,
        "ReceiverParty": account.shortcode,
        "RecieverIdentifierType": "11",
        "ResultURL": kind_url(request.result_url, "reversal"),
        "QueueTimeOutURL": kind_url(request.timeout_url, "reversal"),
        "Remarks": _remarks(request),
        "Occasion": request.request_id,
    }


def status_body(account: DarajaAccount, request: PayoutRequest, credential: str) -> Body:
    """The question how a request of ours ended, or, where it has no id, a payment."""
    subject = {"OriginalConversationID": request.request_id}
    if not request.request_id:
        subject = {"TransactionID": request.receipt}
    return {
        "Initiator": account.initiator.name,
        "SecurityCredential": credential,
        "CommandID": "TransactionStatusQuery",
        **subject,
        "PartyA": account.shortcode,
        "IdentifierType": "4",
        "ResultURL": kind_url(request.result_url, "status"),
        "QueueTimeOutURL": kind_url(request.timeout_url, "status"),
        "Remarks": _remarks(request),
        "Occasion": "",
    }


def balance_body(account: DarajaAccount, request: PayoutRequest, credential: str) -> Body:
    """The question what our accounts at M-Pesa hold (D3 AccountBalance)."""
    return {
        "Initiator": account.initiator.name,
        "SecurityCredential": credential,
        "CommandID": "AccountBalance",
        "PartyA": account.shortcode,
        "IdentifierType": "4",
        "Remarks": _remarks(request),
        "QueueTimeOutURL": kind_url(request.timeout_url, "balance"),
        "ResultURL": kind_url(request.result_url, "balance"),
    }


def kind_url(url: str, kind: str) -> str:
    """A result address that also says what was asked: a failure carries no parameter that would tell.

    A question about a payout that fails must not be read as a payout that failed.
    """
    return f"{url.rstrip('/')}/{kind}"


def payout_faults(request: PayoutRequest) -> list[FieldError]:
    """What Daraja would refuse in a payout, as JSON pointers of our own field names."""
    checks = (
        (_PHONE.fullmatch(request.phone), "/phone", "must be 2547… or 2541… with 12 digits"),
        (
            _whole(request.amount_cents, MIN_PAYOUT_CENTS),
            "/amount_cents",
            "must be whole shillings, from 10 to 250,000",
        ),
        (_ID.fullmatch(request.request_id), "/request_id", "must be 1 to 64 plain characters"),
    )
    return [*_failed(checks), *url_faults(request)]


def reversal_faults(request: PayoutRequest) -> list[FieldError]:
    """What Daraja would refuse in a reversal."""
    whole = _whole(request.amount_cents, 1_00)
    checks = (
        (_RECEIPT.fullmatch(request.receipt), "/receipt", "must be an M-Pesa receipt number"),
        (whole, "/amount_cents", "must be whole shillings, from 1 to 250,000"),
    )
    return [*_failed(checks), *url_faults(request)]


def status_faults(request: PayoutRequest) -> list[FieldError]:
    """What Daraja would refuse in a question."""
    named = _ID.fullmatch(request.request_id) or _RECEIPT.fullmatch(request.receipt)
    return [*_failed(((named, "/request_id", "a request or a receipt must be named"),)), *url_faults(request)]


def acknowledgement(answer: HttpAnswer | NoHttpAnswer, request_id: str = "") -> InitiateAnswer:
    """What an answer to a request of this family proves.

    Accepted carries the OriginatorConversationID (of B2C ours, else Daraja's) and the ConversationID. That a
    ``request_id`` of ours is a duplicate says that an earlier sending of it arrived: its result will come.
    """
    if isinstance(answer, NoHttpAnswer):
        if answer.sent:
            return Unknown(answer.reason)
        return Rejected("unreachable", f"Daraja cannot be reached: {answer.reason}", retryable=True)
    if request_id and error_code(answer) == DUPLICATE:
        return Accepted(request_id)
    if error_code(answer):
        return _refusal(answer)
    ours, theirs = answer.text("OriginatorConversationID"), answer.text("ConversationID")
    if answer.status == 200 and answer.text("ResponseCode") == "0" and (ours or request_id):
        return Accepted(ours or request_id, theirs)
    return Unknown(f"http_{answer.status}", answer.text("ResponseCode"))


def _refusal(answer: HttpAnswer) -> Rejected | Unknown:
    code = error_code(answer)
    if code.startswith("4") and answer.status < 500 and answer.status != 408:
        return Rejected(code, error_message(answer), retryable=code in TOKEN_REFUSED)
    return Unknown(f"http_{answer.status}", code)


def _remarks(request: PayoutRequest) -> str:
    """2 to 100 characters (D3 B2C); Daraja refuses an empty text."""
    plain = " ".join(re.sub(r"[^A-Za-z0-9 .,:-]+", " ", request.remarks).split())[:100]
    return plain if len(plain) > 1 else "Payment"


def _whole(cents: int, least: int) -> bool:
    return least <= cents <= MAX_PAYOUT_CENTS and is_whole_shillings(cents)


def _failed(checks: tuple[tuple[object, str, str], ...]) -> list[FieldError]:
    return [FieldError(pointer, detail) for passed, pointer, detail in checks if not passed]


def url_faults(request: PayoutRequest) -> list[FieldError]:
    """Addresses that Daraja would refuse to call."""
    urls = (("/result_url", request.result_url), ("/timeout_url", request.timeout_url))
    found = [(pointer, callback_url_fault(url)) for pointer, url in urls]
    return [FieldError(pointer, fault) for pointer, fault in found if fault]
