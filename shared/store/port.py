"""The store: optimistic transactions over four adapter methods.

A transaction function reads by key and buffers its writes; ``commit`` verifies every read, absences included,
and applies all writes at once. The function may run several times, so it has no outside effects: what must
be told to others is written as outbox rows (shared/bus/outbox.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

from shared.core import measures
from shared.core.clock import Clock, Stopwatch, business_day, rfc3339
from shared.core.errors import (
    AlreadyExists,
    Conflict,
    Contended,
    Invalid,
    InvalidDocument,
    NotFound,
    Refused,
    UnknownOutcome,
)
from shared.core.ids import Ids, check_id
from shared.core.metrics import Metric
from shared.store.model import Adapter, Data, Doc, Key, Once, Page, Query, Schema
from shared.store.queries import cursor_after, plan
from shared.store.stale import STALE, stale_days
from shared.store.values import check_indexed, check_key, encode

T = TypeVar("T")
ONCE = "once"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.004, 0.5


class Tx:
    """One attempt of a transaction: reads are recorded, writes are buffered and visible to later reads."""

    def __init__(self, store: Store, business: str, *, guesses: bool = False) -> None:
        self._store = store
        self._may_guess = guesses
        self.guessed = False
        self.business = business
        self.now = rfc3339(store.clock.now())
        self.reads: dict[Key, str | None] = {}
        self.writes: dict[Key, Doc | None] = {}
        self._seen: dict[Key, Doc | None] = {}
        self._peeked: dict[Key, Doc | None] = {}
        self._tally: list[tuple[Metric, dict[str, str]]] = []

    def tally(self, metric: Metric, **labels: str) -> None:
        """Count something once this run of the transaction commits, and not for a run that is repeated."""
        self._tally.append((metric, labels))

    def count(self) -> None:
        """The commit stands: count what it did."""
        for metric, labels in self._tally:
            metric.add(**labels)

    def get_many(self, keys: Sequence[Key]) -> list[Doc | None]:
        """Read documents by key, each as this transaction sees it (its own writes included)."""
        self.fetch(keys)
        return [self.writes[key] if key in self.writes else self._seen[key] for key in keys]

    def _saw(self, key: Key, doc: Doc | None) -> None:
        """The commit verifies that the document is still this one, or still absent."""
        self._seen[key] = doc
        self.reads[key] = doc.seen if doc else None

    def expect(self, found: Mapping[Key, Doc | None]) -> None:
        """Take documents as they were read shortly before: the commit verifies them as what it reads itself.

        The first run does not look again; when one of them has changed since, the next run reads.
        """
        if not self._may_guess:
            return
        for key, doc in found.items():
            if key not in self._seen:
                self._saw(key, doc)
                self.guessed = True

    def get(self, key: Key) -> Doc | None:
        """Read one document or None."""
        return self.get_many([key])[0]

    def fetch(self, keys: Sequence[Key], *, peeked: Sequence[Key] = ()) -> None:
        """Read in one go what ``get`` will want, and what ``peek`` will: that the commit does not verify."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._seen]
        looked = [key for key in peeked if key not in self._seen and key not in self._peeked]
        if not missing and not looked:
            return
        docs = self._store.get_many(self.business, [*missing, *looked])
        self._peeked.update(zip(looked, docs[len(missing) :], strict=True))
        for key, doc in zip(missing, docs, strict=False):
            self._saw(key, doc)

    def peek(self, key: Key) -> Doc | None:
        """Read a document that the commit does not verify: a rule that may change a moment later.

        What every payment looks at must be read so. Verified by each commit it would be the one document that
        all of them wait for, on Firestore and MongoDB alike.
        """
        if key in self.writes:
            return self.writes[key]
        if key in self._seen:
            return self._seen[key]
        if key not in self._peeked:  # one run sees one rule
            self._peeked[key] = self._store.get(self.business, key)
        return self._peeked[key]

    def require(self, key: Key) -> Doc:
        """Read one document; raises NotFound."""
        doc = self.get(key)
        if doc is None:
            raise NotFound(f"no {key.collection} '{key.id}'")
        return doc

    def create(self, key: Key, data: Data) -> Doc:
        """Buffer a new document; raises AlreadyExists when the id is taken."""
        if self.get(key) is not None:
            raise AlreadyExists(f"{key.collection} '{key.id}' already exists")
        return self._write(key, data, None)

    def claim(self, key: Key, data: Data) -> Doc | None:
        """Buffer a document that is expected to be new; None when it is there already.

        The first run of a transaction does not look: the commit verifies the absence anyway, and when
        somebody was first, the next run reads. Right for deliveries that are rarely repeated.
        """
        if self._may_guess and key not in self._seen:
            self._saw(key, None)
            self.guessed = True
        return self._write(key, data, None) if self.get(key) is None else None

    def put(self, key: Key, data: Data) -> Doc:
        """Buffer a document, new or replaced."""
        return self._write(key, data, self.get(key))

    def set(self, key: Key, data: Data) -> Doc:
        """Buffer a document without looking at what was there before (queue rows, markers)."""
        if key.collection in self._store.schema.append_only:
            return self.create(key, data)
        return self._write(key, data, self.get(key) if key.collection in self._store.schema.tracked else None)

    def update(self, key: Key, changes: Data) -> Doc:
        """Buffer changes to some top-level fields of an existing document; raises NotFound."""
        doc = self.require(key)
        return self._write(key, {**doc.data, **changes}, doc)

    def delete(self, key: Key) -> None:
        """Buffer the removal of a document; removing an absent one changes nothing."""
        self._store.check_removable(key)
        if self.get(key) is not None:
            self.writes[key] = None

    def mark(self, marker: Data) -> None:
        """Buffer a marker of past days that this commit changes, under an id of its own."""
        key = Key(STALE, self._store.new_id("day"))
        self.writes[key] = self._store.new_doc(key, marker, None, now=self.now)

    @property
    def past_days(self) -> list[Data]:
        """Markers of the days before today of which this transaction changes a tracked record."""
        tracked = self._store.schema.tracked
        changed = ((key, doc, self._seen.get(key)) for key, doc in self.writes.items())
        return stale_days(tracked, changed, business_day(self._store.clock.now()))

    def _write(self, key: Key, data: Data, before: Doc | None) -> Doc:
        again = self.writes.get(key)  # only the last of several versions leaves this transaction
        doc = self._store.new_doc(key, data, before, now=self.now, etag=again.etag if again else None)
        self.writes[key] = doc
        return doc


