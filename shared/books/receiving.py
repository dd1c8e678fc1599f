"""Money into and out of the clearing accounts: payments received, the gateway's fees, payments sent back."""

from __future__ import annotations

from typing import Any

from shared.books.allocation import unallocate
from shared.books.journal import entry_id, post, read_entry
from shared.books.places import JOURNAL, PAYMENTS
from shared.books.postings import fact_of, gateway_fee, payment_received, reversal
from shared.core.errors import Refused
from shared.store import Doc, Key, Tx


def receive_payment(tx: Tx, payment: dict[str, Any]) -> None:
    """Book a settled payment as money that waits in suspense for its purpose.

    Args:
        payment: the payment document's data; ``amount_cents`` is what the provider confirmed.

    Raises AlreadyExists when this receipt is in the books already.
    """
    post(tx, payment_received(payment, tx.now))


def booked_at(payment: dict[str, Any]) -> Key:
    """Where the entry of a payment received stands, or will; of its data, provider and receipt are enough."""
    return Key(JOURNAL, entry_id("pay", fact_of(payment)))


def record_fee(tx: Tx, payment: dict[str, Any], cents: int) -> None:
    """Book what the gateway kept of a payment; raises AlreadyExists for a second fee."""
    post(tx, gateway_fee(payment, cents, tx.now))


def return_payment(tx: Tx, payment_id: str, *, actor: str) -> Doc:
    """Book that the provider took a payment back: links are undone first, then the receipt is reversed.

    Raises NotFound, and Refused ``payment_not_settled`` when there is no money in the books to return.
    """
    payment = tx.require(Key(PAYMENTS, payment_id))
    if payment.data["status"] != "settled":
        raise Refused("only settled money can be sent back", code="payment_not_settled")
    if payment.data["allocations"] or payment.data.get("on_account_cents"):
        payment = unallocate(tx, payment_id, actor=actor)
    received = read_entry(tx.require(booked_at(payment.data)))
    post(tx, reversal(received, tx.now, actor))
    return tx.update(payment.key, {"status": "reversed", "matching": "none", "unallocated_cents": 0})
