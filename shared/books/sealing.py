"""The sealer: entries that no block holds yet are chained into blocks, and the rollups folded, in one commit.

A posting leaves a marker beside its entry, and nothing else: a chain head in every payment's commit would be
the one document that all of them wait for. The sweep calls the sealer; two of them collide on
``blocks/{number}``, and the second begins anew from what is there (reference: stores 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from shared.books.blocks import block_key, build, last_block
from shared.books.journal import intact, marker
from shared.books.places import JOURNAL, UNSEALED
from shared.books.rollups import fold, month_of, months_of, rollup_key
from shared.core import logs
from shared.core.errors import AlreadyExists
from shared.store import Data, Doc, Key, Page, Query, Store, Tx

BLOCK = 200
"""Entries a block, by measurement (docs/decisions/0023). With their markers, the block and its rollups a
commit stays under 500 writes, which Firestore once took at most."""
MOST_MONTHS = 24
"""Rollups a commit: entries of more months than that (books brought in from elsewhere) wait for the next
block."""
EVERY_MINUTES = 5
"""Between two rounds of the timer: an idle business then costs two reads each time."""
_OVERTAKEN = 5
ADOPTION = Key("sealing", "adoption")


def seal_when_due(store: Store, business: str, give_up: datetime) -> int:
    """Seal at the minutes that are for it; what ``seal_journal`` returns."""
    if store.clock.now().minute % EVERY_MINUTES:
        return 0
    return seal_journal(store, business, give_up)


def seal_journal(store: Store, business: str, give_up: datetime | None = None) -> int:
    """Seal what waits, block after block, until ``give_up``; returns how many entries were sealed.

    Entries that no longer have the hash they were written with are left out and told in the log: to seal them
    would make them true. Raises what the store raises.
    """
    if last_block(store, business) is None:
        adopt(store, business)
    sealed = overtaken = 0
    more = True
    while more and overtaken < _OVERTAKEN and not (give_up and store.clock.now() > give_up):
        try:
            count, more = _seal_block(store, business)
            sealed += count
        except AlreadyExists:
            overtaken += 1  # another sealer was first
    return sealed


def _seal_block(store: Store, business: str) -> tuple[int, bool]:
    """Seal one block; returns how many entries it holds, and whether more wait."""
    previous = last_block(store, business)
    entries, more = _choose(store, business)
    if entries:
        store.transaction(business, lambda tx: _write(tx, previous, entries))
    return len(entries), more


def _choose(store: Store, business: str) -> tuple[list[Doc], bool]:
    """The entries of the next block, and whether it left any out."""
    chosen: list[Doc] = []
    months: set[str] = set()
    for entry in _waiting(store, business):
        months.add(month_of(entry.data))
        if len(chosen) == BLOCK or len(months) > MOST_MONTHS:
            return chosen, True
        chosen.append(entry)
    return chosen, False


def _waiting(store: Store, business: str) -> Iterator[Doc]:
    """Intact entries that have a marker, in the order of recording."""
    for entry in unsealed(store, business):
        if intact(entry):
            yield entry
        else:
            logs.error("an entry is broken and stays unsealed", business=business, entry=entry.id)


def unsealed(store: Store, business: str) -> Iterator[Doc]:
    """Every entry that no block holds yet, in the order of recording."""
    cursor: str | None = None
    while True:
        page = store.query(business, Query(UNSEALED, (), "recorded_at", BLOCK, cursor))
        found = store.get_many(business, [Key(JOURNAL, doc.id) for doc in page.docs])
        for waiting, entry in zip(page.docs, found, strict=True):
            if entry is not None:
                yield entry
            else:
                logs.error("a marker names an entry that is not there", business=business, entry=waiting.id)
        if page.next is None:
            return
        cursor = page.next


def _write(tx: Tx, previous: Doc | None, entries: list[Doc]) -> None:
    """The block, its rollups and the end of its markers; raises AlreadyExists when another sealer was first.

    The entries are not read again: they cannot change, and the markers' removal verifies that they wait.
    """
    data = build(previous, entries, tx.now)
    tx.create(block_key(data["number"]), data)
    markers = [marker(entry.id) for entry in entries]
    if None in tx.get_many(markers):
        raise AlreadyExists("some of these entries are sealed already")
    for month, rollup in _folded(tx, entries, data["number"]).items():
        tx.put(rollup_key(month), rollup)
    for key in markers:
        tx.delete(key)


def _folded(tx: Tx, entries: list[Doc], number: int) -> dict[str, Data]:
    months = months_of(entries)
    found = tx.get_many([rollup_key(month) for month in months])
    return fold({doc.id: doc.data for doc in found if doc is not None}, entries, number)


def adopt(store: Store, business: str) -> None:
    """Mark the entries of a journal that was begun before there were markers; once, and before the first
    block.

    Page by page: each commit moves a cursor that the next one verifies, so that two sealers at once, or one
    that was killed half way, mark every entry and none after it was sealed. What says "not adopted yet" is
    the very record that the commit verifies: read anew, it could already be another sealer's last one.
    """
    while not _is_adopted(state := store.get(business, ADOPTION)):
        cursor = (state.data["cursor"] if state else "") or None
        page = store.query(business, Query(JOURNAL, (), "recorded_at", BLOCK, cursor))
        store.transaction(business, partial(_mark, state=state, page=page))


def _mark(tx: Tx, *, state: Doc | None, page: Page) -> None:
    now = tx.get(ADOPTION)
    if (now.etag if now else "") != (state.etag if state else ""):
        return  # another sealer marked this page
    for entry in page.docs:
        tx.set(marker(entry.id), {"recorded_at": entry.data["recorded_at"]})
    tx.put(ADOPTION, {"cursor": page.next or "", "adopted": page.next is None})


def adopted(store: Store, business: str) -> bool:
    """Whether every entry that is not in a block has its marker."""
    return _is_adopted(store.get(business, ADOPTION))


def _is_adopted(state: Doc | None) -> bool:
    return state is not None and bool(state.data["adopted"])


def mark_strays(store: Store, business: str, entries: Sequence[str]) -> None:
    """Have entries sealed that are in no block and have no marker: an old version of Hesabu wrote them.

    Args:
        entries: ids that a whole verification named (tools/verify.py); an entry that is in a block must not
        be.
    """

    def mark(tx: Tx, entry: str) -> None:
        tx.set(marker(entry), {"recorded_at": tx.require(Key(JOURNAL, entry)).data["recorded_at"]})

    for entry in entries:
        store.transaction(business, partial(mark, entry=entry))
