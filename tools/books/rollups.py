"""Rollups made again from the sealed blocks, compared byte for byte, and put right."""

from __future__ import annotations

from collections.abc import Iterator

from shared.books.blocks import block_key, blocks, last_block
from shared.books.places import JOURNAL
from shared.books.rollups import all_rollups, fold, rollup_key, same
from shared.core.errors import Contended
from shared.store import Data, Doc, Key, Store, Tx
from tools.books.findings import Finding

_TRIES = 5


def rebuilt(store: Store, business: str) -> tuple[dict[str, Data], int]:
    """Every month's rollup as the blocks say it must be, and the number of the newest block."""
    months: dict[str, Data] = {}
    number = 0
    for block in blocks(store, business):
        number = block.data["number"]
        months |= fold(months, _entries(store, business, block), number)
    return months, number


def _entries(store: Store, business: str, block: Doc) -> list[Doc]:
    keys = [Key(JOURNAL, sealed["id"]) for sealed in block.data["entries"]]
    return [doc for doc in store.get_many(business, keys) if doc is not None]


def differing(store: Store, business: str) -> tuple[dict[str, Data | None], int]:
    """The months whose stored rollup is not what it must be (None: there should be none); the newest block.

    Raises Contended when the sealer was at work all the time.
    """
    for _ in range(_TRIES):
        months, number = rebuilt(store, business)
        stored = {doc.id: doc.data for doc in all_rollups(store, business)}
        newest = last_block(store, business)
        if (newest.data["number"] if newest else 0) == number:
            wrong = {
                month: months.get(month)
                for month in sorted(months.keys() | stored.keys())
                if not same(months.get(month, {}), stored.get(month, {}))
            }
            return wrong, number
    raise Contended("the journal is being sealed")


def rollup_findings(store: Store, business: str) -> Iterator[Finding]:
    """One finding for each rollup that is not what the blocks say."""
    wrong, _ = differing(store, business)
    for month in wrong:
        yield Finding(
            f"rollup {month}", "it is not what the sealed entries come to; rebuild-rollups mends it"
        )


def rebuild(store: Store, business: str) -> list[str]:
    """Write the rollups that differ, unless a block is sealed meanwhile; returns the months.

    Raises Contended when the sealer was faster.
    """
    wrong, number = differing(store, business)

    def write(tx: Tx) -> None:
        if tx.get(block_key(number + 1)) is not None:
            raise Contended("a block was sealed meanwhile: run it again")
        for month, data in wrong.items():
            if data is None:
                tx.delete(rollup_key(month))
            else:
                tx.put(rollup_key(month), data)

    if wrong:
        store.transaction(business, write)
    return sorted(wrong)
