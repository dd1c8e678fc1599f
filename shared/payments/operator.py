"""A person's word on money that nobody could prove: it was received, or it was not."""

from __future__ import annotations

from shared.core.errors import Refused
from shared.payments import money
from shared.payments.attempts import moved
from shared.payments.gateways.port import Evidence, Outcome
from shared.payments.places import ATTEMPTS, PAYMENTS
from shared.payments.states import Signal
from shared.store import Data, Doc, Key, Tx


def decide(tx: Tx, payment_id: str, *, received: bool, cents: int | None, actor: str, note: str) -> Doc:
    """End the doubt about a payment that is not booked yet; the attempt behind it ends with it.

    Args:
        received: True books the money and lets it be matched; False puts it aside unbooked.
        cents: what was received, when that is not what was announced.
        actor, note: who says so and why; both are kept with the payment.

    Of money in the books a person can only say that it is right as it stands; what is wrong is reversed.

    Returns the payment. Raises NotFound, and Refused ``payment_decided`` for money that nobody asks about.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    if money.booked(payment) and payment.data.get("doubts") and received and cents is None:
        payment = money.answered(tx, tx.update(payment.key, {"decided": _word(tx, received, actor, note)}))
        _move(tx, payment, Signal.PROOF, actor, {"failure": "", "result_class": "success"})
        return payment
    if payment.data["status"] not in {"claimed", "review"}:
        raise Refused(f"the payment is {payment.data['status']} already", code="payment_decided")
    payment = tx.update(payment.key, {"decided": _word(tx, received, actor, note)})
    if received:
        payment = money.believe(tx, payment, _evidence(payment, cents), certain=True)
        _move(tx, payment, Signal.PROOF, actor, {"failure": "", "result_class": "success"})
    else:
        payment = money.disown(tx, payment)
        _move(tx, payment, Signal.DENIAL, actor, {"failure": "not_received", "result_class": "unknown"})
    return payment


def _word(tx: Tx, received: bool, actor: str, note: str) -> Data:
    return {"received": received, "by": actor, "note": note, "at": tx.now}


def _evidence(payment: Doc, cents: int | None) -> Evidence:
    known = payment.data
    amount = cents or known["amount_cents"]
    return Evidence(known["provider"], "operator", Outcome.SUCCESS, "0", amount_cents=amount)


def _move(tx: Tx, payment: Doc, signal: Signal, actor: str, told: Data) -> None:
    attempt_id = payment.data["attempt_id"]
    attempt = tx.get(Key(ATTEMPTS, attempt_id)) if attempt_id else None
    if attempt is not None and attempt.data["payment_id"] == payment.id:
        change = moved(tx, attempt, signal, actor, f"operator-{payment.id}")
        tx.update(attempt.key, {**change, **told, "polling": False})
