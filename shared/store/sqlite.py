"""SQLite: the embedded store. One file, WAL, group commit, nothing acknowledged before it is on disk.

Facts behind the choices (docs/decisions/0002-embedded-sqlite.md): write transactions are serialised by a lock
file, which is fair between processes and keeps checkpoints from racing each other (the WAL-reset bug of
SQLite before 3.51.3); readers never checkpoint. Commits that wait for the lock together share one fsync.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from shared.core.errors import Unavailable
from shared.store.model import Doc, Index, Key, Scan
from shared.store.sqlite_commit import Commit, CommitQueue

_TABLE = """
CREATE TABLE IF NOT EXISTS docs (
  b TEXT NOT NULL, c TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)),
  etag TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  PRIMARY KEY (b, c, id)) WITHOUT ROWID
"""
_CHECKPOINT_PAGES = 4000
"""16 MB of log: a checkpoint holds up every commit, and writes a page once however often it changed."""
_COLUMNS = "c, id, body, etag, version, created_at, updated_at"


class SqliteAdapter:
    """Documents in one SQLite file, shared by threads and processes of one machine.

    Args:
        path: the database file; its folder is made.
        durable: True waits for the disk (FULL) on every commit; False may lose the last commits on power
            loss, never consistency (NORMAL). Money needs True.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._durable = durable
        self._process = os.getpid()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._lock_file = _open_lock(path)
        try:
            with self._file_lock():
                writer = self._connect(writer=True)
        except Unavailable:
            self._lock_file.close()
            raise
        self._queue = CommitQueue(writer, self._file_lock, durable=durable)

    def ensure_indexes(self, indexes: Sequence[Index], append_only: Sequence[str]) -> None:
        """Build one partial index a declared query shape, and triggers for write-once collections."""

        def build(writer: sqlite3.Connection) -> None:
            with self._reading(writer):
                for statement in _schema(indexes, append_only):
                    writer.execute(statement)

        self._queue.run(build)

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so it holds the lock."""

        def shut(writer: sqlite3.Connection) -> None:
            for connection in [*self._readers, writer]:
                connection.close()

        if not self._lock_file.closed:
            self._queue.run(shut)
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
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        """Join the next group of commits and wait until it is on disk; raises Conflict, Unavailable."""
        self._same_process()
        self._queue.submit(Commit(business, reads, writes, durable=durable))

    @contextlib.contextmanager
    def _reading(self, given: sqlite3.Connection | None = None) -> Iterator[sqlite3.Connection]:
        try:
            yield given or self._reader()
        except sqlite3.Error as error:
            raise Unavailable(f"the database could not be read: {error}") from None

    def _same_process(self) -> None:
        """After a fork both processes would hold one lock and one connection: SQLite forbids it."""
        if os.getpid() != self._process:
            raise Unavailable("the store was opened before a fork; open it again in this process")

    def _reader(self) -> sqlite3.Connection:
        self._same_process()
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(writer=False)
            self._readers.append(connection)
        return connection

    def _connect(self, *, writer: bool) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES if writer else 0}")
            if writer:
                connection.execute(_TABLE)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise Unavailable(f"the database {self._path} cannot be opened: {error}") from None
        return connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        except (OSError, ValueError) as error:  # ValueError: the store is closed
            raise Unavailable(f"the database cannot be locked: {error}") from None
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)


def _open_lock(path: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path.with_name(path.name + ".lock"), "a+b")
    except OSError as error:
        raise Unavailable(f"the database {path} cannot be opened: {error.strerror}") from None


def _schema(indexes: Sequence[Index], append_only: Sequence[str]) -> Iterator[str]:
    for index in indexes:
        fields = [f"json_extract(body, '$.{name}')" for name in (*index.equal, index.order) if name]
        yield (
            f'CREATE INDEX IF NOT EXISTS "ix_{index.name}" ON docs (b, {", ".join([*fields, "id"])}) '
            f"WHERE c = '{index.collection}'"
        )
    for name in append_only:
        for event in ("UPDATE", "DELETE"):
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "once_{name}_{event}" BEFORE {event} ON docs '
                f"WHEN old.c = '{name}' BEGIN SELECT RAISE(ABORT, '{name} is written once'); END"
            )


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
