"""Sending: written before the provider is called, and after it answered; in between it is unknown, never
failed.

What is unknown is resolved by asking, or by sending the same id again: B2C refuses a second one, and a
payment is reversed once (reference: payments 1.6).
"""

from __future__ import annotations

from datetime import timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import Invalid, Refused
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import (
    Accepted,
    InitiateAnswer,
    Outcome,
    PayoutRequest,
    PayoutResult,
    PaysOut,
    Refunds,
    Rejected,
    Unknown,
)
from shared.payments.payout_states import PayoutState, Signal
from shared.payments.payouts import move, moved, signal_of, soon
from shared.payments.places import PAYOUTS
from shared.payments.ports import Ports
from shared.store import Data, Doc, Key, Tx

Answer = InitiateAnswer | PayoutResult
LEASE = timedelta(seconds=90)
"""Longer than any call of ours may take: after it, a sender is taken for dead."""


def send(ports: Ports, business: str, payout_id: str) -> Doc:
    """Send an approved payout, once however many call this; returns it as it then stands."""
    key = Key(PAYOUTS, payout_id)
    sending = ports.store.transaction(business, lambda tx: _write_intent(tx, key))
    if sending is None:
        return ports.store.require(business, key)
    answer = _call(ports, business, sending)
    return ports.outbox.run(business, lambda tx: _write_outcome(tx, key, answer))


def send_again(ports: Ports, business: str, payout: Doc) -> None:
    """Send a payout under its own id once more, because nobody knows whether the provider has it."""
    answer = _call(ports, business, payout)
    if isinstance(answer, Accepted | PayoutResult):
        ports.outbox.run(business, lambda tx: _write_outcome(tx, payout.key, answer))


def ask(ports: Ports, business: str, payout: Doc) -> bool:
    """Ask the provider how a payout ended; the answer comes to its result address. False when it cannot be
    asked.

    Our own id names a B2C request. Of a reversal the provider knows only its own id, which its
    acknowledgement told.
    """
    known = payout.id if payout.data["method"] == "send" else payout.data["provider_id"]
    try:
        gateway = gateway_for(ports, payout.data["provider"])
        if not known or not isinstance(gateway, PaysOut):
            return False
        return isinstance(gateway.ask_status(_request(ports, business, payout, known)), Accepted)
    except (Invalid, Refused):
        return False


def lose_sender(ports: Ports, business: str, payout: Doc) -> Doc:
    """The process that was sending has died: the provider may have it."""

    def lose(tx: Tx) -> Doc:
        now = tx.require(payout.key)
        if now.data["status"] != PayoutState.SENDING or not _lease_over(now.data, tx.now):
            return now
        return tx.update(now.key, {**moved(tx, now, Signal.SILENCE, "timer", ""), **soon(tx.now)})

    return ports.store.transaction(business, lose)


def _lease_over(payout: Data, now: str) -> bool:
    return parse_rfc3339(now) >= parse_rfc3339(payout["send_by"])


def _write_intent(tx: Tx, key: Key) -> Doc | None:
    payout = tx.require(key)
    if payout.data["status"] != PayoutState.APPROVED:
        return None  # somebody else was first, or it was taken back
    change = moved(tx, payout, Signal.SEND, "system", "")
    lease = rfc3339(parse_rfc3339(tx.now) + LEASE)
    sends = payout.data["sends"] + 1
    plan = soon(tx.now) if sends == 1 else {}  # what is sent late keeps its plan, which ends
    return tx.update(key, {**change, **plan, "send_by": lease, "sends": sends})


def _write_outcome(tx: Tx, key: Key, answer: Answer) -> Doc:
    """Record what the provider said; a result may have come before its acknowledgement."""
    payout = tx.require(key)
    if isinstance(answer, PayoutResult):
        signal = signal_of(payout.data, answer) or Signal.SILENCE
        return move(tx, payout, signal, answer, actor=answer.kind, evidence_id=answer.provider_id)
    signal, told = _read(payout.data["provider"], answer)
    if isinstance(answer, Accepted) and not payout.data["provider_id"]:
        theirs = answer.request_id if answer.request_id != key.id else answer.merchant_request_id
        payout = tx.update(key, {"provider_id": theirs})
    return move(tx, payout, signal, told, actor="provider", evidence_id="", note=told.description)


def _read(provider: str, answer: InitiateAnswer) -> tuple[Signal, PayoutResult]:
    match answer:
        case Accepted():
            return Signal.ACK, PayoutResult(provider, "ack", Outcome.PENDING, "0")
        case Rejected():
            signal = Signal.POSTPONE if answer.retryable else Signal.REFUSAL
            return signal, PayoutResult(provider, "ack", Outcome.FAILED_FINAL, answer.code, answer.message)
        case Unknown():
            return Signal.SILENCE, PayoutResult(provider, "ack", Outcome.UNKNOWN, answer.code, answer.reason)


def _call(ports: Ports, business: str, payout: Doc) -> Answer:
    request = _request(ports, business, payout, payout.id)
    whole = payout.data["method"] == "reverse"
    try:
        gateway = gateway_for(ports, payout.data["provider"])
        if isinstance(gateway, PaysOut):
            return gateway.reverse(request) if whole else gateway.pay_out(request)
        if whole and isinstance(gateway, Refunds):
            return gateway.refund(request)
    except (Invalid, Refused) as error:  # refused on our side: nothing was sent
        return Rejected(error.code, error.message)
    return Rejected("payouts_not_offered", "this provider sends no money")


def _request(ports: Ports, business: str, payout: Doc, request_id: str) -> PayoutRequest:
    secret = ports.settings.callback_secret.get_secret_value()
    base = ports.settings.public_url
    return PayoutRequest(
        request_id=request_id,
        phone=payout.data["phone"],
        amount_cents=payout.data["amount_cents"],
        purpose=payout.data["purpose"],
        remarks=payout.data["note"] or payout.data["purpose"],
        receipt=payout.data["payment_receipt"],
        result_url=callback_url(base, "result", business, payout.id, secret),
        timeout_url=callback_url(base, "timeout", business, payout.id, secret),
    )
