"""What people decide about duplicates: this receipt is that one, or it is not. Nothing is removed for it.

A duplicate counts nowhere. What the books hold of a receipt that turns out to be one is taken back by the
reconciliation, which hears of the change in the same commit (shared/matching/receipts.py).
"""

from __future__ import annotations

from typing import Any

from shared.core.errors import Invalid, Refused
from shared.receipts.places import RECEIPTS
from shared.receipts.trail import change
from shared.receipts.twins import root_of
from shared.store import Data, Doc, Key, Tx

BY_PERSON = "linked_by_person"
_RESTORED = ("status", "matching", "reasons", "duplicate_of")
_SUSPICIONS = frozenset({"same_text", "same_receipt_number", "same_merchant_date_time_total", "same_picture"})


def link_duplicate(tx: Tx, receipt_id: str, original_id: str, *, actor: str, note: str = "") -> Doc:
    """Say that a receipt is the same as another, which counts in its place; returns the receipt.

    A receipt that the original is a duplicate of counts for both. Saying the same again changes nothing.
    Raises NotFound, Invalid ``duplicate_of_itself``, Refused ``duplicate_circle``, ``receipt_refused`` and
    ``credit_note``, which no sale is a duplicate of.
    """
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    root = root_of(tx, tx.require(Key(RECEIPTS, original_id)))
    _check(receipt, original_id, root)
    data = receipt.data
    if data["status"] == "duplicate" and data["duplicate_of"] == root.id:
        return receipt
    before = data.get("before_duplicate") if data["status"] == "duplicate" else _standing(data)
    link = {"status": "duplicate", "matching": "none", "duplicate_of": root.id, "reasons": [BY_PERSON]}
    made = {**link, "before_duplicate": before}
    return _change(tx, receipt, made, {"what": "linked", "by": actor, "note": note, "to": root.id})


def unlink_duplicate(tx: Tx, receipt_id: str, *, actor: str, note: str = "") -> Doc:
    """Say that a receipt is not the same as the one it is linked to, or suspected to be; returns the receipt.

    It stands where it stood before; what was linked by code at its arrival waits for review. Raises NotFound,
    Refused ``not_a_duplicate``, and ``same_file`` for the very same bytes, which cannot be two receipts.
    """
    receipt = tx.require(Key(RECEIPTS, receipt_id))
    data = receipt.data
    if not data["duplicate_of"]:
        raise Refused("this receipt is linked to no other", code="not_a_duplicate")
    other = tx.get(Key(RECEIPTS, data["duplicate_of"]))
    if not data["reading"] or (other is not None and other.data["sha256"] == data["sha256"]):
        raise Refused("the files are the same, byte for byte", code="same_file")
    told = {"what": "unlinked", "by": actor, "note": note, "to": data["duplicate_of"]}
    return _change(tx, receipt, {**_restored(data), "before_duplicate": None}, told)


def _check(receipt: Doc, original_id: str, root: Doc) -> None:
    if receipt.id == original_id:
        raise Invalid("duplicate_of_itself", "a receipt is no duplicate of itself")
    if root.id == receipt.id:
        raise Refused("the other receipt is a duplicate of this one", code="duplicate_circle")
    if "refused" in {receipt.data["status"], root.data["status"]}:
        raise Refused("a file that was refused is no receipt", code="receipt_refused")
    if bool(receipt.data.get("credit_note")) != bool(root.data.get("credit_note")):
        raise Refused("a credit note takes a sale back, it is no copy of it", code="credit_note")


def _standing(data: Data) -> Data:
    return {name: data[name] for name in _RESTORED}


def _restored(data: Data) -> Data:
    """Where a receipt stands without its link; it looks for a line that paid it unless it still has one."""
    if data["status"] != "duplicate":
        freed = _unsuspected(data, data["reading"]["decision"])
    elif data.get("before_duplicate"):
        freed = _unsuspected(data["before_duplicate"])
    else:
        reasons = ["duplicate_denied", *data["reading"]["reasons"]]
        freed = {"status": "needs_review", "matching": "waiting", "reasons": reasons}
    matching = freed["matching"] if data["transaction_id"] else "waiting"
    return {**freed, "matching": matching, "duplicate_of": ""}


def _unsuspected(data: Data, decision: str = "") -> Data:
    """Without the suspicion; what only that held up is accepted as it was read."""
    reasons = [reason for reason in data["reasons"] if reason not in _SUSPICIONS]
    freed = data["status"] == "needs_review" and decision == "accept" and not reasons
    return {
        "status": "accepted" if freed else data["status"],
        "matching": data["matching"],
        "reasons": reasons,
    }


def _change(tx: Tx, receipt: Doc, made: Data, told: dict[str, Any]) -> Doc:
    """The new standing, who made it and the news of it, in one commit."""
    return change(
        tx, receipt, made, what=told["what"], actor=told["by"], note=told["note"], kept={"to": told["to"]}
    )