class Store:
    """Documents of many businesses behind one adapter. The business is an argument of every call."""

    def __init__(self, adapter: Adapter, schema: Schema, clock: Clock, ids: Ids) -> None:
        self._adapter = adapter
        self.schema = schema
        self.clock = clock
        self._ids = ids
        collections = {index.collection for index in schema.indexes}
        self._indexed = {collection: schema.indexed(collection) for collection in collections}

    def ensure_indexes(self) -> None:
        """Create what the schema declares, where the adapter creates it at run time."""
        self._adapter.ensure_indexes(self.schema)

    def close(self) -> None:
        """Let go of files and connections."""
        self._adapter.close()

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        """Read documents by key, in the order asked for; absent ones are None."""
        check_id(business, "business")
        for key in keys:
            check_key(key)
        return self._adapter.get_many(business, keys) if keys else []

    def get(self, business: str, key: Key) -> Doc | None:
        """Read one document or None."""
        return self.get_many(business, [key])[0]

    def require(self, business: str, key: Key) -> Doc:
        """Read one document; raises NotFound."""
        doc = self.get(business, key)
        if doc is None:
            raise NotFound(f"no {key.collection} '{key.id}'")
        return doc

    def query(self, business: str, query: Query) -> Page:
        """One page of a declared query; raises InvalidQuery."""
        check_id(business, "business")
        scan = plan(query, self.schema.indexes)
        found = self._adapter.query(business, scan)
        more = len(found) > scan.limit
        docs = found[: scan.limit]
        return Page(docs, cursor_after(query, scan, docs[-1]) if more else None)

    def each(self, business: str, query: Query) -> Iterator[Doc]:
        """Every document of a query, one page of ``query.limit`` in memory at a time."""
        while True:
            page = self.query(business, query)
            yield from page.docs
            if page.next is None:
                return
            query = replace(query, cursor=page.next)

    def all(self, business: str, query: Query, most: int = 100_000) -> list[Doc]:
        """Every document of a query, at most ``most``, read in the largest pages."""
        return list(islice(self.each(business, replace(query, limit=500)), most))

    def create(self, business: str, key: Key, data: Data) -> Doc:
        """Write a new document; raises AlreadyExists."""
        return self.transaction(business, lambda tx: tx.create(key, data))

    def put(self, business: str, key: Key, data: Data) -> Doc:
        """Write a document, new or replaced."""
        return self.transaction(business, lambda tx: tx.put(key, data))

    def update(self, business: str, key: Key, changes: Data, expected: str | None = None) -> Doc:
        """Change some fields; with ``expected`` only if that is still the etag, else raises Conflict."""

        def change(tx: Tx) -> Doc:
            if expected is not None and tx.require(key).etag != expected:
                raise _Stale(f"{key.collection} '{key.id}' has changed")
            return tx.update(key, changes)

        return self.transaction(business, change)

    def delete(self, business: str, key: Key) -> None:
        """Remove a document; removing an absent one changes nothing."""
        self.transaction(business, lambda tx: tx.delete(key))

    def discard(self, business: str, keys: Sequence[Key]) -> None:
        """Remove queue rows without looking at them first; a power failure may bring them back."""
        check_id(business, "business")
        for key in keys:
            self.check_removable(check_key(key))
            if key.collection in self.schema.tracked:
                raise Refused(
                    f"{key.collection} are summed by day: remove them in a transaction", code="tracked"
                )
        if keys:
            self._adapter.commit(business, {}, dict.fromkeys(keys), durable=False)

    def transaction(
        self,
        business: str,
        fn: Callable[[Tx], T],
        *,
        once: Once | None = None,
        committed: Callable[[Tx], None] | None = None,
        deadline: float = 10.0,
    ) -> T:
        """Run ``fn`` until its reads and writes commit as one step.

        With ``once`` (a business key) the JSON result is kept in the same commit: a redelivery gets the
        stored result without running ``fn``, and another fingerprint under the same key raises Refused.
        ``committed`` is called with what was written, after it is durable. Raises Contended after
        ``deadline`` seconds, and UnknownOutcome when an answer was lost and no ``once`` can tell.
        """
        check_id(business, "business")
        give_up = self.clock.now() + timedelta(seconds=deadline)
        pause = _FIRST_PAUSE
        guesses = True
        tried: set[str] = set()
        while True:
            tx = Tx(self, business, guesses=guesses)
            try:
                result = self._believed(tx, lambda tx: self._attempt(tx, fn, once, tried))
                self._commit(tx)
            except _Stale:
                raise
            except UnknownOutcome:
                measures.STORE_RETRIES.add(cause="unknown")
                if once is None:
                    raise
                tried.update(doc.etag for key, doc in tx.writes.items() if doc and key.collection == ONCE)
            except Conflict:
                measures.STORE_RETRIES.add(cause="conflict")  # someone else was first: read again
            else:
                tx.count()
                if committed is not None:
                    committed(tx)
                return result
            if self.clock.now() >= give_up:
                measures.STORE_RETRIES.add(cause="contended")
                raise Contended("others kept changing the same records")
            guesses = False
            self.clock.sleep(pause * self._ids.fraction())
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _believed(self, tx: Tx, attempt: Callable[[Tx], T]) -> T:
        """Errors count only when all that was read was true at one moment; raises Conflict when it was not.

        Between two reads another client may commit: "not paid yet" and "the payment exists already" may both
        be seen, and the error that follows from them is nobody's fault.
        """
        try:
            return attempt(tx)
        except Conflict:
            raise
        except Exception:
            if len(tx.reads) > 1 or tx.guessed:
                self._adapter.commit(tx.business, tx.reads, {})
            raise

    def _attempt(self, tx: Tx, fn: Callable[[Tx], T], once: Once | None, tried: set[str]) -> T:
        if once is None:
            return fn(tx)
        key = Key(ONCE, hashlib.sha256(once.key.encode("utf-8", "surrogatepass")).hexdigest())
        done = tx.get(key)
        if done is not None and not _expired(done, tx.now):
            if done.data["fingerprint"] != once.fingerprint:
                raise Invalid("idempotency_mismatch", "this key was used for a different request")
            once.replayed = done.etag not in tried  # else it is this call's own commit, whose answer was lost
            replay: T = done.data["result"]
            return replay
        result = fn(tx)
        record = {"fingerprint": once.fingerprint, "result": _as_json(result), "once": ascii(once.key[:200])}
        if once.days is not None:
            record["expire_at"] = rfc3339(self.clock.now() + timedelta(days=once.days))
        tx.put(key, record)
        return result

    def _commit(self, tx: Tx) -> None:
        if tx.writes or tx.guessed or len(tx.reads) > 1:  # a single read is consistent with itself
            for marker in tx.past_days:
                tx.mark(marker)
            watch = Stopwatch()
            self._adapter.commit(tx.business, tx.reads, tx.writes)
            measures.COMMIT_SECONDS.observe(watch.seconds)

    def check_removable(self, key: Key) -> None:
        """Raises Refused for documents of collections that are written once."""
        if key.collection in self.schema.append_only:
            raise Refused(f"{key.collection} is written once and never changed", code="append_only")

    def new_id(self, prefix: str) -> str:
        """An id that nobody else draws."""
        return self._ids.new(prefix)

    def new_doc(
        self, key: Key, data: Data, before: Doc | None, *, now: str | None = None, etag: str | None = None
    ) -> Doc:
        """A checked document to be written over ``before``; the adapter stores it as it is."""
        check_key(key)
        if before is not None and key.collection in self.schema.append_only:
            raise Refused(f"{key.collection} is written once and never changed", code="append_only")
        body = encode(data)
        check_indexed(data, self._indexed.get(key.collection, frozenset()))
        now = now or rfc3339(self.clock.now())
        version, born = (before.version + 1, before.created_at) if before else (1, now)
        return Doc(key, data, etag or self._ids.new("e"), version, born, now, body)


class _Stale(Conflict):
    """The caller's own expected etag no longer holds: running again cannot help."""


def _expired(doc: Doc, now: str) -> bool:
    """Whether a record's time is over; stores remove it later, some never."""
    return "expire_at" in doc.data and str(doc.data["expire_at"]) <= now


def _as_json(result: object) -> Any:
    if result is None or isinstance(result, dict | list | str | int):
        return result
    raise InvalidDocument("with `once` a transaction returns JSON: the stored result is what a replay gets")
