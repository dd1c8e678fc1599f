"""Asking for money to go out, and who lets it: the one who asked never approves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.core import context
from shared.core.errors import Forbidden, Invalid, Refused
from shared.core.ids import derived_id
from shared.core.money import is_whole_shillings
from shared.payments.gateways.port import Outcome, PayoutResult
from shared.payments.payout_limits import count, give_back, needs_approval
from shared.payments.payout_sending import send
from shared.payments.payout_states import UNSENT, PayoutState, Signal
from shared.payments.payout_waiting import announce
from shared.payments.payouts import move, moved, soon
from shared.payments.places import PAYMENTS, PAYOUTS, PROFILE
from shared.payments.ports import Ports
from shared.payments.refunds import open_to_refunds, payee, refund_failed, reserve, set_apart
from shared.payments.registration import owner_of_shortcode
from shared.store import Data, Doc, Key, Once, Tx

MIN_CENTS, MAX_CENTS = 10_00, 250_000_00
"""Whole shillings, 10 to 250,000 a payout (D3 B2C)."""


@dataclass(frozen=True, slots=True)
class PayoutAsk:
    """Money for somebody: ``account`` of the chart says what for, ``purpose`` tells the receiver."""

    phone: str
    amount_cents: int
    purpose: str
    account: str
    reference: str
    note: str


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Money of a payment to be given back. ``amount_cents`` None asks for all that is left of it.

    Args:
        method: ``send`` pays the payer's phone; ``reverse`` has the provider undo the whole payment.
        invoices: the invoices that are owed again by it, in order; empty takes what lies free first.
    """

    payment_id: str
    amount_cents: int | None
    method: str
    phone: str
    invoices: tuple[str, ...]
    note: str


def ask_payout(ports: Ports, business: str, actor: str, ask: PayoutAsk, once: Once) -> Doc:
    """Write a payout; below the business's threshold it is sent at once. The same key again sends nothing.

    Raises Invalid ``amount_out_of_range``; Refused ``daily_limit``, ``shortcode_not_served`` or
    ``shortcode_taken`` for a business whose money is not on this installation's shortcode.
    """
    owner = owner_of_shortcode(ports)
    if owner is not None and owner.data["business"] != business:
        raise Refused("the money on this shortcode is another business's", code="shortcode_taken")

    def write(tx: Tx) -> Data:
        _check_amount(ask.amount_cents, MIN_CENTS)
        _check_served(ports, tx)
        about: Data = {"kind": "payout", "provider": "mpesa", "method": "send", "phone": ask.phone}
        about |= {"amount_cents": ask.amount_cents, "purpose": ask.purpose, "account": ask.account}
        about |= {"reference": ask.reference, "note": ask.note, "shortcode": ports.settings.daraja_shortcode}
        return _create(tx, about, actor, once)

    return _begin(ports, business, write, once)


def ask_refund(ports: Ports, business: str, actor: str, ask: RefundAsk, once: Once) -> Doc:
    """Write a refund and reserve its money on the payment; it goes the way of every payout.

    Raises NotFound; Invalid ``amount_out_of_range``; Refused ``payment_not_settled``, ``over_refunded``,
    ``payer_unknown``, ``phone_not_payers``, ``only_whole`` for a reversal of a part, ``daily_limit``,
    ``shortcode_not_served``.
    """

    served = ports.settings.daraja_shortcode

    def write(tx: Tx) -> Data:
        payment = tx.require(Key(PAYMENTS, ask.payment_id))
        left = open_to_refunds(payment.data)
        cents = left if ask.amount_cents is None else ask.amount_cents
        method = _method(payment.data, ask.method, cents)
        if payment.data["provider"] == "mpesa" and payment.data["shortcode"] not in {"", served}:
            raise Refused("that money came to another shortcode", code="shortcode_not_served")
        phone = payee(payment.data, ask.phone) if method == "send" else str(payment.data["payer_phone"])
        about: Data = {"kind": "refund", "method": method, "phone": phone, "amount_cents": cents}
        about |= {name: payment.data[name] for name in ("provider", "shortcode", "customer_id")}
        about |= {"purpose": "refund", "payment_id": payment.id, "payment_receipt": payment.data["receipt"]}
        about |= {"invoices": list(ask.invoices), "note": ask.note, "reference": payment.data["reference"]}
        return _create(tx, about, actor, once, payment)

    return _begin(ports, business, write, once)


