"""Movements of money as the detectors see them, read from payments, outgoing lines and payouts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.alerts.parties import clean_code, payee_marks, payer_marks, person_mark
from shared.alerts.places import PAYMENTS, PAYOUTS, TRANSACTIONS
from shared.core.clock import EAT, parse_rfc3339
from shared.core.money import KES
from shared.core.phone import mask
from shared.store import Data, Doc

Way = Literal["in", "out", "refund"]
UNSENT = frozenset({"rejected", "cancelled", "failed"})
"""States of a payout that moves no money."""


@dataclass(frozen=True, slots=True)
class Move:
    """One movement of money.

    Args:
        subject: the record, ``payments/mpesa-SJ12ABC345``.
        party: the mark of who paid or was paid, "" when nobody can tell.
        name: a second mark, by which the same party is known on another channel; "" for none.
        label: the party as people read it.
        cents: the amount.
        at_ms: when it happened, milliseconds since 1970.
        channel: ``mpesa``, ``airtel``, or a bank account.
        code: the provider's receipt number, "" for none.
        staff: who made a refund.
        of_cents, of_ms: amount and time of the payment that a refund is of.
        given_cents: all that was given back of that payment, this refund included.
    """

    subject: str
    way: Way
    party: str
    label: str
    cents: int
    at_ms: int
    channel: str
    name: str = ""
    code: str = ""
    staff: str = ""
    of_cents: int = 0
    of_ms: int = 0
    given_cents: int = 0

    @property
    def local(self) -> datetime:
        """The moment on Nairobi's clock."""
        return moment(self.at_ms).astimezone(EAT)

    @property
    def day(self) -> str:
        """The Nairobi day."""
        return day_of(self.at_ms)


_EPOCH = datetime(1970, 1, 1, tzinfo=EAT) + timedelta(hours=3)


def millis(text: str) -> int:
    """A stored time as milliseconds since 1970."""
    return (parse_rfc3339(text) - _EPOCH) // timedelta(milliseconds=1)


def moment(ms: int) -> datetime:
    """Milliseconds since 1970 as a moment."""
    return _EPOCH + timedelta(milliseconds=ms)


def day_of(ms: int) -> str:
    """The Nairobi day of a moment."""
    return moment(ms).date().isoformat()


def payment_move(doc: Doc) -> Move | None:
    """Money received; None for our own money moved, and for other currencies."""
    data = doc.data
    if data.get("own_transfer") or data.get("currency", KES) != KES:
        return None
    party, name = payer_marks(data)
    return Move(
        subject=f"{PAYMENTS}/{doc.id}",
        way="in",
        party=party,
        name=name,
        label=str(data.get("payer_name") or data.get("payer_masked") or "")[:80],
        cents=data["amount_cents"],
        at_ms=millis(data["paid_at"]),
        channel=data["provider"],
        code=clean_code(data.get("receipt")),
    )


def transaction_move(doc: Doc) -> Move | None:
    """Money that went out; None for other currencies."""
    data = doc.data
    if data.get("currency", KES) != KES:
        return None
    party, name = payee_marks(data)
    return Move(
        subject=f"{TRANSACTIONS}/{doc.id}",
        way="out",
        party=party,
        name=name,
        label=str(data.get("party") or "")[:80],
        cents=data["amount_cents"],
        at_ms=millis(data["paid_at"]),
        channel=data["provider"],
        code=clean_code(data.get("receipt")),
    )


def payout_move(doc: Doc, payment: Data | None) -> Move | None:
    """Money that somebody asked to send, from the moment it was asked for; None when it will not go.

    Args:
        payment: what a refund gives back.
    """
    data = doc.data
    if data["status"] in UNSENT or data.get("currency", KES) != KES:
        return None
    refund = data["kind"] == "refund"
    paid = payment or {}
    return Move(
        subject=f"{PAYOUTS}/{doc.id}",
        way="refund" if refund else "out",
        party=person_mark(data.get("phone")),
        label=mask(data["phone"]) if data.get("phone") else "",
        cents=data["amount_cents"],
        at_ms=millis(data["created_on"]),
        channel=data["provider"],
        code=clean_code(data.get("receipt")),
        staff=str(data.get("created_by") or "")[:128] if refund else "",
        of_cents=int(paid.get("amount_cents", 0)) if refund else 0,
        of_ms=millis(paid["paid_at"]) if refund and paid.get("paid_at") else 0,
        given_cents=_given(data, paid) if refund else 0,
    )


def _given(payout: Data, payment: Data) -> int:
    """What refunds of a payment come to: those that went and those that are asked for."""
    told = payment.get("returned_cents", 0) + payment.get("refunding_cents", 0)
    return max(int(told), int(payout["amount_cents"]))
