"""How sure a business wants to be before a receipt needs no person, and the PIN that invoices to it carry."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shared.receipts.confidence import Thresholds
from shared.store import Data, Doc, Key, Tx

POLICY = Key("profile", "receipt-policy")
KEPT_CHANGES = 50


@dataclass(frozen=True)
class ReceiptPolicy:
    """Thousandths for each field, cents from which arithmetic must agree, and the business's own KRA PIN."""

    merchant: int = Thresholds.merchant
    date: int = Thresholds.date
    total: int = Thresholds.total
    proof_from_cents: int = Thresholds.proof_from_cents
    kra_pin: str = ""

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.merchant, self.date, self.total, self.proof_from_cents)


def read_policy(doc: Doc | None) -> ReceiptPolicy:
    """The policy as kept; what it does not say is as for a business that never chose."""
    said = doc.data if doc is not None else {}
    names = ReceiptPolicy.__dataclass_fields__
    return ReceiptPolicy(**{name: said[name] for name in names if name in said})


def change_policy(tx: Tx, new: ReceiptPolicy, actor: str, note: str) -> list[Data]:
    """Write a policy whole, with who asked for it and what it was; returns the changes, the latest first."""
    doc = tx.get(POLICY)
    before, changes = read_policy(doc), list(doc.data["changes"]) if doc else []
    if before != new or not changes:
        record: Data = {
            "by": actor,
            "at": tx.now,
            "note": note,
            "before": asdict(before),
            "after": asdict(new),
        }
        changes = [record, *changes[: KEPT_CHANGES - 1]]
        tx.put(POLICY, {**asdict(new), "changes": changes})
    return changes
