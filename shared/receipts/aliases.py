"""What a business calls its sellers: a corrected name is remembered by PIN and by printed name."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.receipts.duplicates import merchant_key
from shared.receipts.places import ALIASES
from shared.store import Data, Doc, Key, Store, Tx


def keys_of(pin: str, printed: str) -> list[Key]:
    """Where a name would be remembered: by the tax number first, which no two sellers share."""
    folded = merchant_key(printed)
    known = [("pin", pin)] if pin else []
    known += [("name", folded)] if folded else []
    return [Key(ALIASES, derived_id("ali", kind, value)) for kind, value in known]


def remember(tx: Tx, receipt: Doc, name: str) -> list[Data]:
    """Let receipts of this seller be called ``name`` from now on; returns what was known, for an undo."""
    kept: list[Data] = []
    pin, printed = _marks(receipt.data)
    for key in keys_of(pin, printed):
        before = tx.get(key)
        kept.append({"id": key.id, "before": before.data if before else None})
        told = before.data["told"] + 1 if before is not None and before.data["name"] == name else 1
        tx.put(key, {"name": name, "told": told, "receipt_id": receipt.id, "told_at": tx.now})
    return kept


def forget(tx: Tx, kept: list[Data]) -> None:
    """Undo ``remember``: what was known before is known again."""
    for alias in kept:
        key = Key(ALIASES, alias["id"])
        if alias["before"] is None:
            tx.delete(key)
        else:
            tx.put(key, alias["before"])


def rename(store: Store, business: str, receipt: Data) -> Data:
    """What a remembered name changes in a receipt that was just read; nothing where none is known."""
    pin, printed = _marks(receipt)
    keys = keys_of(pin, printed)
    known = [doc for doc in store.get_many(business, keys) if doc is not None] if keys else []
    if not known:
        return {}
    sure = bool(pin) and known[0].id == keys[0].id
    reasons = [r for r in receipt["reasons"] if not (sure and r.startswith("merchant_"))]
    changed: Data = {
        "merchant": known[0].data["name"],
        "merchant_alias": receipt["merchant"],
        "reasons": reasons,
    }
    if receipt["status"] == "needs_review" and not reasons:
        changed["status"] = "accepted"
    return changed


def _marks(receipt: Data) -> tuple[str, str]:
    """The seller's PIN and printed name."""
    reading = receipt.get("reading") or {}
    return str(reading.get("kra_pin") or ""), str(reading.get("merchant") or "")
