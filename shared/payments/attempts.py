"""Starting an attempt: written with its callback address before the provider hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.core import context, measures
from shared.core.clock import rfc3339
from shared.core.errors import Invalid, Refused
from shared.core.ids import derived_id
from shared.core.money import is_whole_shillings, up_to_shillings
from shared.payments.gateways.choose import gateway_for
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.gateways.port import (
    Accepted,
    CollectRequest,
    Gateway,
    InitiateAnswer,
    Outcome,
    Rejected,
)
from shared.payments.gateways.providers import MPESA, provider_of
from shared.payments.limits import Prompt, admit
from shared.payments.methods import AUTO, choose
from shared.payments.places import ATTEMPTS
from shared.payments.polling import lease_over, next_poll
from shared.payments.ports import Ports
from shared.payments.requests import remember_request
from shared.payments.states import UNDECIDED, WAITING, Signal, State, after
from shared.payments.twins import remember
from shared.store import Data, Doc, Key, Once, Tx


@dataclass(frozen=True, slots=True)
class Ask:
    """What a business wants collected. ``amount_cents`` None asks for the invoice's whole balance."""

    phone: str
    amount_cents: int | None
    invoice_id: str
    reference: str
    description: str
    method: str = AUTO


Beside = Callable[[Tx, Doc], None]
"""What else the commit that writes an attempt does, given the attempt; raising it prevents the prompt."""


def attempt_id_of(business: str, once: Once) -> str:
    """The id of the attempt that a key starts, known before it is started."""
    return derived_id("att", business, once.key)


def start(
    ports: Ports, business: str, actor: str, ask: Ask, once: Once, *, beside: Beside | None = None
) -> Doc:
    """Prompt a payer once.

    The same key again returns the attempt as it now stands, without prompting. Raises Invalid, NotFound,
    Refused (invoice not open, repeated too soon, the first request is still at work) or RateLimited, and
    what ``beside`` raises.
    """

    def intend(tx: Tx) -> Data:
        attempt = _write_intent(ports, tx, actor, ask, once)
        if beside is not None:
            beside(tx, attempt)
        return {"attempt_id": attempt.id}

    made = ports.store.transaction(business, intend, once=once)
    key = Key(ATTEMPTS, made["attempt_id"])
    context.note(attempt=key.id)
    if once.replayed:
        return _replay(ports, business, key)
    attempt = ports.store.require(business, key)
    if known_as := attempt.data["request_id"]:  # its callback will name nothing else
        remember_request(ports.store, attempt.data["provider"], known_as, business, key.id)
    answer = _ask_provider(ports, business, attempt)
    return ports.store.transaction(business, lambda tx: _write_outcome(tx, key, answer))


def _write_intent(ports: Ports, tx: Tx, actor: str, ask: Ask, once: Once) -> Doc:
    gateway = gateway_for(ports, choose(ports, tx, ask.method, ask.phone))
    invoice = tx.require(Key("invoices", ask.invoice_id)) if ask.invoice_id else None
    cents = _amount(gateway, ask, invoice)
    attempt_id = attempt_id_of(tx.business, once)
    admit(tx, Prompt(ask.phone, cents, ports.clock.now(), attempt_id, gateway.provider))
    attempt = tx.create(
        Key(ATTEMPTS, attempt_id),
        {
            "status": State.SUBMITTING.value,
            "provider": gateway.provider,
            "phone": ask.phone,
            "amount_cents": cents,
            "currency": "KES",
            "invoice_id": ask.invoice_id,
            "customer_id": invoice.data["customer_id"] if invoice else "",
            "reference": ask.reference or _reference(invoice, attempt_id),
            "description": ask.description or "Payment",
            "shortcode": ports.settings.daraja_shortcode if gateway.provider == MPESA else "",
            "request_id": gateway.known_as(attempt_id),
            "merchant_request_id": "",
            "correlation_id": context.current().request_id,
            "payment_id": "",
            "receipt": "",
            "result_code": "",
            "result_class": "",
            "failure": "",
            "created_on": tx.now,
            "created_by": actor,
            "polling": True,
            "poll_at": next_poll(tx.now, 0, gateway.provider) or tx.now,
            "polls": 0,
            "history": [],
        },
    )
    remember(tx, attempt)
    return attempt


def _amount(gateway: Gateway, ask: Ask, invoice: Doc | None) -> int:
    if invoice is not None and invoice.data["status"] != "open":
        raise Refused(f"the invoice is {invoice.data['status']}, not open", code="invoice_not_open")
    cents = ask.amount_cents
    if cents is None:
        if invoice is None:
            raise Invalid("amount_required", "give an amount or an invoice")
        # M-Pesa moves whole shillings: the last cents are rounded up and stay as the customer's credit
        cents = up_to_shillings(invoice.data["balance_cents"])
    elif invoice is not None and cents > up_to_shillings(invoice.data["balance_cents"]):
        raise Refused("that is more than the invoice's balance", code="amount_over_balance")
    limits = gateway.capabilities
    if not is_whole_shillings(cents) or not limits.min_cents <= cents <= limits.max_cents:
        least, most = limits.min_cents // 100, limits.max_cents // 100
        raise Invalid("amount_out_of_range", f"give whole shillings from {least} to {most:,}")
    return cents


