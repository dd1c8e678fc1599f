"""What a business said its payees are for: told once, known at once, within that business alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.categories.codes import UNCATEGORISED
from shared.categories.places import PAYEES
from shared.categories.subject import Subject
from shared.core.ids import derived_id
from shared.store import Data, Doc, Key, Tx

Lookup = Callable[[Sequence[Key]], Sequence[Doc | None]]
"""Reads documents of one business by key."""
SURE_MILLI, SPLIT_LEAST = 980, 500
MOST_KINDS = 6
"""Categories that one payee's tally keeps; a payee of more kinds is asked about anyway."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a payee was said to be for.

    Args:
        confidence_milli: how often that was said of all that was said of this payee.
        mark: by which it was known again.
    """

    category: str
    custom: str
    confidence_milli: int
    mark: str


def keys_of(subject: Subject) -> list[Key]:
    """Where the memory of a payee would lie, the surest mark first."""
    return [Key(PAYEES, derived_id("pye", mark)) for mark in subject.marks]


def reading(tx: Tx) -> Lookup:
    """Read in a transaction whose commit does not hang on what was read: a correction may come between."""

    def look(keys: Sequence[Key]) -> list[Doc | None]:
        tx.fetch([], peeked=keys)
        return [tx.peek(key) for key in keys]

    return look


def recall(look: Lookup, subject: Subject) -> Remembered | None:
    """What the payee was said to be for, by the surest mark that is known; None for a stranger."""
    keys = keys_of(subject)
    found = zip(subject.marks, look(keys) if keys else [], strict=True)
    return next((_remembered(doc.data, mark) for mark, doc in found if doc is not None), None)


def _remembered(data: Data, mark: str) -> Remembered:
    told, said = data["told"], data["told"].get(data["category"], 1)
    share = round(SURE_MILLI * said / max(sum(told.values()), 1))
    return Remembered(data["category"], data["custom"], max(share, SPLIT_LEAST), mark.partition(" ")[0])


def teach(tx: Tx, subject: Subject, category: str, custom: str = "") -> list[Data]:
    """Remember what a payee is for from now on; returns what was known, for an undo.

    The latest word counts; what was said before is kept as a tally and makes the memory less sure.
    """
    kept: list[Data] = []
    if category == UNCATEGORISED:
        return kept
    for mark, key in zip(subject.marks, keys_of(subject), strict=True):
        before = tx.get(key)
        kept.append({"id": key.id, "before": before.data if before else None})
        told = dict(before.data["told"]) if before is not None else {}
        told[category] = told.get(category, 0) + 1
        most = sorted(told, key=lambda code: (code != category, -told[code], code))[:MOST_KINDS]
        tx.put(
            key,
            {
                "mark": mark,
                "category": category,
                "custom": custom,
                "told": {code: told[code] for code in sorted(most)},
                "told_at": tx.now,
            },
        )
    return kept


def unteach(tx: Tx, kept: Sequence[Data]) -> None:
    """Undo ``teach``: what was known before is known again."""
    for known in kept:
        key = Key(PAYEES, known["id"])
        if known["before"] is None:
            tx.delete(key)
        else:
            tx.put(key, known["before"])
