"""Whether a business's receipts may leave for cloud engines, and how many calls a day: its owner's choice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from shared.core import logs
from shared.store import Data, Doc, Key, Tx

POLICY = Key("profile", "receipt-cloud")
MOST_A_DAY = 10_000
KEPT_CHANGES = 20


@dataclass(frozen=True, slots=True)
class CloudPolicy:
    """Whether receipts may leave for a cloud engine, and how many calls of each a day may cost.

    Args:
        allowed: pictures of receipts hold personal data, so this is a person's choice and off at first.
        vision_pages_a_day, gemini_calls_a_day: the most of each business day (East Africa Time).
    """

    allowed: bool = False
    vision_pages_a_day: int = 100
    gemini_calls_a_day: int = 50

    def most(self, engine: str) -> int:
        """The calls that an engine may get in a day."""
        return {"vision": self.vision_pages_a_day, "gemini": self.gemini_calls_a_day}.get(engine, 0)


def read_policy(doc: Doc | None) -> CloudPolicy:
    """The policy in its document; what cannot be read allows nothing."""
    if doc is None:
        return CloudPolicy()
    usual = asdict(CloudPolicy())
    said: dict[str, Any] = {name: doc.data.get(name) for name in usual}
    if wrong := [name for name, value in usual.items() if type(said[name]) is not type(value)]:
        logs.warn("the policy for cloud engines cannot be read: nothing leaves", fields=wrong)
        return CloudPolicy()
    return CloudPolicy(**said)


def change_policy(tx: Tx, new: CloudPolicy, actor: str) -> Data:
    """Write a new policy whole, with who asked for it and when; returns the document."""
    doc = tx.get(POLICY)
    before = read_policy(doc)
    changes = list(doc.data["changes"]) if doc is not None else []
    if doc is None or before != new:
        change: Data = {"by": actor, "at": tx.now, "before": asdict(before), "after": asdict(new)}
        changes = [change, *changes[: KEPT_CHANGES - 1]]
    return dict(tx.put(POLICY, {**asdict(new), "changes": changes}).data)
