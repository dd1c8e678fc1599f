"""Labels: what was read beside what a person said, with the features of the reading: to train on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.receipts.places import LABELS
from shared.store import Data, Doc, Key, Query, Store, Tx

_LEARNT = {
    "merchant": "merchant",
    "date": "receipt_date",
    "total": "total_cents",
    "tax": "tax_cents",
    "kra_pin": "kra_pin",
    "cu_invoice": "cu_invoice",
    "mpesa_code": "mpesa_code",
}
"""Fields with a confidence to the name that a correction gives them."""


def keep(tx: Tx, receipt: Doc, fields: Mapping[str, Any], actor: str) -> list[str]:
    """A label for each field with a confidence: corrected, or confirmed by leaving it; returns their ids."""
    reading = receipt.data["reading"]
    number = receipt.data.get("edits", 0) + 1
    kept = []
    for field, name in _LEARNT.items():
        features = reading.get("features", {}).get(field)
        if features is None:
            continue
        read = receipt.data[name] if name in receipt.data else reading.get(name)
        key = Key(LABELS, f"{receipt.id}-{number:06d}-{field}")
        label: Data = {
            "receipt_id": receipt.id,
            "field": field,
            "read": read,
            "right": fields.get(name, read),
        }
        label |= {"features": features, "confidence": reading["confidence"].get(field, 0)}
        tx.put(key, {**label, "engine": receipt.data["engine"], "by": actor, "told_at": tx.now})
        kept.append(key.id)
    return kept


def withdraw(tx: Tx, ids: list[str]) -> None:
    """Undo ``keep``: what a person took back teaches nothing."""
    for label_id in ids:
        tx.delete(Key(LABELS, label_id))


def export(store: Store, business: str) -> Iterator[str]:
    """Every label of a business as JSON lines, the oldest first, without who gave it."""
    for doc in store.each(business, Query(LABELS, (), "told_at")):
        data = doc.data
        line = {
            name: data[name] for name in ("receipt_id", "field", "read", "right", "features", "confidence")
        }
        yield json.dumps({**line, "engine": data["engine"], "told_at": data["told_at"]}, ensure_ascii=False)
