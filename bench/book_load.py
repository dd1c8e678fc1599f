"""A whole book written into a SQLite store at once: documents and matching keys in large transactions.

What ``write_customer`` and ``finalise_invoice`` would have left behind one by one, for benchmarks that need a
large book and not its making. Postings are gathered and sorted by SQLite, so memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bench.reconcile_store import BUSINESS, issued
from shared.books import customer_keys, invoice_keys
from shared.books.keys import MOST_IDS, key_places
from shared.matching.places import payer_place
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

AT = "2025-01-01T00:00:00.000Z"
CHUNK = 20_000
_PAIRS = "CREATE TEMP TABLE pairs (place TEXT, kind TEXT, value TEXT, subject TEXT, number TEXT)"
_GATHER = """
INSERT INTO docs (b, c, id, body, etag, version, created_at, updated_at)
SELECT ?, 'keys', place, json_object('common', json(iif(count(*) > ?, 'true', 'false')),
  'ids', iif(count(*) > ?, json('[]'), json_group_array(subject)), 'kind', kind,
  'numbers', iif(count(*) > ?, json('[]'), json_group_array(number)), 'value', value),
  'e_' || place, 1, ?, ? FROM (SELECT * FROM pairs ORDER BY place, subject) GROUP BY place
"""
_INSERT = "INSERT INTO docs (b, c, id, body, etag, version, created_at, updated_at) VALUES (?,?,?,?,?,1,?,?)"
Document = tuple[str, str, dict[str, Any]]
"""Collection, id and data."""


def load(path: Path, customers: Iterable[dict[str, Any]], invoices: Iterable[dict[str, Any]]) -> int:
    """Write a book into a new store; returns how many documents its keys are.

    Args:
        customers: rows of the generator: customer_id, name, phones, account_no; ``payers`` where known.
        invoices: rows of the generator, each as it is owed now.
    """
    adapter = SqliteAdapter(path, durable=False)
    adapter.ensure_indexes(SCHEMA)
    adapter.close()
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA temp_store = FILE")
        db.execute(_PAIRS)
        for rows in _chunks(map(_customer, customers)):
            _write(db, [row for row, _ in rows], [pair for _, pairs in rows for pair in pairs])
        for rows in _chunks(map(_invoice, invoices)):
            _write(db, [row for row, _ in rows], [pair for _, pairs in rows for pair in pairs])
        db.execute("BEGIN")
        made = db.execute(_GATHER, (BUSINESS, MOST_IDS, MOST_IDS, MOST_IDS, AT, AT)).rowcount
        db.execute("COMMIT")
        db.execute("DROP TABLE temp.pairs")
        db.execute("ANALYZE")
    finally:
        db.close()
    return made


def load_payers(path: Path, counts: dict[str, dict[str, int]]) -> None:
    """Write what is known of payers: for whom each paid, how often."""
    documents = [
        ("keys", payer_place(payer).id, {"kind": "payer", "value": payer, "ids": list(who), "counts": who})
        for payer, who in counts.items()
        if payer
    ]
    db = sqlite3.connect(path, isolation_level=None)
    _write(db, documents, [])
    db.close()


def _write(db: sqlite3.Connection, documents: list[Document], pairs: list[tuple[str, ...]]) -> None:
    db.execute("BEGIN")
    db.executemany(
        _INSERT,
        [
            (BUSINESS, c, id_, json.dumps(data, sort_keys=True, separators=(",", ":")), "e_" + id_, AT, AT)
            for c, id_, data in documents
        ],
    )
    if pairs:
        db.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?)", pairs)
    db.execute("COMMIT")


def _customer(row: dict[str, Any]) -> tuple[Document, list[tuple[str, ...]]]:
    data = {
        "name": row["name"],
        "phones": row["phones"],
        "account_no": row["account_no"] or "",
        "email": "",
        "kra_pin": "",
        "name_sort": row["name"].casefold(),
        "credit_cents": 0,
        "created_on": AT,
    }
    return ("customers", row["customer_id"], data), _pairs(row["customer_id"], customer_keys(data))


def _invoice(row: dict[str, Any]) -> tuple[Document, list[tuple[str, ...]]]:
    key, data = issued(row)
    return (key.collection, key.id, data), _pairs(key.id, invoice_keys(row["number"]), row["number"])


def _pairs(subject: str, keys: list[tuple[str, str]], number: str = "") -> list[tuple[str, ...]]:
    return [(place.id, kind, value, subject, number) for (kind, value), place in key_places(keys).items()]


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
