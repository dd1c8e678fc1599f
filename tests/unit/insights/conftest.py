"""Two businesses in one store: the one that asks, and another whose figures must never be counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from insights_world import Client, World, seed
from ledger_world import Ledger

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("insights") / "insights.db"
    # 22:30 UTC on the 17th is already the 18th in Nairobi
    clock = ManualClock(datetime(2026, 3, 17, 22, 30, tzinfo=UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    yield store
    store.close()


@pytest.fixture(scope="session")
def world(store: Store) -> World:
    world = World(store, "biz_duka")
    seed(world)
    seed(World(store, "biz_other"), factor=13)
    return world


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


@pytest.fixture
def ledger(store: Store, request: pytest.FixtureRequest) -> Ledger:
    """An empty business of its own for each test; the seeded ones lie in the same store."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:100]
    return Ledger(store, f"biz_{name}")
