"""What a person sets and may set again: a document that keeps its version, and who changed it and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.core.errors import Refused
from shared.store.model import Data, Doc, Key
from shared.store.port import Tx

MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """Who sets something and why.

    Args:
        version: of what was read, 0 for none; None where nobody looked.
    """

    actor: str
    note: str
    version: int | None = None


def keep(tx: Tx, key: Key, data: Data, change: Change, *, what: str, noted: Callable[[Data], Any]) -> Doc:
    """Write a document, or change it; the same again changes nothing.

    Args:
        data: all of it but ``version`` and ``changes``.
        what: how it is called in the refusal ("budget").
        noted: what of the data a change keeps, before and after; where that is the same, so is the document.

    Raises Refused ``changed_since`` when the version is another by now.
    """
    known = tx.get(key)
    standing = known.data["version"] if known else 0
    if change.version is not None and change.version != standing:
        raise Refused(f"the {what} was changed meanwhile: read it again", code="changed_since")
    before, after = noted(known.data) if known else None, noted(data)
    if known is not None and before == after:
        return known
    changes = known.data["changes"] if known else []
    entry = {"by": change.actor, "at": tx.now, "note": change.note, "before": before, "after": after}
    return tx.put(key, {**data, "version": standing + 1, "changes": [entry, *changes][:MOST_CHANGES]})
