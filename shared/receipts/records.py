"""A receipt's record before anything was read: every field that others rely on."""

from __future__ import annotations

from datetime import datetime

from shared.bus import emit
from shared.core import measures
from shared.core.clock import business_day
from shared.core.errors import Invalid
from shared.events import ReceiptRead
from shared.receipts import words
from shared.receipts.places import source_of
from shared.store import Data, Key, Tx


def blank(name: str, generation: str, now: datetime, source_id: str = "") -> Data:
    """The record of a file of which nothing is known yet.

    Args:
        name, generation: of the file in the bucket that it, or the zip or mail around it, is kept as.
        source_id: the zip or mail it came out of, where the name does not say so.
    """
    return {
        "status": "needs_review",
        "matching": "none",
        "reasons": [],
        "warnings": [],
        "refusal": "",
        "sha256": "",
        "merchant": "",
        "receipt_date": "",
        "business_day": business_day(now),
        "total_cents": 0,
        "tax_cents": 0,
        "currency": "KES",
        "fields": {},
        "lines": [],
        "duplicate_of": "",
        "tax": {},
        "category": "",
        "merchant_alias": "",
        "edits": 0,
        "last_change": 0,
        "credit_note": False,
        "credit_note_of": "",
        "engine": "",
        "transaction_id": "",
        "reading": {},
        "object": name,
        "generation": generation,
        "source_id": source_id or source_of(name),
    }


def refused(refusal: Invalid) -> Data:
    """What a refusal changes in a record."""
    return {"status": "refused", "reasons": [refusal.code], "refusal": refusal.message}


def write(tx: Tx, key: Key, receipt: Data) -> bool:
    """Write a new receipt, count it and announce it; False when it is there already."""
    if tx.get(key) is not None:
        return False
    tx.create(key, {**receipt, "received_at": tx.now})
    words.index(tx, key.id, None, receipt)
    tx.tally(measures.RECEIPTS, decision=receipt["status"])
    emit(tx, ReceiptRead(receipt_id=key.id), key)
    return True
