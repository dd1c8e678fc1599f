"""The journal: append-only entries of signed legs that sum to zero, under ids that make a repeat impossible.

Chart of accounts and postings: reference stores 5, docs/decisions/0005-journal.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.books.chart import row_of
from shared.books.places import JOURNAL, UNSEALED
from shared.core.clock import business_day, parse_rfc3339
from shared.core.errors import Invalid
from shared.core.ids import check_id, derived_id
from shared.store import Doc, Key, Tx

MIN_LEGS, MAX_LEGS = 2, 20
_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class Leg:
    """One account and its signed cents: debit is positive, credit negative."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One fact in the books.

    Raises Invalid ``journal_unbalanced`` when the legs do not sum to zero, ``journal_invalid`` for fewer
    than 2 or more than 20 legs, an account outside the chart, an account named twice, or an empty leg.
    """

    id: str
    kind: str
    currency: str
    effective_at: str
    recorded_at: str
    legs: tuple[Leg, ...]
    source: Key
    actor: str
    reverses: str = ""
    memo: str = ""
    proof: str = ""
    """SHA-256 of what the source says and never says otherwise, where that is known."""

    def __post_init__(self) -> None:
        check_id(self.id)
        accounts = {leg.account for leg in self.legs}
        if not MIN_LEGS <= len(self.legs) <= MAX_LEGS or len(accounts) != len(self.legs):
            raise Invalid("journal_invalid", f"an entry has {MIN_LEGS} to {MAX_LEGS} legs, one an account")
        if any(type(leg.amount) is not int or leg.amount == 0 for leg in self.legs):
            raise Invalid("journal_invalid", "a leg is an integer of cents other than zero")
        if unknown := [account for account in accounts if row_of(account) is None]:
            raise Invalid("journal_invalid", f"'{unknown[0][:60]}' is not in the chart of accounts")
        if total := sum(leg.amount for leg in self.legs):
            raise Invalid("journal_unbalanced", f"the legs sum to {total} cents, not to zero")

    def data(self) -> dict[str, Any]:
        """The stored form, sealed with the SHA-256 of everything else in it."""
        body = {
            "kind": self.kind,
            "currency": self.currency,
            "effective_at": self.effective_at,
            "recorded_at": self.recorded_at,
            "business_day": business_day(parse_rfc3339(self.effective_at)),
            "legs": [{"account": leg.account, "amount": leg.amount} for leg in self.legs],
            "source": self._source(),
            "reverses": self.reverses,
            "actor": self.actor,
            "memo": self.memo,
        }
        return {**body, "sha256": seal(self.id, body)}

    def _source(self) -> dict[str, str]:
        named = {"collection": self.source.collection, "id": self.source.id}
        return {**named, "sha256": self.proof} if self.proof else named


def seal(entry_id: str, body: dict[str, Any]) -> str:
    """SHA-256 of an entry's canonical JSON: its id and every field but ``sha256``, keys sorted."""
    named = {"id": entry_id, **{name: value for name, value in body.items() if name != "sha256"}}
    text = json.dumps(named, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def intact(doc: Doc) -> bool:
    """Whether a stored entry still has the hash it was written with."""
    return bool(doc.data.get("sha256") == seal(doc.id, doc.data))


def merge(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Add up legs of the same account and drop what comes to nothing; first-named order is kept."""
    sums: dict[str, int] = {}
    for leg in legs:
        sums[leg.account] = sums.get(leg.account, 0) + leg.amount
    return tuple(Leg(account, amount) for account, amount in sums.items() if amount)


def entry_id(*parts: str) -> str:
    """The id of an entry from the fact it books, ``alloc-mpesa-SJ12ABC345-1``; hashed when over 128 long."""
    plain = "-".join(parts)
    return plain if len(plain) <= _LONGEST_ID else derived_id(parts[0], *parts[1:])


def post(tx: Tx, entry: JournalEntry) -> Doc:
    """Write an entry in this transaction, and the marker that has it sealed later (sealing.py).

    Raises AlreadyExists when the fact is in the books already. The marker is written without looking: it
    stands and falls with the entry, whose absence the commit verifies.
    """
    doc = tx.create(Key(JOURNAL, entry.id), entry.data())
    tx.set(marker(entry.id), {"recorded_at": entry.recorded_at})
    return doc


def marker(entry: str) -> Key:
    """The document that says of an entry that no block holds it yet."""
    return Key(UNSEALED, entry)


def read_entry(doc: Doc) -> JournalEntry:
    """A stored entry as a model, to be reversed."""
    data = doc.data
    return JournalEntry(
        id=doc.id,
        kind=data["kind"],
        currency=data["currency"],
        effective_at=data["effective_at"],
        recorded_at=data["recorded_at"],
        legs=tuple(Leg(leg["account"], leg["amount"]) for leg in data["legs"]),
        source=Key(data["source"]["collection"], data["source"]["id"]),
        actor=data["actor"],
        reverses=data["reverses"],
        memo=data["memo"],
        proof=data["source"].get("sha256", ""),
    )
