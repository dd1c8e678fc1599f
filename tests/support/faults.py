"""Adapters that stand between the store and a real adapter and let things go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from shared.core.errors import Conflict, Unavailable, UnknownOutcome
from shared.store.model import Adapter, Doc, Key, Scan, Schema

Fault = Literal["ok", "before", "after", "conflict", "unavailable"]


class Through:
    """Hands every call on to another adapter."""

    def __init__(self, inner: Adapter) -> None:
        self.inner = inner

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        return self.inner.get_many(business, keys)

    def query(self, business: str, scan: Scan) -> list[Doc]:
        return self.inner.query(business, scan)

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        self.inner.commit(business, reads, writes, durable=durable)

    def ensure_indexes(self, schema: Schema) -> None:
        self.inner.ensure_indexes(schema)

    def close(self) -> None:
        self.inner.close()


class Faulty(Through):
    """Commits meet the given faults one after the other, then all goes well.

    ``before``: the answer is lost and nothing was applied. ``after``: it was applied and the answer is lost.
    """

    def __init__(self, inner: Adapter, faults: Iterable[Fault]) -> None:
        super().__init__(inner)
        self._faults: Iterator[Fault] = iter(faults)
        self.commits = 0

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        self.commits += 1
        fault = next(self._faults, "ok")
        if fault == "conflict":
            raise Conflict("made up")
        if fault == "unavailable":
            raise Unavailable("made up")
        if fault != "before":
            self.inner.commit(business, reads, writes, durable=durable)
        if fault in ("before", "after"):
            raise UnknownOutcome("the answer was lost")
