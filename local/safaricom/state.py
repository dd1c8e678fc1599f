"""What simulated Safaricom knows: facts as JSON in one SQLite table, or in memory.

It stands for a system beyond ours, so its truth must survive our crash: a payment that was made stays made
when everything of ours is killed and started again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Fact = dict[str, Any]
_TABLE = """
CREATE TABLE IF NOT EXISTS facts (
  kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""


class State:
    """Facts by kind and id. ``path`` None keeps them in memory; one process at a time uses a file."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(_TABLE)

    @contextmanager
    def unit(self) -> Iterator[None]:
        """All changes inside happen together or not at all; other threads wait. May be nested."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth = 0

    def get(self, kind: str, id_: str) -> Fact | None:
        """One fact or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM facts WHERE kind=? AND id=?", (kind, id_)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, id_: str, fact: Fact) -> None:
        """Write a fact, new or replaced."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?,?,?)", (kind, id_, json.dumps(fact)))

    def delete(self, kind: str, id_: str) -> None:
        """Forget a fact; an absent one stays absent."""
        with self._lock:
            self._db.execute("DELETE FROM facts WHERE kind=? AND id=?", (kind, id_))

    def all(self, kind: str) -> list[tuple[str, Fact]]:
        """Every fact of a kind, in the order of ids."""
        return self._select("SELECT id, body FROM facts WHERE kind=? ORDER BY id", (kind,))

    def newest(self, kind: str, most: int) -> list[tuple[str, Fact]]:
        """The ``most`` facts with the highest ids, highest first."""
        return self._select("SELECT id, body FROM facts WHERE kind=? ORDER BY id DESC LIMIT ?", (kind, most))

    def first(self, kind: str, up_to: str) -> tuple[str, Fact] | None:
        """The fact with the lowest id, if that is not above ``up_to``."""
        rows = self._select(
            "SELECT id, body FROM facts WHERE kind=? AND id<=? ORDER BY id LIMIT 1", (kind, up_to)
        )
        return rows[0] if rows else None

    def count(self, name: str) -> int:
        """The next number of a counter, from 1."""
        with self.unit():
            number = int((self.get("counter", name) or {"n": 0})["n"]) + 1
            self.put("counter", name, {"n": number})
        return number

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _select(self, statement: str, values: tuple[Any, ...]) -> list[tuple[str, Fact]]:
        with self._lock:
            rows = self._db.execute(statement, values).fetchall()
        return [(row[0], json.loads(row[1])) for row in rows]
