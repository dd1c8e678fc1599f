"""Refunds: money of a payment that goes back to its payer, reserved before it is sent and booked when it
went.

What all refunds of a payment ask for together is kept on the payment (``refunding_cents``) and guarded in the
commit that
asks: however many ask at once, it never passes what the payment received and still has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.bus import emit
from shared.core.errors import Refused
from shared.core.phone import phone_hash
from shared.events import PaymentSettled
from shared.payments.payout_books import outgoing
from shared.payments.payout_questions import question
from shared.payments.places import PAYMENTS
from shared.store import Data, Doc, Key, Tx

_SPENDABLE = frozenset({"settled", "partially_refunded"})


def refundable(payment: Data) -> int:
    """Cents of a payment that a new refund may ask for."""
    if payment["status"] not in _SPENDABLE:
        return 0
    spoken_for = payment.get("refunding_cents", 0) + payment.get("returned_cents", 0)
    return max(0, int(payment["amount_cents"]) - int(spoken_for))


def open_to_refunds(payment: Data) -> int:
    """What a refund may ask for, in cents; raises Refused ``payment_not_settled`` or ``over_refunded``."""
    if payment["status"] not in {*_SPENDABLE, "refunded"}:
        raise Refused("only money that was received can be given back", code="payment_not_settled")
    if not refundable(payment):
        raise Refused("all of this payment is given back, or asked for already", code="over_refunded")
    return refundable(payment)


def reserve(tx: Tx, payment: Doc, payout_id: str, cents: int) -> None:
    """Count a refund that is asked for; raises Refused ``over_refunded``."""
    if cents > refundable(payment.data):
        raise Refused(
            f"{refundable(payment.data)} cents of this payment can be given back", code="over_refunded"
        )
    asked = payment.data.get("refunding_cents", 0) + cents
    refunds = [*payment.data.get("open_refunds", []), payout_id]
    tx.update(payment.key, {"refunding_cents": asked, "open_refunds": refunds})


def set_apart(tx: Tx, payout: Doc, actor: str) -> Doc:
    """The refund is approved: hold its money, so that nothing else is paid with it."""
    from shared.books.refunding import set_aside

    cents, invoices = payout.data["amount_cents"], payout.data["invoices"]
    _, taken = set_aside(tx, payout.data["payment_id"], cents, actor=actor, invoices=invoices)
    return tx.update(payout.key, {"taken": taken, "held_cents": cents})


def refund_succeeded(tx: Tx, payout: Doc) -> Doc:
    """Book a refund that went out."""
    from shared.books.refunding import send_back

    payment_id, held = payout.data["payment_id"], payout.data["held_cents"]
    payout = _ended(tx, payout)
    out = outgoing(payout, payout.data["amount_cents"], tx.now)
    payment, lost = send_back(tx, payment_id, out, held)
    if payout.data["method"] == "reverse":
        # lists will show it as a reversal: they are told what it is (reversals.py)
        line = {"evidence": payout.id, "receipt": payout.data["receipt"], "cents": out.cents}
        lines = [*payment.data.get("taken_back", []), {**line, "kinds": ["result"]}]
        tx.update(payment.key, {"taken_back": lines})
    return question(tx, payout, "given_back_twice") if lost else payout


def refund_failed(tx: Tx, payout: Doc) -> Doc:
    """Let the money of a refund go that was not sent: it pays again what it paid, or is matched anew."""
    from shared.books.refunding import put_back

    held = payout.data["held_cents"]
    payout = _ended(tx, payout)
    if held:
        key = Key(PAYMENTS, payout.data["payment_id"])
        payment = put_back(tx, key.id, held, payout.data["taken"], actor="system")
        if payment.data["matching"] == "waiting":
            emit(tx, PaymentSettled(payment_id=key.id), key, payment.version)
    return payout


def _ended(tx: Tx, payout: Doc) -> Doc:
    """The refund asks for nothing any more; a second time changes nothing."""
    payment = tx.require(Key(PAYMENTS, payout.data["payment_id"]))
    refunds = payment.data.get("open_refunds", [])
    if payout.id in refunds:
        asked = payment.data["refunding_cents"] - payout.data["amount_cents"]
        rest = [one for one in refunds if one != payout.id]
        tx.update(payment.key, {"refunding_cents": asked, "open_refunds": rest})
    return tx.update(payout.key, {"held_cents": 0})


def payee(payment: Data, given: str) -> str:
    """The phone that a refund goes to: the payer's, as far as it is known.

    Args:
        given: a phone that the business names, ``2547…`` or "".

    Raises Refused ``payer_unknown`` when neither is known, ``phone_not_payers`` when the payment shows that
    the named phone is not the one that paid.
    """
    known = str(payment.get("payer_phone", ""))
    if not (known or given):
        raise Refused("the payer's phone is not known: name it", code="payer_unknown")
    if given and not _is_payers(payment, given):
        raise Refused("another phone made this payment", code="phone_not_payers")
    return given or known


def _is_payers(payment: Data, phone: str) -> bool:
    if known := payment.get("payer_phone"):
        return bool(known == phone)
    if hashed := payment.get("payer_hash"):
        return bool(hashed == phone_hash(phone))
    shown: Sequence[str] = re.split(r"[ *]*\*[ *]*", str(payment.get("payer_masked", "")))
    return len(shown) < 2 or (phone.startswith(shown[0].strip()) and phone.endswith(shown[-1].strip()))
