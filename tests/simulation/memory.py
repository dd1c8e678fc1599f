"""The four adapter methods over memory, and over them the store that loses answers and refuses commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.core.errors import Conflict, Unavailable, UnknownOutcome
from shared.store.model import Doc, Key, Scan, Schema
from shared.store.values import encode
from tests.simulation.faults import Faults
from tests.simulation.kernel import Kernel, drawn

Watch = Callable[[str, Mapping[Key, Doc | None], Mapping[Key, Doc | None]], None]
"""Told of every commit right after it: the business, what was there before, what is there now."""
_FROZEN = "frozen"
_decode = json.JSONDecoder().decode
_RANGES: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
}


class Memory:
    """Documents of many businesses; what is read is a copy, as from every real store."""

    def __init__(self, rows: Mapping[str, Mapping[str, Mapping[str, Doc]]] | None = None) -> None:
        self.rows: dict[str, dict[str, dict[str, Doc]]] = {
            business: {name: dict(docs) for name, docs in collections.items()}
            for business, collections in (rows or {}).items()
        }
        self.watch: Watch | None = None

    def find(self, business: str, key: Key) -> Doc | None:
        """The document itself, for who only looks."""
        return self.rows.get(business, {}).get(key.collection, {}).get(key.id)

    def collection(self, business: str, name: str) -> dict[str, Doc]:
        """The documents of a collection by id, for who only looks."""
        return self.rows.get(business, {}).get(name, {})

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        found = (self.find(business, key) for key in keys)
        return [_copy(doc) if doc is not None else None for doc in found]

    def query(self, business: str, scan: Scan) -> list[Doc]:
        order = scan.index.order
        rows = [
            doc
            for doc in self.collection(business, scan.index.collection).values()
            if all(doc.data.get(name) in values for name, values in scan.equal)
            and (order is None or order in doc.data)
            and all(_RANGES[where.op](doc.data[where.field], where.value) for where in scan.ranges)
        ]

        def place(doc: Doc) -> tuple[Any, ...]:
            return (doc.data[order], doc.id) if order else (doc.id,)

        rows.sort(key=place, reverse=scan.descending)
        if scan.after is not None:
            past = scan.after
            rows = [doc for doc in rows if (place(doc) < past if scan.descending else place(doc) > past)]
        return [_copy(doc) for doc in rows[: scan.limit + 1]]

    def holds(self, business: str, reads: Mapping[Key, str | None]) -> bool:
        """Whether all that was read is still so."""
        for key, etag in reads.items():
            doc = self.find(business, key)
            if (doc.etag if doc is not None else None) != etag:
                return False
        return True

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        if not self.holds(business, reads):
            raise Conflict("a record changed after it was read")
        if not writes:
            return
        before = {key: self.find(business, key) for key in writes}
        collections = self.rows.setdefault(business, {})
        for key, doc in writes.items():
            if doc is None:
                collections.get(key.collection, {}).pop(key.id, None)
            else:
                collections.setdefault(key.collection, {})[key.id] = (
                    doc if doc.token == _FROZEN else _frozen(doc)
                )
        if self.watch is not None:
            self.watch(business, before, {key: self.find(business, key) for key in writes})

    def ensure_indexes(self, schema: Schema) -> None:
        """Memory needs none."""

    def close(self) -> None:
        """Nothing is held."""


def _frozen(doc: Doc) -> Doc:
    """A document as the store keeps it: what a handler does to its own copy afterwards changes nothing."""
    body = doc.body or encode(doc.data)
    return Doc(doc.key, _decode(body), doc.etag, doc.version, doc.created_at, doc.updated_at, body, _FROZEN)


def _copy(doc: Doc) -> Doc:
    return Doc(doc.key, _decode(doc.body), doc.etag, doc.version, doc.created_at, doc.updated_at)


class SimulatedStore:
    """An adapter whose every call is a step of the process at work, and may go wrong as a network does."""

    def __init__(self, kernel: Kernel, memory: Memory, faults: Faults) -> None:
        self._kernel = kernel
        self._memory = memory
        self._faults = faults

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        def read() -> list[Doc | None]:
            self._reachable()
            return self._memory.get_many(business, keys)

        return self._kernel.step(f"get {_names(keys)}", read)

    def query(self, business: str, scan: Scan) -> list[Doc]:
        def read() -> list[Doc]:
            self._reachable()
            return self._memory.query(business, scan)

        return self._kernel.step(f"query {scan.index.name}", read)

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        frozen = {key: _frozen(doc) if doc is not None else None for key, doc in writes.items()}
        self._kernel.step(
            f"commit {_names(list(writes))}", lambda: self._commit(business, dict(reads), frozen)
        )

    def _commit(
        self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]
    ) -> None:
        faults = self._faults
        self._reachable()
        if reads and faults.hit("store_conflict"):
            raise Conflict("another client was first (injected)")
        if writes and faults.hit("commit_lost"):
            raise UnknownOutcome("the answer was lost, and nothing was applied")
        if writes and faults.hit("commit_late"):
            # still on its way: it arrives while the client already asks again
            self._kernel.at(drawn(faults.random, 0.001, 20), lambda: self._late(business, reads, writes))
            raise UnknownOutcome("the answer was lost, and the commit comes later")
        self._apply(business, reads, writes)
        if writes and faults.hit("commit_ack_lost"):
            raise UnknownOutcome("the answer was lost, and all was applied")

    def _late(self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]) -> None:
        if self._memory.holds(business, reads):
            self._kernel.note(f"late commit {_names(list(writes))}")
            self._apply(business, reads, writes)

    def _apply(
        self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]
    ) -> None:
        if not self._memory.holds(business, reads):
            self._faults.counts["real_conflict"] += 1
        self._memory.commit(business, reads, writes)

    def _reachable(self) -> None:
        if self._faults.store_out(self._kernel.time) or self._faults.hit("store_unavailable"):
            raise Unavailable("the store cannot be reached (injected)")

    def ensure_indexes(self, schema: Schema) -> None:
        self._memory.ensure_indexes(schema)

    def close(self) -> None:
        """Nothing is held."""


def _names(keys: Sequence[Key]) -> str:
    return ",".join(f"{key.collection}/{key.id}" for key in keys[:4]) + (
        f"+{len(keys) - 4}" if len(keys) > 4 else ""
    )