def _check_served(ports: Ports, tx: Tx) -> None:
    """Money must not leave the account of somebody else than the business that sends it."""
    profile = tx.peek(PROFILE)
    own = profile.data.get("shortcode") if profile else ""
    if own and own != ports.settings.daraja_shortcode:
        raise Refused("this installation pays from another shortcode", code="shortcode_not_served")


def _method(payment: Data, asked: str, cents: int) -> str:
    """How a refund goes; Airtel only gives whole payments back, by its own refund."""
    method = "reverse" if payment["provider"] == "airtel" else asked
    if payment["provider"] not in {"mpesa", "airtel"}:
        raise Refused("money that came by bank is given back by the bank", code="not_refundable_here")
    if method == "reverse" and cents != payment["amount_cents"]:
        raise Refused(
            "the provider gives back whole payments only: send the money instead", code="only_whole"
        )
    if method == "reverse" and not payment["receipt"]:
        raise Refused("the receipt of this payment is not known yet", code="receipt_unknown")
    _check_amount(cents, MIN_CENTS if method == "send" else 1_00)
    return method


def _check_amount(cents: int, least: int) -> None:
    if not is_whole_shillings(cents) or not least <= cents <= MAX_CENTS:
        raise Invalid(
            "amount_out_of_range", f"whole shillings from {least // 100} to {MAX_CENTS // 100:,} can be sent"
        )


def _create(tx: Tx, about: Data, actor: str, once: Once, payment: Doc | None = None) -> Data:
    key = Key(PAYOUTS, derived_id("pyo", tx.business, once.key))
    if payment is not None:
        reserve(tx, payment, key.id, about["amount_cents"])
    payout = tx.create(key, {**_blank(tx.now), **about, "created_by": actor})
    if needs_approval(tx, about["amount_cents"]):
        announce(tx, payout)
    else:
        _approved(tx, payout, "policy")
    return {"payout_id": key.id}


def _blank(now: str) -> Data:
    """A payout of which nothing has happened; every field that it will ever have."""
    texts: tuple[str, ...] = (
        "customer_id",
        "payment_id",
        "payment_receipt",
        "account",
        "approved_by",
        "receipt",
        "sent_at",
    )
    texts += ("provider_id", "result_code", "failure", "limit_day", "send_by", "reference", "note")
    figures = dict.fromkeys(("charge_cents", "held_cents", "polls", "sends"), 0)
    lists: Data = {"doubts": [], "history": [], "invoices": [], "taken": {}}
    plan: Data = {"polling": False, "poll_at": now, "asked_from": now}
    return {
        **dict.fromkeys(texts, ""),
        **figures,
        **lists,
        **plan,
        "status": PayoutState.REQUESTED.value,
        "currency": "KES",
        "created_on": now,
        "correlation_id": context.current().request_id,
    }


def _begin(ports: Ports, business: str, write: Callable[[Tx], Data], once: Once) -> Doc:
    made = ports.outbox.run(business, write, once=once)
    context.note(payout=made["payout_id"])
    payout = ports.store.require(business, Key(PAYOUTS, made["payout_id"]))
    if once.replayed or payout.data["status"] != PayoutState.APPROVED:
        return payout
    return send(ports, business, payout.id)


