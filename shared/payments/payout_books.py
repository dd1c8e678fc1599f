"""What a payout is in the books; they are imported when something is booked, not by every callback."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.payments.places import PAYOUTS
from shared.store import Doc, Key, Tx

if TYPE_CHECKING:
    from shared.books.postings import Outgoing


def book_payout(tx: Tx, payout: Doc) -> None:
    """Book money that went to somebody, on the account that its request named."""
    from shared.books.journal import post
    from shared.books.postings import payout_sent

    post(tx, payout_sent(outgoing(payout, payout.data["amount_cents"], tx.now), payout.data["account"]))


def book_charge(tx: Tx, payout: Doc, cents: int) -> None:
    """Book what the provider charged for a payout, under its receipt: a statement may have told it before."""
    from shared.books.journal import post
    from shared.books.places import JOURNAL
    from shared.books.postings import fact_of, fee_charged

    out = outgoing(payout, cents, tx.now)
    if payout.data["receipt"]:
        out = replace(out, fact=fact_of(payout.data))
    entry = fee_charged(out, payout.data["provider"])
    if tx.get(Key(JOURNAL, entry.id)) is None:
        post(tx, entry)


def outgoing(payout: Doc, cents: int, now: str) -> Outgoing:
    """Cents of a payout as the books see them leave."""
    from shared.books.postings import Outgoing, clearing_of

    return Outgoing(
        fact=payout.id,
        source=Key(PAYOUTS, payout.id),
        account=clearing_of(payout.data["provider"], payout.data["shortcode"]),
        cents=cents,
        currency=payout.data["currency"],
        at=payout.data["sent_at"] or now,
        now=now,
        actor=payout.data["created_by"],
    )