def _reference(invoice: Doc | None, attempt_id: str) -> str:
    return invoice.data["number"] if invoice else attempt_id[-10:].upper()


def _request(ports: Ports, business: str, attempt: Doc) -> CollectRequest:
    secret = ports.settings.callback_secret.get_secret_value()
    return CollectRequest(
        attempt_id=attempt.id,
        phone=attempt.data["phone"],
        amount_cents=attempt.data["amount_cents"],
        reference=attempt.data["reference"],
        description=attempt.data["description"],
        callback_url=callback_url(ports.settings.public_url, "stk", business, attempt.id, secret),
    )


def _ask_provider(ports: Ports, business: str, attempt: Doc) -> InitiateAnswer:
    try:
        gateway = gateway_for(ports, provider_of(attempt.data))
        return gateway.initiate(_request(ports, business, attempt))
    except Invalid as error:  # the adapter refused before sending: nothing was prompted
        return Rejected(error.code, error.message)


def _write_outcome(tx: Tx, key: Key, answer: InitiateAnswer) -> Doc:
    """Record what the provider said; evidence may have moved the attempt on before its acknowledgement."""
    attempt = tx.require(key)
    if isinstance(answer, Accepted):
        ids = {"request_id": answer.request_id, "merchant_request_id": answer.merchant_request_id}
        return tx.update(key, {**ids, **moved(tx, attempt, Signal.ACK, "provider", "")})
    if isinstance(answer, Rejected):
        again = Outcome.FAILED_RETRYABLE if answer.retryable else Outcome.FAILED_FINAL
        refused = {"result_code": answer.code, "failure": "rejected", "polling": False}
        refused["result_class"] = again.value
        change = moved(tx, attempt, Signal.REFUSAL, "provider", answer.code)
        return tx.update(key, {**change, **(refused if change["status"] == State.REJECTED else {})})
    return tx.update(key, moved(tx, attempt, Signal.SILENCE, "provider", answer.code))


def moved(tx: Tx, attempt: Doc, signal: Signal, actor: str, evidence: str) -> Data:
    """The changes a signal makes to an attempt: its state and one line of history.

    Evidence that comes again and moves nothing adds no line: repetitions would push out what happened.
    """
    old = State(attempt.data["status"])
    new = after(old, signal)
    history = attempt.data["history"]
    if old is new and evidence and any(_told(line) == (signal, evidence) for line in history):
        return {"status": new.value}
    if new != old and new not in UNDECIDED:
        tx.tally(measures.ATTEMPTS, state=new.value)
    line = {"from": old.value, "to": new.value, "signal": signal.value, "actor": actor, "evidence": evidence}
    return {"status": new.value, "history": [*history[-49:], {**line, "at": tx.now}]}


def _told(line: Data) -> tuple[str, str]:
    return line["signal"], line["evidence"]


def _replay(ports: Ports, business: str, key: Key) -> Doc:
    attempt = ports.store.require(business, key)
    if attempt.data["status"] == State.SUBMITTING and not lease_over(
        attempt.data["created_on"], ports.clock.now()
    ):
        raise Refused("the first request with this key is still at work", code="idempotency_in_flight")
    return attempt


def cancel(ports: Ports, business: str, attempt_id: str, actor: str) -> Doc:
    """Stop waiting for an attempt. The prompt cannot be recalled: money that still comes is still booked.

    Raises NotFound, and Refused when the attempt has already ended.
    """
    key = Key(ATTEMPTS, attempt_id)

    def stop(tx: Tx) -> Doc:
        attempt = tx.require(key)
        if State(attempt.data["status"]) not in WAITING:
            raise Refused(f"the attempt is {attempt.data['status']} already", code="attempt_ended")
        return tx.update(key, moved(tx, attempt, Signal.CANCEL, actor, ""))

    return ports.store.transaction(business, stop)


def lose_submitter(ports: Ports, business: str, attempt_id: str) -> None:
    """The process that was to send this attempt died: whether the payer was prompted is unknown."""
    key = Key(ATTEMPTS, attempt_id)

    def mark(tx: Tx) -> None:
        attempt = tx.require(key)
        if attempt.data["status"] == State.SUBMITTING:
            tx.update(key, moved(tx, attempt, Signal.SILENCE, "timer", rfc3339(ports.clock.now())))

    ports.store.transaction(business, mark)
