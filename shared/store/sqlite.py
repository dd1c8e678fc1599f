"""SQLite: the embedded store. One file, WAL, group commit, nothing acknowledged before it is on disk.

Facts behind the choices (docs/decisions/0002-embedded-sqlite.md): write transactions are serialised by a lock
file, which is fair between processes and keeps checkpoints from racing each other (the WAL-reset bug of
SQLite before 3.51.3); readers never checkpoint. Commits that wait for the lock together share one fsync.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from shared.core.errors import Conflict, Refused, Unavailable
from shared.store.model import Doc, Index, Key, Scan
from shared.store.values import encode

_TABLE = """
CREATE TABLE IF NOT EXISTS docs (
  b TEXT NOT NULL, c TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)),
  etag TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  PRIMARY KEY (b, c, id)) WITHOUT ROWID
"""
_COLUMNS = "c, id, body, etag, version, created_at, updated_at"
_UPSERT = """
INSERT INTO docs (b, c, id, body, etag, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (b, c, id) DO UPDATE SET body = excluded.body, etag = excluded.etag,
  version = excluded.version, updated_at = excluded.updated_at
"""


class _Job:
    """A commit waiting for its turn; ``done`` carries its success or its own error."""

    def __init__(
        self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]
    ) -> None:
        self.business, self.reads = business, reads
        self.writes = {key: (doc, encode(doc.data) if doc else "") for key, doc in writes.items()}
        self.done: Future[None] = Future()


class SqliteAdapter:
    """Documents in one SQLite file, shared by threads and processes of one machine.

    Args:
        path: the database file; its folder is made.
        durable: True waits for the disk (FULL) on every commit; False may lose the last commits on power
            loss, never consistency (NORMAL). Money needs True.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._durable = durable
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._turn = threading.Lock()
        self._waiting: list[_Job] = []
        self._waiting_lock = threading.Lock()
        self._lock_file = open(path.with_name(path.name + ".lock"), "a+b")  # noqa: SIM115 - held open
        with self._file_lock():
            self._writer = self._connect(writer=True)
            self._writer.execute(_TABLE)

    def ensure_indexes(self, indexes: Sequence[Index], append_only: Sequence[str]) -> None:
        """Build one partial index a declared query shape, and triggers for write-once collections."""
        with self._turn, self._file_lock():
            for index in indexes:
                fields = [f"json_extract(body, '$.{name}')" for name in (*index.equal, index.order) if name]
                self._writer.execute(
                    f'CREATE INDEX IF NOT EXISTS "ix_{index.name}" ON docs (b, {", ".join([*fields, "id"])}) '
                    f"WHERE c = '{index.collection}'"
                )
            for name in append_only:
                for event in ("UPDATE", "DELETE"):
                    self._writer.execute(
                        f'CREATE TRIGGER IF NOT EXISTS "once_{name}_{event}" BEFORE {event} ON docs '
                        f"WHEN old.c = '{name}' BEGIN SELECT RAISE(ABORT, '{name} is written once'); END"
                    )

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so it holds the lock."""
        with self._turn, self._file_lock():
            for connection in [*self._readers, self._writer]:
                connection.close()
        self._lock_file.close()

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        if len(keys) == 1:
            return [self._get(business, keys[0])]
        with self._reading() as reader:
            reader.execute("BEGIN")  # one snapshot for all of them
            try:
                return [self._get(business, key, reader) for key in keys]
            finally:
                reader.execute("COMMIT")

    def _get(self, business: str, key: Key, reader: sqlite3.Connection | None = None) -> Doc | None:
        with self._reading(reader) as connection:
            sql = f"SELECT {_COLUMNS} FROM docs WHERE b = ? AND c = ? AND id = ?"  # noqa: S608 - fixed columns
            row = connection.execute(sql, (business, key.collection, key.id)).fetchone()
            return _doc(row) if row else None

    def query(self, business: str, scan: Scan) -> list[Doc]:
        sql, values = _select(business, scan)
        with self._reading() as reader:
            return [_doc(row) for row in reader.execute(sql, values)]

    def commit(
        self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]
    ) -> None:
        """Join the next group of commits and wait until it is on disk; raises Conflict, Unavailable."""
        job = _Job(business, reads, writes)
        with self._waiting_lock:
            self._waiting.append(job)
        with self._turn:
            if not job.done.done():  # else the leader before us took our job along
                self._commit_waiting()
        job.done.result()

    def _commit_waiting(self) -> None:
        with self._file_lock():
            with self._waiting_lock:
                group, self._waiting = self._waiting, []
            outcomes: list[Exception | None] = []
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                outcomes = [self._apply(job) for job in group]
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                outcomes = [Unavailable(f"the database could not commit: {error}")] * len(group)
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
        for job, outcome in zip(group, outcomes, strict=True):
            if outcome is None:
                job.done.set_result(None)
            else:
                job.done.set_exception(outcome)

    def _apply(self, job: _Job) -> Exception | None:
        """Verify one job's reads, then write; a broken read or write leaves the others in the group alone."""
        if not all(self._holds(job.business, key, etag) for key, etag in job.reads.items()):
            return Conflict("a record changed after it was read")
        self._writer.execute("SAVEPOINT job")
        try:
            for key, (doc, body) in job.writes.items():
                self._write(job.business, key, doc, body)
        except sqlite3.IntegrityError as error:
            self._writer.execute("ROLLBACK TO job")
            return Refused(f"the database refused the write: {error}", code="append_only")
        finally:
            self._writer.execute("RELEASE job")
        return None

    def _holds(self, business: str, key: Key, etag: str | None) -> bool:
        row = self._writer.execute(
            "SELECT etag FROM docs WHERE b = ? AND c = ? AND id = ?", (business, key.collection, key.id)
        ).fetchone()
        return (row[0] if row else None) == etag

    def _write(self, business: str, key: Key, doc: Doc | None, body: str) -> None:
        if doc is None:
            place = (business, key.collection, key.id)
            self._writer.execute("DELETE FROM docs WHERE b = ? AND c = ? AND id = ?", place)
            return
        row = (business, *key, body, doc.etag, doc.version, doc.created_at, doc.updated_at)
        self._writer.execute(_UPSERT, row)

    @contextlib.contextmanager
    def _reading(self, given: sqlite3.Connection | None = None) -> Iterator[sqlite3.Connection]:
        try:
            yield given or self._reader()
        except sqlite3.Error as error:
            raise Unavailable(f"the database could not be read: {error}") from None

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(writer=False)
            self._readers.append(connection)
        return connection

    def _connect(self, *, writer: bool) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {1000 if writer else 0}")
        except sqlite3.Error as error:
            raise Unavailable(f"the database {self._path} cannot be opened: {error}") from None
        return connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def _select(business: str, scan: Scan) -> tuple[str, list[Any]]:
    """The one SELECT of a scan: equality, ranges, keyset continuation, order by field then id."""
    clauses = [f"b = ? AND c = '{scan.index.collection}'"]
    values: list[Any] = [business]
    for name, allowed in scan.equal:
        clauses.append(f"json_extract(body, '$.{name}') IN ({', '.join('?' * len(allowed))})")
        values += allowed
    order = f"json_extract(body, '$.{scan.index.order}')" if scan.index.order else None
    for where in scan.ranges:
        clauses.append(f"{order} {where.op} ?")
        values.append(where.value)
    columns = [order, "id"] if order else ["id"]
    if scan.after is not None:
        clauses.append(
            f"({', '.join(columns)}) {'<' if scan.descending else '>'} ({', '.join('?' * len(columns))})"
        )
        values += scan.after
    direction = "DESC" if scan.descending else "ASC"
    ordering = ", ".join(f"{column} {direction}" for column in columns)
    sql = f"SELECT {_COLUMNS} FROM docs WHERE {' AND '.join(clauses)} ORDER BY {ordering} LIMIT ?"  # noqa: S608
    return sql, [*values, scan.limit + 1]


def _doc(row: tuple[str, str, str, str, int, str, str]) -> Doc:
    collection, id_, body, etag, version, created_at, updated_at = row
    return Doc(Key(collection, id_), json.loads(body), etag, version, created_at, updated_at)
