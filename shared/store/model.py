"""The words of the store port: keys, documents, queries, and what an adapter must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Data = dict[str, Any]
Op = Literal["==", "in", ">=", ">", "<=", "<"]


class Key(NamedTuple):
    """Where a document lives inside one business."""

    collection: str
    id: str


@dataclass(frozen=True, slots=True)
class Doc:
    """One stored document; ``etag`` changes on every write and never comes back (no ABA)."""

    key: Key
    data: Data
    etag: str
    version: int
    created_at: str
    updated_at: str
    body: str = field(default="", compare=False, repr=False)
    """The canonical JSON of ``data`` on its way to the store; empty on documents that were read."""
    token: str = field(default="", compare=False, repr=False)
    """What the adapter itself wants to see again to verify this read; empty where that is the etag."""

    @property
    def id(self) -> str:
        return self.key.id

    @property
    def seen(self) -> str:
        """What ``commit`` is given to verify that a document is still the one that was read."""
        return self.token or self.etag


class Where(NamedTuple):
    """One condition. ``==`` and ``in`` (at most 30 values) on equality fields; ranges on the order field."""

    field: str
    op: Op
    value: Any


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of one collection: ``order`` is one field (``-field`` for newest first), then the id."""

    collection: str
    where: tuple[Where, ...] = ()
    order: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query; ``next`` is the cursor of the page after it, None at the end."""

    docs: list[Doc]
    next: str | None


@dataclass(frozen=True, slots=True)
class Index:
    """A declared query shape: equality fields, then one order field (both directions)."""

    collection: str
    equal: tuple[str, ...] = ()
    order: str | None = None

    @property
    def name(self) -> str:
        return "_".join((self.collection, *self.equal, self.order or "id"))


@dataclass(frozen=True, slots=True)
class Scan:
    """A checked query as adapters receive it: which index serves it and where to go on from."""

    index: Index
    equal: tuple[tuple[str, tuple[Any, ...]], ...]
    ranges: tuple[Where, ...]
    descending: bool
    after: tuple[Any, ...] | None
    limit: int


class Adapter(Protocol):
    """What a store must do; everything else is shared code in ``port.py``.

    ``commit`` verifies that every key in ``reads`` is still the document that was ``seen`` (its token, or
    its etag where the adapter gives none; None: it is still absent), then applies ``writes`` (None deletes)
    in one atomic step, durable before it returns. Raises Conflict when a read no longer holds, UnknownOutcome
    when the answer was lost, Unavailable when nothing was sent. With ``durable=False`` a power failure may
    undo the commit, but never one that came before it.
    ``ensure_indexes`` comes first in an adapter's life and tells it what the collections are; it is cheap
    when nothing has changed, because every cold start calls it.
    """

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]: ...
    def query(self, business: str, scan: Scan) -> list[Doc]: ...
    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None: ...
    def ensure_indexes(self, schema: Schema) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Once:
    """An idempotency key and its request's fingerprint; ``replayed`` tells the result is a stored one.

    The key is kept for ever, or for ``days``: then it may be used again, and the store may forget it.
    """

    key: str
    fingerprint: str = ""
    replayed: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """What is declared about the collections: query shapes, which are written once only, which expire.

    A document of a collection in ``expiring`` may hold ``expire_at`` (RFC 3339, as everywhere); the store
    removes it some time after that moment, or never: whoever reads it looks at ``expire_at`` first.
    ``tracked`` names the field by whose Nairobi day a collection's records are summed: a commit that changes
    a record of a past day says so (shared/store/stale.py).
    """

    indexes: tuple[Index, ...] = ()
    append_only: frozenset[str] = field(default_factory=frozenset)
    expiring: frozenset[str] = field(default_factory=frozenset)
    tracked: Mapping[str, str] = field(default_factory=dict)

    def indexed(self, collection: str) -> frozenset[str]:
        """The fields of a collection that stand in any index."""
        shapes = (index for index in self.indexes if index.collection == collection)
        return frozenset(name for shape in shapes for name in (*shape.equal, shape.order) if name)
