"""The hand-computed business once for the whole room, beside another whose figures must never be counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reports_world import BEGIN, Client, Ports, World, ports_of, seed

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


def new_store(path: Path) -> Store:
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, ManualClock(BEGIN), SeededIds(1))
    store.ensure_indexes()
    return store


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only: whoever writes takes ``fresh``."""
    store = new_store(tmp_path_factory.mktemp("reports") / "reports.db")
    world = World(store)
    seed(world)
    yield world
    store.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """An empty business in a store of its own, with the clock at its beginning."""
    store = new_store(tmp_path / "fresh.db")
    yield World(store)
    store.close()


@pytest.fixture
def ports(fresh: World, tmp_path: Path) -> Ports:
    return ports_of(fresh, tmp_path / "bucket")


@pytest.fixture
def client(ports: Ports) -> Client:
    return Client(ports)
