"""Where receipts lie in the store; whoever lists or misses them needs no engine."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.events import ObjectFinalized
from shared.store import Key

RECEIPTS = "receipts"


def receipt_key(file: ObjectFinalized) -> Key:
    """One receipt for one version of one file: a redelivered event finds it done."""
    return Key(RECEIPTS, derived_id("rcp", file.bucket, file.name, file.generation))
