"""The queue's SQLite file: group commit for writers, and the lock file that the store takes as well.

The queue shares the store's file. A WAL is recovered as a prefix, so whatever was written after a queue row
can only survive a power cut together with it: when the deletion of an outbox row is on disk, the queue rows
written before it are too. That is why ``synchronous=NORMAL`` is enough here, with no fsync of our own, while
money waits for FULL in the store. A queue in a file of its own has no such neighbour and must be durable.
Write transactions hold ``<file>.lock``, the store's guard against the WAL-reset bug (SQLite before 3.51.3);
readers never checkpoint.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from shared.core.errors import Unavailable
from shared.store.group import GroupCommit, Job
from shared.store.sqlite_file import SqliteFile

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

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


class _Write(Job):
    """One piece of work for the next write transaction."""

    def __init__(self, work: Work[Any]) -> None:
        super().__init__()
        self.work = work


class SqliteQueue:
    """One write connection shared by group commit, one read connection a thread.

    Args:
        path: the database file, normally the store's own; its folder is made.
        durable: True waits for the disk on every commit; needed only when the file is not the store's.
    """

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        self._file = SqliteFile(path, durable=durable, schema=_SCHEMA)
        self._file.writer.row_factory = sqlite3.Row
        self._alone = threading.Lock()
        self._group: GroupCommit[_Write] = GroupCommit(self._commit)

    def write(self, work: Work[T]) -> T:
        """Run ``work`` in the next write transaction, together with whoever waits; raises Unavailable.

        It only executes statements: its neighbours in the group are rolled back with it.
        """
        return cast(T, self._group.submit(_Write(work)))

    def read(self, sql: str, values: Mapping[str, Any] | None = None) -> list[sqlite3.Row]:
        """Run one SELECT on this thread's read connection; raises Unavailable."""
        try:
            return _named(self._file.reader(), sql, values or {}).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"the queue could not be read: {error}") from None

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so it holds the lock."""
        if not self._file.closed:
            with self._alone, self._file.exclusive():
                self._file.close()
            self._file.release()

    def _commit(self, group: list[_Write]) -> None:
        with self._alone, self._file.exclusive():
            writer = self._file.writer
            try:
                writer.execute("BEGIN IMMEDIATE")
                results = [_without_cursor(job.work(writer)) for job in group]
                writer.execute("COMMIT")
            except sqlite3.Error as error:
                raise Unavailable(f"the queue could not be written: {error}") from None
            finally:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
        for job, result in zip(group, results, strict=True):
            job.done.set_result(result)


def _without_cursor(result: Any) -> Any:
    """A cursor would reset its statement whenever its owner drops it, under the feet of the next writer."""
    if isinstance(result, sqlite3.Cursor):
        result.close()
        return None
    return result


def _named(connection: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> sqlite3.Cursor:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, values)
