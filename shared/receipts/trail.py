"""What people did to a receipt: each change with who, when, before and after, in the commit that made it.

A change is kept in a document of its own and never rewritten. ``last_change`` of the receipt is what an undo
takes back; each change knows the one before it, so that several can be undone one after the other.
"""

from __future__ import annotations

from shared.bus import emit
from shared.core.errors import Refused
from shared.events import ReceiptRead
from shared.receipts.places import CHANGES, RECEIPTS
from shared.store import Data, Doc, Key, Tx

UNDONE = "undone"
_FOLLOWS = frozenset({"matching"})
"""What the reconciliation sets when it has heard of a change: no reason against undoing it."""


def standing(tx: Tx, receipt_id: str, version: int | None) -> Doc:
    """The receipt to change; raises NotFound, Refused ``receipt_changed`` when ``version`` is not its own."""
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    if version is not None and receipt.data.get("edits", 0) != version:
        raise Refused("somebody changed this receipt since it was read", code="receipt_changed")
    return receipt


def change(
    tx: Tx, receipt: Doc, made: Data, *, what: str, actor: str, note: str = "", kept: Data | None = None
) -> Doc:
    """Write a change with its record and the news of it; returns the receipt.

    Args:
        made: fields of the receipt and what they are from now on.
        what: a word for the kind of change.
        kept: what else the change made, for its undoing.
    """
    number = receipt.data.get("edits", 0) + 1
    before = {name: receipt.data.get(name) for name in made}
    record: Data = {
        "receipt_id": receipt.id,
        "number": number,
        "what": what,
        "by": actor,
        "at": tx.now,
        "note": note,
    }
    record |= {"before": before, "after": made, "kept": kept or {}}
    record["previous"] = receipt.data.get("last_change", 0)
    tx.create(_key(receipt.id, number), record)
    return _write(tx, receipt, {**made, "edits": number, "last_change": number})


def undo(tx: Tx, receipt: Doc, *, actor: str) -> tuple[Doc, Data]:
    """Take the last change back; returns the receipt and the change that was undone.

    Raises Refused ``nothing_to_undo``, and ``receipt_changed`` when something else has changed those fields.
    """
    last = receipt.data.get("last_change", 0)
    if not last:
        raise Refused("nobody has changed this receipt, or all of it was undone", code="nothing_to_undo")
    undone = tx.require(_key(receipt.id, last)).data
    if any(
        receipt.data.get(name) != value for name, value in undone["after"].items() if name not in _FOLLOWS
    ):
        raise Refused("the receipt is not as that change left it", code="receipt_changed")
    number = receipt.data["edits"] + 1
    record: Data = {"receipt_id": receipt.id, "number": number, "what": UNDONE, "by": actor, "at": tx.now}
    record |= {
        "note": "",
        "before": undone["after"],
        "after": undone["before"],
        "kept": {"of": last},
        "previous": 0,
    }
    tx.create(_key(receipt.id, number), record)
    back = {**undone["before"], "edits": number, "last_change": undone["previous"]}
    if "matching" in back and not receipt.data["transaction_id"]:
        back["matching"] = "waiting" if back.get("status", receipt.data["status"]) == "accepted" else "none"
    return _write(tx, receipt, back), undone


def _write(tx: Tx, receipt: Doc, made: Data) -> Doc:
    changed = tx.update(receipt.key, made)
    emit(tx, ReceiptRead(receipt_id=receipt.id), receipt.key, changed.version)
    return changed


def _key(receipt_id: str, number: int) -> Key:
    return Key(CHANGES, f"{receipt_id}-{number:06d}")
