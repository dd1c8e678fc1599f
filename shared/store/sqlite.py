"""SQLite: the embedded store. One file, WAL, group commit, nothing acknowledged before it is on disk.

Facts behind the choices: docs/decisions/0002-embedded-sqlite.md. Commits that wait together share one fsync.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from shared.core.errors import Permanent, Unavailable
from shared.store.model import Doc, Index, Key, Scan, Schema
from shared.store.sqlite_commit import Commit, CommitQueue
from shared.store.sqlite_file import SqliteFile

_TABLE = """
CREATE TABLE IF NOT EXISTS docs (
  b TEXT NOT NULL, c TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)),
  etag TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  PRIMARY KEY (b, c, id)) WITHOUT ROWID
"""
_SCAN = json.JSONDecoder().raw_decode
_MOST_KEYS = 400
"""Keys a statement: 801 values stay under the limit of every SQLite build (999)."""
_COLUMNS = "c, id, CAST(body AS BLOB), etag, version, created_at, updated_at"


class SqliteAdapter:
    """Documents in one SQLite file, shared by threads and processes of one machine.

    Args:
        path: the database file; its folder is made.
        durable: True waits for the disk (FULL) on every commit; False may lose the last commits on power
            loss, never consistency (NORMAL). Money needs True.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._file = SqliteFile(path, durable=durable, schema=_TABLE)
        self._queue = CommitQueue(self._file.writer, self._file.exclusive, durable=durable)

    def ensure_indexes(self, schema: Schema) -> None:
        """Build one partial index a declared query shape, and triggers for write-once collections."""

        def build(writer: sqlite3.Connection) -> None:
            with self._reading(writer):
                for statement in _schema(schema.indexes, sorted(schema.append_only)):
                    writer.execute(statement)

        self._queue.run(build)

    def close(self) -> None:
        """Close every connection; the last close may checkpoint, so it holds the lock."""
        if not self._file.closed:
            self._queue.run(lambda _writer: self._file.close())
            self._file.release()

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        with self._reading() as reader:
            if len(keys) <= _MOST_KEYS:  # one statement sees one moment
                found = _found(reader, business, keys)
            else:
                found = _found_in_parts(reader, business, keys)
        return [found.get(key) for key in keys]

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
        self._file.same_process()
        self._queue.submit(Commit(business, reads, writes, durable=durable))

    @contextlib.contextmanager
    def _reading(self, given: sqlite3.Connection | None = None) -> Iterator[sqlite3.Connection]:
        try:
            yield given or self._file.reader()
        except sqlite3.Error as error:
            raise Unavailable(f"the database could not be read: {error}") from None


def _found(reader: sqlite3.Connection, business: str, keys: Sequence[Key]) -> dict[Key, Doc]:
    values = [*(part for key in keys for part in key), business]
    docs = map(_doc, reader.execute(_by_key(len(keys)), values).fetchall())
    return {doc.key: doc for doc in docs}


def _found_in_parts(reader: sqlite3.Connection, business: str, keys: Sequence[Key]) -> dict[Key, Doc]:
    """More keys than a statement takes, as they are at one moment."""
    found: dict[Key, Doc] = {}
    reader.execute("BEGIN")
    try:
        for start in range(0, len(keys), _MOST_KEYS):
            found |= _found(reader, business, keys[start : start + _MOST_KEYS])
    finally:
        reader.execute("COMMIT")
    return found


@cache
def _by_key(keys: int) -> str:
    if keys == 1:
        return f"SELECT {_COLUMNS} FROM docs WHERE c = ? AND id = ? AND b = ?"  # noqa: S608 - fixed columns
    values = ", ".join(["(?, ?)"] * keys)
    # a cross join keeps its order, so that each key is looked up; for IN, SQLite reads the whole business
    return (
        f"WITH wanted (wanted_c, wanted_id) AS (VALUES {values}) SELECT {_COLUMNS} "  # noqa: S608
        "FROM wanted CROSS JOIN docs ON c = wanted_c AND id = wanted_id AND b = ?"
    )


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


def _doc(row: tuple[str, str, bytes, str, int, str, str]) -> Doc:
    collection, id_, body, etag, version, created_at, updated_at = row
    try:
        text = body.decode()
        data, end = _SCAN(text)
        if end != len(text):  # not as we write it
            data = json.loads(text)
    except ValueError:  # no JSON, or no UTF-8: the file was changed by other hands, or by a failing disk
        raise Permanent(f"{collection} '{id_}' is damaged", code="document_damaged") from None
    return Doc(Key(collection, id_), data, etag, version, created_at, updated_at)
