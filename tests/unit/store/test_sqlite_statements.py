"""What SQLite makes of our statements: no commit reads all documents; a damaged one is named, not shown."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from shared.core.clock import SystemClock
from shared.core.errors import Permanent
from shared.core.ids import SystemIds
from shared.store import Key, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import _TABLE, SqliteAdapter
from shared.store.sqlite_commit import _broken, _delete, _upsert


@pytest.mark.parametrize(("statement", "values"), [(_delete, 3), (_broken, 5), (_upsert, 8)])
def test_no_statement_of_a_commit_reads_all_documents(statement: object, values: int) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute(_TABLE)
        sql = "EXPLAIN QUERY PLAN " + statement(100)  # type: ignore[operator]
        plan = [row[3] for row in db.execute(sql, ["x"] * values * 100)]
    assert not any(step.startswith("SCAN docs") for step in plan), plan


def test_a_damaged_document_is_named_and_not_shown(tmp_path: Path) -> None:
    body = b'{"recorded_at":"2026","memo":"Wanjiku \xe9"}'  # which is Latin-1
    path = tmp_path / "store.db"
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, SystemClock(), SystemIds())
    store.ensure_indexes()
    key = Key("journal", "pay-1")
    store.create("biz", key, {"recorded_at": "2026", "memo": "Wanjiku"})
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute('DROP TRIGGER "once_journal_UPDATE"')
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE docs SET body = CAST(? AS TEXT) WHERE id = 'pay-1'", (body,))
    for read in (
        lambda: store.get("biz", key),
        lambda: store.query("biz", Query("journal", (), "recorded_at")),
    ):
        with pytest.raises(Permanent, match="journal 'pay-1' is damaged") as damaged:
            read()
        assert damaged.value.code == "document_damaged"
        assert "Wanjiku" not in str(damaged.value)
    store.close()
