"""A watched business on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alerts_world import Client, Desk

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


@pytest.fixture
def desk(store: Store, clock: ManualClock) -> Desk:
    return Desk(store, clock)


@pytest.fixture
def client(desk: Desk) -> Client:
    return Client(desk)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for every example of a property; each takes a business of its own."""
    path = tmp_path_factory.mktemp("alerts") / "lasting.db"
    clock = ManualClock(datetime(2026, 3, 1, 9, tzinfo=UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    yield store
    store.close()
