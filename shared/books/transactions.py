"""Money that went out, one document a line; its receipt photo is looked for among the receipts.

Lines wait outside the journal: the chart has no expense accounts (docs/decisions/0005-journal.md).
"""

from __future__ import annotations

from shared.books.model import NewTransaction
from shared.books.places import TRANSACTIONS
from shared.bus import emit
from shared.core.clock import business_day, parse_rfc3339, rfc3339
from shared.core.errors import Refused
from shared.core.ids import derived_id
from shared.events import TransactionRecorded
from shared.store import Doc, Key, Page, Query, Store, Tx


def transaction_id(new: NewTransaction, otherwise: str) -> str:
    """The id of an outgoing line: from provider and receipt number where it has one."""
    return derived_id("txn", new.provider, new.receipt) if new.receipt else otherwise


def record_transaction(tx: Tx, new: NewTransaction, *, otherwise: str) -> Doc:
    """Write an outgoing line and tell that it happened; the same line again changes nothing.

    Args:
        otherwise: the id to use when the line has no receipt number.

    Raises Invalid ``time_invalid``; Refused ``receipt_differs`` when the provider's receipt number is known
    with another amount.
    """
    key = Key(TRANSACTIONS, transaction_id(new, otherwise))
    known = tx.get(key)
    if known is not None:
        if (known.data["amount_cents"], known.data["currency"]) != (new.amount_cents, new.currency):
            raise Refused(f"receipt {new.receipt} is known with another amount", code="receipt_differs")
        return known
    paid_at = parse_rfc3339(new.paid_at)
    data = {
        **new.model_dump(),
        "paid_at": rfc3339(paid_at),
        "business_day": business_day(paid_at),
        "matching": "waiting",
        "receipt_id": "",
    }
    doc = tx.create(key, data)
    emit(tx, TransactionRecorded(transaction_id=doc.id), key)
    return doc


def list_transactions(store: Store, business: str, *, limit: int = 20, cursor: str | None = None) -> Page:
    """One page of outgoing lines, the newest first."""
    return store.query(business, Query(TRANSACTIONS, (), "-paid_at", limit, cursor))
