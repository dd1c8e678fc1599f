"""A place on disk for what a whole journal comes to: memory stays flat however long the books are.

SQLite's own private temporary file (an empty name): it is gone when it is closed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

from shared.books.chart import group
from shared.store import Data, Doc

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE sealed (id TEXT PRIMARY KEY, sha256 TEXT, block INTEGER, seen INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TABLE totals (block INTEGER, currency TEXT, account TEXT, said INTEGER, found INTEGER DEFAULT 0,
  PRIMARY KEY (block, currency, account)) WITHOUT ROWID;
CREATE TABLE sums (account TEXT, currency TEXT, cents INTEGER, last TEXT, seen INTEGER DEFAULT 0,
  PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE facts (kind TEXT, subject TEXT, entry TEXT, cents INTEGER, currency TEXT, proof TEXT, memo TEXT,
  seen INTEGER DEFAULT 0, PRIMARY KEY (kind, subject)) WITHOUT ROWID;
CREATE TABLE links (invoice TEXT PRIMARY KEY, cents INTEGER) WITHOUT ROWID;
"""


class Scratch:
    """Tables of sums and sightings; a context manager."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def rows(self, sql: str, *values: Any) -> Iterator[Any]:
        """The rows of a SELECT."""
        yield from self._db.execute(sql, values)

    def one(self, sql: str, *values: Any) -> Any:
        """The first row of a SELECT, None when there is none."""
        return self._db.execute(sql, values).fetchone()

    def do(self, sql: str, *values: Any) -> int:
        """Change rows; returns how many."""
        return self._db.execute(sql, values).rowcount

    def many(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        """Change rows once for each tuple."""
        self._db.executemany(sql, values)

    def add_block(self, number: int, data: Data) -> list[str]:
        """Keep what a block says of its entries; returns the ids that an earlier block holds as well."""
        twice = []
        for sealed in data["entries"]:
            added = self.do(
                "INSERT OR IGNORE INTO sealed (id, sha256, block) VALUES (?, ?, ?)",
                sealed["id"],
                sealed["sha256"],
                number,
            )
            if not added:
                twice.append(sealed["id"])
        said = [
            (number, currency, account, cents)
            for currency, accounts in data["totals"].items()
            for account, cents in accounts.items()
        ]
        self.many("INSERT INTO totals (block, currency, account, said) VALUES (?, ?, ?, ?)", said)
        return twice

    def add_entry(self, entry: Doc, block: int) -> None:
        """Add an entry's legs to its accounts and, with ``block`` above zero, to what its block holds."""
        data = entry.data
        legs = [
            (leg["account"], data["currency"], leg["amount"], data["recorded_at"]) for leg in data["legs"]
        ]
        self.many(
            "INSERT INTO sums (account, currency, cents, last) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET cents = cents + excluded.cents, last = max(last, excluded.last)",
            legs,
        )
        if block:
            grouped = [(block, currency, group(account), cents) for account, currency, cents, _ in legs]
            self.many(
                "INSERT INTO totals (block, currency, account, said, found) VALUES (?, ?, ?, 0, ?) "
                "ON CONFLICT DO UPDATE SET found = found + excluded.found",
                grouped,
            )

    def add_fact(self, entry: Doc) -> None:
        """Keep which document an entry books; the sum of its debits is what it is about."""
        data = entry.data
        cents = sum(leg["amount"] for leg in data["legs"] if leg["amount"] > 0)
        self.do(
            "INSERT OR IGNORE INTO facts (kind, subject, entry, cents, currency, proof, memo) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            data["kind"],
            data["source"]["id"],
            entry.id,
            cents,
            data["currency"],
            data["source"].get("sha256", ""),
            data["memo"],
        )

    def fact(self, kind: str, subject: str) -> Any:
        """``(entry, cents, currency, proof, memo)`` of the entry of this kind about a document; marks it as
        seen."""
        self.do("UPDATE facts SET seen = 1 WHERE kind = ? AND subject = ?", kind, subject)
        return self.one(
            "SELECT entry, cents, currency, proof, memo FROM facts WHERE kind = ? AND subject = ?",
            kind,
            subject,
        )

    def balance(self, account: str) -> dict[str, int]:
        """Cents by currency of one account; marks it as seen."""
        self.do("UPDATE sums SET seen = 1 WHERE account = ?", account)
        return dict(self.rows("SELECT currency, cents FROM sums WHERE account = ?", account))
