"""What a statement tells of an account besides payments: charges, and money moved between float and bank.

A transfer is told twice, by the provider that sent it and by the bank that got it, on different days
and under
different numbers. Each side posts its own half against ``bank:transit``, so neither order nor a missing half
can count it twice; what lies in transit is what one side has told and the other not yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.books.journal import JournalEntry, Leg, entry_id, post
from shared.books.places import JOURNAL
from shared.store import Key, Tx

TRANSIT = "bank:transit"


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a statement that is no payment.

    Args:
        line: the stored line; it is the entry's source, and its id names the entry.
        account: in the journal, ``clearing:mpesa:174379`` or ``bank:…``.
        provider: whose charge it is, ``mpesa``.
        cents: signed: what came into the account is positive.
        at: when, RFC 3339.
        receipt: of the payment that a charge belongs to, "" for none.
    """

    line: Key
    account: str
    provider: str
    cents: int
    currency: str
    at: str
    receipt: str = ""


def post_charge(tx: Tx, move: Movement) -> bool:
    """Book a charge, or one that was given back; False when it is in the books by another proof already."""
    identity = entry_id("fee", move.line.id)
    legs = (Leg(f"fees:{move.provider}", -move.cents), Leg(move.account, move.cents))
    if move.receipt:
        told = _told(move)
        known = tx.get(Key(JOURNAL, told))
        if known is None:
            identity = told
        elif known.data["source"]["collection"] != move.line.collection and _same(known.data["legs"], legs):
            return False  # the provider's own result told this charge; another line's charge is another
    return _post(tx, move, identity, "gateway_fee", legs)


def charge_entry(move: Movement) -> Key:
    """The entry that a charge is looked for under first."""
    return Key(JOURNAL, _told(move) if move.receipt else entry_id("fee", move.line.id))


def _told(move: Movement) -> str:
    return entry_id("fee", move.receipt if move.provider == "mpesa" else f"{move.provider}-{move.receipt}")


def post_transfer(tx: Tx, move: Movement) -> bool:
    """Book one side of a transfer between float and bank; False when this line's side is booked already."""
    legs = (Leg(TRANSIT, -move.cents), Leg(move.account, move.cents))
    kind: Literal["payout_to_bank", "funds_from_bank"] = "payout_to_bank"
    if (move.cents > 0) == move.account.startswith("clearing:"):
        kind = "funds_from_bank"
    return _post(tx, move, entry_id("bank", move.line.id), kind, legs)


def _same(known: list[dict[str, object]], legs: tuple[Leg, ...]) -> bool:
    return {(leg["account"], leg["amount"]) for leg in known} == {(leg.account, leg.amount) for leg in legs}


def _post(tx: Tx, move: Movement, identity: str, kind: str, legs: tuple[Leg, ...]) -> bool:
    if tx.get(Key(JOURNAL, identity)) is not None:
        return False
    entry = JournalEntry(
        id=identity,
        kind=kind,
        currency=move.currency,
        effective_at=move.at,
        recorded_at=tx.now,
        legs=legs,
        source=move.line,
        actor="system",
    )
    post(tx, entry)
    return True
