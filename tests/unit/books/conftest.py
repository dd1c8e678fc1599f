"""A real store in a temporary file, and a business with two customers for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from books_world import Books, RecordingBus

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("books") / "books.db"
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    yield store
    store.close()


@pytest.fixture
def books(store: Store, request: pytest.FixtureRequest) -> Books:
    """A business of its own for each test, with customers ``cus_a`` and ``cus_b``."""
    business = "biz_" + "".join(c if c.isalnum() else "-" for c in request.node.name)[:100]
    books = Books(store, RecordingBus(), business)
    books.customer("cus_a", "Wanjiku Kamau", phones=["0712 345 678"], account_no="HW-17")
    books.customer("cus_b", "Otieno Odhiambo Ltd")
    return books
