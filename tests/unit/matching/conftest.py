"""Fixtures of the matching tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from matching_world import NAMES, Desk, Shop

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("matching") / "matching.db"
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    yield store
    store.close()


@pytest.fixture
def shop(store: Store, request: pytest.FixtureRequest) -> Shop:
    """A business of its own for each test, with four customers."""
    return _peopled(store, "biz_" + "".join(c if c.isalnum() else "-" for c in request.node.name)[:100])


@pytest.fixture
def fresh_shop(store: Store) -> Callable[[], Shop]:
    """For tests that try many stories: a business of its own for each call."""
    return lambda: _peopled(store, f"biz_fresh-{next(_FRESH)}")


_FRESH = itertools.count()


def _peopled(store: Store, business: str) -> Shop:
    shop = Shop(store, business)
    for who in NAMES:
        shop.customer(who)
    return shop