def approve(ports: Ports, business: str, payout_id: str, actor: str) -> Doc:
    """Let a payout go out, and send it. Approving again what one has approved changes nothing.

    Raises NotFound; Forbidden ``own_payout`` for the one who asked; Refused ``payout_decided`` when it is
    decided already, ``daily_limit``, ``over_refunded`` or ``payment_not_settled`` when the money is not there
    any more.
    """

    def let(tx: Tx) -> Doc:
        payout = tx.require(Key(PAYOUTS, payout_id))
        if payout.data["approved_by"] == actor:
            return payout
        _undecided(payout)
        _another(payout, actor)
        return _approved(tx, payout, actor)

    payout = ports.outbox.run(business, let)
    return send(ports, business, payout_id) if payout.data["status"] == PayoutState.APPROVED else payout


def _approved(tx: Tx, payout: Doc, actor: str) -> Doc:
    payout = count(tx, payout)
    if payout.data["kind"] == "refund":
        payout = set_apart(tx, payout, actor)
    change = moved(tx, payout, Signal.APPROVE, actor, "")
    return tx.update(payout.key, {**change, **soon(tx.now), "approved_by": actor})


def reject(ports: Ports, business: str, payout_id: str, actor: str, note: str) -> Doc:
    """Say no to somebody else's payout; again changes nothing. Raises what ``approve`` raises."""

    def refuse(tx: Tx) -> Doc:
        payout = tx.require(Key(PAYOUTS, payout_id))
        if payout.data["status"] == PayoutState.REJECTED:
            return payout
        _undecided(payout)
        _another(payout, actor)
        return _withdrawn(tx, payout, Signal.REJECT, actor, note)

    return ports.outbox.run(business, refuse)


def cancel(ports: Ports, business: str, payout_id: str, actor: str) -> Doc:
    """Take a payout back that was not sent yet; again changes nothing.

    Raises NotFound, and Refused ``payout_sent`` when the provider may have it.
    """

    def take_back(tx: Tx) -> Doc:
        payout = tx.require(Key(PAYOUTS, payout_id))
        if payout.data["status"] == PayoutState.CANCELLED:
            return payout
        if PayoutState(payout.data["status"]) not in UNSENT:
            raise Refused(f"the payout is {payout.data['status']} already", code="payout_sent")
        return _withdrawn(tx, payout, Signal.CANCEL, actor, "")

    return ports.outbox.run(business, take_back)


def decide(ports: Ports, business: str, payout_id: str, actor: str, *, went: bool, note: str) -> Doc:
    """A person found out how a payout ended that the provider never told, or told in two ways.

    Raises NotFound; Forbidden ``own_payout``; Refused ``payout_decided`` unless its end is in question.
    """

    def say(tx: Tx) -> Doc:
        payout = tx.require(Key(PAYOUTS, payout_id))
        _another(payout, actor)
        state = PayoutState(payout.data["status"])
        given_up = state in {PayoutState.SENT, PayoutState.UNKNOWN} and not payout.data["polling"]
        if state is not PayoutState.REVIEW and not given_up:
            raise Refused(f"the payout is {state.value}; nobody has to decide it", code="payout_decided")
        outcome = Outcome.SUCCESS if went else Outcome.FAILED_FINAL
        told = PayoutResult(payout.data["provider"], "operator", outcome, "operator", note)
        signal = Signal.PROOF if went else Signal.DISPROOF
        return move(tx, payout, signal, told, actor=actor, evidence_id="", note=note)

    return ports.outbox.run(business, say)


def _withdrawn(tx: Tx, payout: Doc, signal: Signal, actor: str, note: str) -> Doc:
    change = moved(tx, payout, signal, actor, "", note)
    payout = give_back(tx, tx.update(payout.key, {**change, "polling": False}))
    return refund_failed(tx, payout) if payout.data["kind"] == "refund" else payout


def _undecided(payout: Doc) -> None:
    if payout.data["status"] != PayoutState.REQUESTED:
        raise Refused(f"the payout is {payout.data['status']} already", code="payout_decided")


def _another(payout: Doc, actor: str) -> None:
    if payout.data["created_by"] == actor:
        raise Forbidden("somebody else than who asked for a payout decides about it", code="own_payout")
