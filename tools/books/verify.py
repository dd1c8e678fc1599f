"""Verification: hash every entry and block again, add everything up again, compare with every document.

One flipped byte in an entry, a block or an invoice is named. What a business does meanwhile is no finding:
documents changed after the start are not compared, and blocks sealed meanwhile are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.books.balances import entries
from shared.books.blocks import GENESIS, block_key, blocks, carry
from shared.books.journal import marker, read_entry, seal
from shared.books.places import JOURNAL, UNSEALED
from shared.core.clock import rfc3339
from shared.store import Data, Doc, Key, Query, Store
from tools.books.documents import Documents
from tools.books.findings import PAGE, Finding, carefully, section
from tools.books.rollups import rollup_findings
from tools.books.scratch import Scratch

_BATCH = 200
_NOTHING: Data = {"number": 0, "sha256": GENESIS, "count": 0, "balances": {}}


class Verification:
    """One look at the whole books of a business.

    ``run`` yields what it finds as it goes. Afterwards ``entries``, ``blocks`` and ``head`` (the newest
    block's hash) say what was looked at, and ``first_broken`` is the first block that does not hold, with the
    reason.
    """

    def __init__(self, store: Store, business: str) -> None:
        self._store, self._business = store, business
        self._strays: list[str] = []
        self._broken: dict[int, str] = {}
        self.entries = self.blocks = self.moved = 0
        self.head = GENESIS

    @property
    def first_broken(self) -> tuple[int, str] | None:
        return min(self._broken.items(), default=None)

    @property
    def strays(self) -> list[str]:
        """Entries that are in no block and wait for none, when the chain is whole: nobody removed them."""
        return [] if self._broken else self._strays

    def run(self) -> Iterator[Finding]:
        """Every finding, the chain's first."""
        started = rfc3339(self._store.clock.now())
        with Scratch() as scratch:
            yield from section("blocks", lambda: self._chain(scratch))
            yield from section("journal", lambda: self._journal(scratch))
            yield from section("unsealed", lambda: self._waiting(scratch))
            yield from section("blocks", lambda: self._compare(scratch))
            documents = Documents(self._store, self._business, scratch, started)
            yield from documents.findings()
            self.moved = documents.moved
        if not self._broken:
            yield from section("rollups", lambda: rollup_findings(self._store, self._business))
        if self.first_broken is not None:
            number, why = self.first_broken
            yield Finding(f"first broken block {block_key(number).id}", why)

    # --- blocks
    def _chain(self, scratch: Scratch) -> Iterable[Finding]:
        previous = _NOTHING
        for block in blocks(self._store, self._business):
            expected = self.blocks + 1
            found = list(carefully(f"block {block.id}", lambda: self._block(scratch, block, previous)))  # noqa: B023
            for finding in found:
                self._break(expected, finding.what)
            yield from found
            previous = {**_NOTHING, **block.data}
            self.blocks = max(expected, _number(block))
            self.head = str(block.data.get("sha256", ""))
        yield from self._hidden()

    def _hidden(self) -> Iterator[Finding]:
        """A last block whose number was changed is not listed, and is where it was."""
        key = block_key(self.blocks + 1)
        block = self._store.get(self._business, key)
        if block is not None and block.data.get("number") != self.blocks + 1:
            self._break(self.blocks + 1, "it has another number than its id")
            yield Finding(f"block {key.id}", f"it has the number {block.data.get('number')}")

    def _break(self, number: int, why: str) -> None:
        self._broken.setdefault(number, why)

    def _block(self, scratch: Scratch, block: Doc, previous: Data) -> Iterator[Finding]:
        subject, data = f"block {block.id}", block.data
        number = _number(block)
        again = seal(block.id, data)
        if data.get("sha256") != again:
            yield Finding(subject, f"its hash is {again}, it was written with {data.get('sha256')}")
        if data["number"] != number or number != self.blocks + 1:
            yield Finding(subject, f"it has the number {data['number']}, {self.blocks + 1} should come here")
        if data["previous"] != previous["sha256"]:
            yield Finding(subject, f"it follows {data['previous']}, before it is {previous['sha256']}")
        if data["count"] != previous["count"] + len(data["entries"]):
            yield Finding(subject, f"it counts {data['count']} entries, {previous['count']} came before it")
        if data["balances"] != carry(previous["balances"], data["totals"]):
            yield Finding(subject, "its balances are not those before it and what it holds")
        for entry in scratch.add_block(number, data):
            yield Finding(subject, f"it holds entry {entry}, which an earlier block holds as well")

    # --- entries
    def _journal(self, scratch: Scratch) -> Iterable[Finding]:
        loose: list[str] = []
        for entry in entries(self._store, self._business):
            self.entries += 1
            row = scratch.one("SELECT block, sha256 FROM sealed WHERE id = ?", entry.id)
            scratch.do("UPDATE sealed SET seen = 1 WHERE id = ?", entry.id)
            block, sealed = row or (0, "")
            found = list(carefully(f"entry {entry.id}", lambda: _entry(scratch, entry, block, sealed)))  # noqa: B023
            if found and block:
                self._break(block, f"its {found[0]}")
            yield from found
            if not block:
                loose.append(entry.id)
            if len(loose) == _BATCH:
                self._look_for_markers(loose)
                loose = []
        self._look_for_markers(loose)
        yield from self._late(scratch)

    def _look_for_markers(self, loose: list[str]) -> None:
        found = self._store.get_many(self._business, [marker(id_) for id_ in loose])
        self._strays += [id_ for id_, doc in zip(loose, found, strict=True) if doc is None]

    def _late(self, scratch: Scratch) -> Iterator[Finding]:
        """Strays that were sealed while we looked are none."""
        known = self.blocks
        for block in blocks(self._store, self._business, after=known):
            sealed = {one["id"] for one in block.data["entries"]}
            self._strays = [id_ for id_ in self._strays if id_ not in sealed]
        for id_ in self.strays:
            yield Finding(f"entry {id_}", "it is in no block and does not wait for one")

    def _waiting(self, scratch: Scratch) -> Iterable[Finding]:
        for waiting in self._store.each(self._business, Query(UNSEALED, (), "recorded_at", PAGE)):
            row = scratch.one("SELECT block FROM sealed WHERE id = ?", waiting.id)
            if row is not None:
                yield Finding(f"entry {waiting.id}", f"it is in block {row[0]} and waits to be sealed again")
            elif self._store.get(self._business, Key(JOURNAL, waiting.id)) is None:
                yield Finding(f"entry {waiting.id}", "it waits to be sealed and is not in the journal")

    def _compare(self, scratch: Scratch) -> Iterable[Finding]:
        for id_, block in scratch.rows("SELECT id, block FROM sealed WHERE NOT seen ORDER BY block, id"):
            self._break(block, f"its entry {id_} is not in the journal")
            yield Finding(f"entry {id_}", f"block {block} holds it, and it is not in the journal")
        differ = (
            "SELECT block, currency, account, said, found FROM totals WHERE said != found ORDER BY 1, 2, 3"
        )
        for block, currency, account, said, found in scratch.rows(differ):
            self._break(block, f"{currency} {account}: it says {said}, its entries come to {found}")
        for currency, cents in scratch.rows("SELECT currency, sum(cents) FROM sums GROUP BY currency"):
            if cents:
                yield Finding(f"trial balance {currency}", f"it is {cents} cents, it should be 0")


def _number(block: Doc) -> int:
    return int(block.id) if block.id.isdecimal() else 0


def _entry(scratch: Scratch, entry: Doc, block: int, sealed: str) -> Iterator[Finding]:
    subject = f"entry {entry.id}"
    again, written = seal(entry.id, entry.data), entry.data.get("sha256")
    if written != again:
        yield Finding(subject, f"its hash is {again}, it was written with {written}")
    if block and sealed != again:
        yield Finding(subject, f"its hash is {again}, block {block} sealed {sealed}")
    read_entry(entry)  # the legs sum to zero, the accounts are of the chart
    scratch.add_entry(entry, block)
    scratch.add_fact(entry)
