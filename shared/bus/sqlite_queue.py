"""The queue's SQLite file: group commit for writers, and the lock file that the store takes as well.

The queue shares the store's file. A WAL is recovered as a prefix, so whatever was written after a queue row
can only survive a power cut together with it: when the deletion of an outbox row is on disk, the queue rows
written before it are too. That is why ``synchronous=NORMAL`` is enough here, with no fsync of our own, while
money waits for FULL in the store. A queue in a file of its own has no such neighbour and must be durable.
Write transactions hold ``<file>.lock``, the store's guard against the WAL-reset bug (SQLite before 3.51.3);
readers never checkpoint.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from shared.core.errors import Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, type TEXT NOT NULL,
  event_id TEXT NOT NULL, copy INTEGER NOT NULL DEFAULT 0, business TEXT NOT NULL, body TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, published INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'dead')),
  lease_until INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
  UNIQUE (consumer, event_id, copy));
CREATE INDEX IF NOT EXISTS queue_ready ON queue (consumer, seq) WHERE state = 'ready';
CREATE INDEX IF NOT EXISTS queue_leased ON queue (consumer, business) WHERE state = 'leased';
"""


class SqliteQueue:
    """One write connection shared by group commit, one read connection a thread.

    Args:
        path: the database file, normally the store's own; its folder is made.
        durable: True waits for the disk on every commit; needed only when the file is not the store's.
    """

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._synchronous = "FULL" if durable else "NORMAL"
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._turn = threading.Lock()
        self._waiting: list[tuple[Job[Any], Future[Any]]] = []
        self._waiting_lock = threading.Lock()
        self._lock_file = open(path.with_name(path.name + ".lock"), "a+b")  # noqa: SIM115 - held open
        try:
            with self._file_lock():
                self._writer = self._connect(checkpoint_pages=1000)
                self._writer.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self._lock_file.close()
            raise Unavailable(f"the queue {path} cannot be opened: {error}") from None

    def write(self, job: Job[T]) -> T:
        """Run ``job`` in the next write transaction, together with whoever waits; raises Unavailable.

        A job only executes statements: its neighbours in the group are rolled back with it.
        """
        done: Future[T] = Future()
        with self._waiting_lock:
            self._waiting.append((job, done))
        with self._turn:
            if not done.done():  # else the leader before us took our job along
                self._commit_waiting()
        return done.result()

    def read(self, sql: str, values: Mapping[str, Any] | None = None) -> list[sqlite3.Row]:
        """Run one SELECT on this thread's read connection; raises Unavailable."""
        try:
            return self._reader().execute(sql, values or {}).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"the queue could not be read: {error}") from None

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so it holds the lock."""
        if self._lock_file.closed:
            return
        with self._turn, self._file_lock():
            for connection in [*self._readers, self._writer]:
                connection.close()
        self._lock_file.close()

    def _commit_waiting(self) -> None:
        with self._file_lock():
            with self._waiting_lock:
                group, self._waiting = self._waiting, []
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                results = [job(self._writer) for job, _ in group]
                self._writer.execute("COMMIT")
            except BaseException as error:
                # an interrupt may strike here too: whoever waits must hear of it, the next group begins anew
                self._fail(group, Unavailable(f"the queue could not be written: {error}"))
                if not isinstance(error, sqlite3.Error):
                    raise
                return
        for (_, done), result in zip(group, results, strict=True):
            done.set_result(result)

    def _fail(self, group: list[tuple[Job[Any], Future[Any]]], error: Unavailable) -> None:
        for _, done in group:
            done.set_exception(error)
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(checkpoint_pages=0)
            self._readers.append(connection)
        return connection

    def _connect(self, *, checkpoint_pages: int) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _file_lock(self) -> Iterator[None]:
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        except (OSError, ValueError) as error:  # ValueError: the queue is closed
            raise Unavailable(f"the queue cannot be locked: {error}") from None
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)
