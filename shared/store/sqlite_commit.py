"""Commits to SQLite: those that wait together are verified, written and flushed together.

One statement verifies the reads of a whole group and one writes it, because each statement gives up the
interpreter lock and must win it back. A commit that another one of its group has overtaken is a conflict,
as it would have been one after the other.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from shared.core.errors import Conflict, HesabuError, Refused, Unavailable, UnknownOutcome
from shared.store.group import GroupCommit, Job
from shared.store.model import Doc, Key
from shared.store.values import encode

_MOST_ROWS = 100
"""Rows a statement: 800 values stay under the limit of every SQLite build (999)."""
Place = tuple[str, str, str]
Row = tuple[Any, ...]


class Commit(Job):
    """One commit: the reads that must still hold and the writes that then happen.

    A commit that need not be durable does not wait: whoever leads the next group takes it along.
    """

    def __init__(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool,
    ) -> None:
        super().__init__(waits=durable)
        self.reads: dict[Place, str | None] = {(business, *key): etag for key, etag in reads.items()}
        self.writes: dict[Place, Row | None] = {}
        for key, doc in writes.items():  # encoded here: a document that cannot be is its own thread's error
            self.writes[business, *key] = _row((business, *key), doc) if doc else None


class CommitQueue:
    """Commits from many threads, applied in order.

    Args:
        connection: the one connection that writes, in autocommit mode.
        exclusive: takes the lock that keeps other processes from writing or checkpointing.
        durable: False never waits for the disk.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        exclusive: Callable[[], AbstractContextManager[None]],
        *,
        durable: bool,
    ) -> None:
        self._connection = connection
        self._exclusive = exclusive
        self._durable = durable
        self._full = durable
        self._alone = threading.Lock()
        self._group: GroupCommit[Commit] = GroupCommit(self._commit_group)

    def submit(self, commit: Commit) -> None:
        """Apply a commit and, when it must be durable, wait until it is; raises its own error."""
        self._group.submit(commit)

    def run(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Use the connection alone, between groups (schema changes, closing)."""
        with self._alone, self._exclusive():
            work(self._connection)

    def _commit_group(self, group: list[Commit]) -> None:
        with self._alone, self._exclusive():
            outcomes = self._commit(group)
        for commit, outcome in zip(group, outcomes, strict=True):
            if outcome is None:
                commit.done.set_result(None)
            else:
                commit.done.set_exception(outcome)

    def _commit(self, group: list[Commit]) -> Sequence[HesabuError | None]:
        try:
            self._sync(full=self._durable and any(job.waits for job in group))
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._apply(group)
        except sqlite3.Error as error:
            self._undo()
            if len(group) > 1:
                # one refused write undid the group: each job on its own, so that only that one fails
                return [outcome for job in group for outcome in self._commit([job])]
            if isinstance(error, sqlite3.IntegrityError):
                return [Refused(f"the database refused the write: {error}", code="append_only")]
            return [Unavailable(f"the database could not commit: {error}")]
        except BaseException:
            self._undo()
            raise
        self._finish()
        return outcomes

    def _finish(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            # a flush that failed half way may still be found in the log after a restart
            raise UnknownOutcome(f"the database could not say that it committed: {error}") from None

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _sync(self, *, full: bool) -> None:
        """FULL waits for the disk at COMMIT; NORMAL leaves that to the next FULL commit of the same log."""
        if full != self._full:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
            self._full = full

    def _apply(self, group: list[Commit]) -> list[HesabuError | None]:
        stale = self._stale(group)
        final: dict[Place, Row | None] = {}
        outcomes: list[HesabuError | None] = []
        for number, job in enumerate(group):
            overtaken = number in stale or not final.keys().isdisjoint(job.reads)
            outcomes.append(Conflict("a record changed after it was read") if overtaken else None)
            if not overtaken:
                final |= job.writes
        self._write(final)
        return outcomes

    def _stale(self, group: list[Commit]) -> set[int]:
        """The jobs whose reads no longer hold."""
        seen = [
            (number, *place, etag) for number, job in enumerate(group) for place, etag in job.reads.items()
        ]
        stale: set[int] = set()
        for rows in _chunks(seen):
            found = self._connection.execute(_broken(len(rows)), _flat(rows)).fetchall()
            stale.update(number for (number,) in found)
        return stale

    def _write(self, final: Mapping[Place, Row | None]) -> None:
        for rows in _chunks([row for row in final.values() if row is not None]):
            self._connection.execute(_upsert(len(rows)), _flat(rows))
        for gone in _chunks([place for place, row in final.items() if row is None]):
            self._connection.execute(_delete(len(gone)), _flat(gone))


def _row(place: Place, doc: Doc) -> Row:
    body = doc.body or encode(doc.data)
    return (*place, body, doc.etag, doc.version, doc.created_at, doc.updated_at)


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), _MOST_ROWS):
        yield rows[start : start + _MOST_ROWS]


def _flat(rows: Sequence[Row]) -> list[Any]:
    return [value for row in rows for value in row]


@cache
def _broken(rows: int) -> str:
    values = ", ".join(["(?, ?, ?, ?, ?)"] * rows)
    return (
        f"WITH seen (n, b, c, id, etag) AS (VALUES {values}) "  # noqa: S608 - placeholders only
        "SELECT n FROM seen LEFT JOIN docs USING (b, c, id) WHERE docs.etag IS NOT seen.etag"
    )


@cache
def _upsert(rows: int) -> str:
    values = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * rows)
    return (
        f"INSERT INTO docs (b, c, id, body, etag, version, created_at, updated_at) VALUES {values} "  # noqa: S608
        "ON CONFLICT (b, c, id) DO UPDATE SET body = excluded.body, etag = excluded.etag, "
        "version = excluded.version, created_at = excluded.created_at, updated_at = excluded.updated_at"
    )


@cache
def _delete(rows: int) -> str:
    values = ", ".join(["(?, ?, ?)"] * rows)
    # by way of a named table: SQLite looks those up by the key, and reads all documents for bare VALUES
    gone = f"WITH gone (b, c, id) AS (VALUES {values}) SELECT b, c, id FROM gone"  # noqa: S608
    return f"DELETE FROM docs WHERE (b, c, id) IN ({gone})"  # noqa: S608 - placeholders only
