"""Questions about payouts that only a person can answer; each is asked once for its reason."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.core.worth import standing
from shared.store import Doc, Key, Tx


def question(tx: Tx, payout: Doc, reason: str) -> Doc:
    """Ask a person about a payout; asked before, the question stands as it is."""
    item = _item(payout.id, reason)
    if tx.get(item) is None:
        asked = {
            "kind": "payout",
            "subject_id": payout.id,
            "reasons": [reason],
            "suggestions": [],
            "may_be": [],
        }
        asked |= standing(payout.data["amount_cents"])
        tx.create(item, {**asked, "status": "open", "created_on": tx.now})
    doubts = [one for one in payout.data["doubts"] if one != reason]
    return tx.update(payout.key, {"doubts": [*doubts, reason]})


def answered(tx: Tx, payout: Doc) -> Doc:
    """Close the questions about a payout: its end is known."""
    for reason in payout.data["doubts"]:
        tx.update(_item(payout.id, reason), {"status": "done"})
    return tx.update(payout.key, {"doubts": [], "polling": False})


def _item(payout_id: str, reason: str) -> Key:
    return Key("review", derived_id("rev", "payout", payout_id, reason))
