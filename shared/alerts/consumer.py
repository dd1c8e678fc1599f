"""What the alerts function does when something happened: the record is read, looked at once, and learnt."""

from __future__ import annotations

from shared.alerts.detectors.refunds import taken_back
from shared.alerts.detectors.velocity import many_prompts
from shared.alerts.moves import Move, payment_move, payout_move, transaction_move
from shared.alerts.observing import learn_and, observe, raise_findings, raise_sign, seen_once
from shared.alerts.places import ATTEMPTS, PAYMENTS, PAYOUTS, RECEIPTS, TRANSACTIONS, party_key
from shared.alerts.ports import Watching
from shared.alerts.signs import doubted, prompt, seen_twice, unanswered
from shared.bus import Consumer
from shared.events import (
    AttemptFailed,
    Event,
    PaymentNeedsReview,
    PaymentReversed,
    PaymentSettled,
    PayoutRequested,
    ReceiptRead,
    RefundSent,
    TransactionRecorded,
)
from shared.store import Doc, Key, Tx

consumer: Consumer[Watching] = Consumer("alerts")


@consumer.on(PaymentSettled)
def payment_settled(ports: Watching, event: Event[PaymentSettled]) -> None:
    """Money came in. Its own attempt counts among the prompts of its phone."""
    payment = ports.store.require(event.business, Key(PAYMENTS, event.data.payment_id))
    look_at(ports, event.business, payment_move(payment))
    if attempt_id := payment.data.get("attempt_id"):
        _prompted(ports, event.business, ports.store.require(event.business, Key(ATTEMPTS, attempt_id)))


@consumer.on(TransactionRecorded)
def money_out(ports: Watching, event: Event[TransactionRecorded]) -> None:
    line = ports.store.require(event.business, Key(TRANSACTIONS, event.data.transaction_id))
    look_at(ports, event.business, transaction_move(line))


@consumer.on(PayoutRequested)
def payout_requested(ports: Watching, event: Event[PayoutRequested]) -> None:
    """Money is to go out: an alert now comes before the approval."""
    look_at_payout(ports, event.business, event.data.payout_id)


@consumer.on(RefundSent)
def refund_sent(ports: Watching, event: Event[RefundSent]) -> None:
    """A refund that nobody had to approve is first heard of here."""
    look_at_payout(ports, event.business, event.data.payout_id)


@consumer.on(AttemptFailed)
def attempt_failed(ports: Watching, event: Event[AttemptFailed]) -> None:
    """A prompt without money: one of several to this phone, or one that nobody answered."""
    attempt = ports.store.require(event.business, Key(ATTEMPTS, event.data.attempt_id))
    _prompted(ports, event.business, attempt)
    found = unanswered(attempt)
    if found is not None:
        move = prompt(attempt)
        once = seen_once(move.subject, "silence")
        ports.outbox.run(event.business, lambda tx: raise_sign(tx, move, found), once=once)


@consumer.on(PaymentReversed)
def payment_reversed(ports: Watching, event: Event[PaymentReversed]) -> None:
    """The provider took money back: once may be a mistake, again by the same payer is a pattern."""
    payment = ports.store.require(event.business, Key(PAYMENTS, event.data.payment_id))
    move = payment_move(payment)
    if move is None or not move.party:
        return
    place = party_key("reversed", move.party)

    def count(tx: Tx) -> str:
        return raise_findings(tx, move, learn_and(tx, move, place, taken_back))

    ports.outbox.run(event.business, count, once=seen_once(move.subject, "reversal"))


@consumer.on(PaymentNeedsReview)
def payment_doubted(ports: Watching, event: Event[PaymentNeedsReview]) -> None:
    """Only what settlement doubts; what is merely not matched yet is nothing odd."""
    payment = ports.store.require(event.business, Key(PAYMENTS, event.data.payment_id))
    sign = doubted(payment)
    if sign is not None:
        move, found = sign
        once = seen_once(f"{move.subject}/{found.code}", "doubt")
        ports.outbox.run(event.business, lambda tx: raise_sign(tx, move, found), once=once)


@consumer.on(ReceiptRead)
def receipt_read(ports: Watching, event: Event[ReceiptRead]) -> None:
    receipt = ports.store.require(event.business, Key(RECEIPTS, event.data.receipt_id))
    sign = seen_twice(receipt)
    if sign is not None:
        move, found = sign
        once = seen_once(move.subject, "twin")
        ports.outbox.run(event.business, lambda tx: raise_sign(tx, move, found), once=once)


def look_at(ports: Watching, business: str, move: Move | None) -> None:
    """Look at a movement once, whoever tells of it and however often."""
    if move is not None:
        ports.outbox.run(business, lambda tx: observe(tx, move), once=seen_once(move.subject))


def look_at_payout(ports: Watching, business: str, payout_id: str) -> None:
    """Look at a payout or refund; one of a refund is judged beside its payment."""
    payout = ports.store.require(business, Key(PAYOUTS, payout_id))
    payment_id = payout.data.get("payment_id")
    payment = ports.store.get(business, Key(PAYMENTS, payment_id)) if payment_id else None
    look_at(ports, business, payout_move(payout, payment.data if payment else None))


def _prompted(ports: Watching, business: str, attempt: Doc) -> None:
    move = prompt(attempt)
    place = party_key("asked", move.party)

    def count(tx: Tx) -> str:
        return raise_findings(tx, move, learn_and(tx, move, place, many_prompts))

    ports.outbox.run(business, count, once=seen_once(move.subject, "prompt"))
