"""One SQLite file as the store and the embedded bus share it: connections, and the lock around every write.

Write transactions are serialised by a lock file, which is fair between processes and keeps checkpoints from
racing each other (the WAL-reset bug of SQLite before 3.51.3); readers never checkpoint.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from shared.core.errors import Unavailable

CHECKPOINT_PAGES = 4000
"""16 MB of log: a checkpoint holds up every commit, and writes a page once however often it changed."""


class SqliteFile:
    """A database file of one process: a writer for whoever holds the lock, a reader for each thread.

    Args:
        path: the database file; its folder is made.
        durable: True waits for the disk at every COMMIT (FULL), else only at checkpoints (NORMAL).
        schema: statements that may be run again.
    """

    def __init__(self, path: Path, *, durable: bool, schema: str) -> None:
        self._path = path
        self._durable = durable
        self._process = os.getpid()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_file = open(path.with_name(path.name + ".lock"), "a+b")  # noqa: SIM115 - held open
        except OSError as error:
            raise Unavailable(f"the database {path} cannot be opened: {error}") from None
        try:
            with self.exclusive():
                self.writer = self._connect(writer=True, schema=schema)
        except Unavailable:
            self._lock_file.close()
            raise

    def reader(self) -> sqlite3.Connection:
        """This thread's connection for reading."""
        self.same_process()
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(writer=False)
            self._readers.append(connection)
        return connection

    def same_process(self) -> None:
        """After a fork both processes would hold one lock and one connection: SQLite forbids it."""
        if os.getpid() != self._process:
            raise Unavailable("the store was opened before a fork; open it again in this process")

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock file; raises Unavailable when it cannot be had."""
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        except (OSError, ValueError) as error:  # ValueError: the file is closed
            raise Unavailable(f"the database cannot be locked: {error}") from None
        try:
            yield
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    @property
    def closed(self) -> bool:
        return self._lock_file.closed

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so the caller holds the lock."""
        for connection in [*self._readers, self.writer]:
            connection.close()

    def release(self) -> None:
        """Let go of the lock file, after ``close``."""
        self._lock_file.close()

    def _connect(self, *, writer: bool, schema: str = "") -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES if writer else 0}")
            connection.executescript(schema)
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise Unavailable(f"the database {self._path} cannot be opened: {error}") from None
        return connection
