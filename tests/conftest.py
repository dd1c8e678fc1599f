"""Fixtures for all tests, and skips that say plainly what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.support.bus import RecordingBus

SHARED_DATA = Path(os.environ.get("HESABU_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
MISSING_DATA = "the labelled data is not here: put it beside the checkout as ../shared, or set HESABU_SHARED"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests marked ``shared_data`` need the folder; with REQUIRE_SHARED=1 its absence is a failure."""
    if item.get_closest_marker("shared_data") and not SHARED_DATA.is_dir():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(MISSING_DATA, pytrace=False)
        pytest.skip(MISSING_DATA)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of labelled data; use it in tests marked ``shared_data``."""
    return SHARED_DATA


@pytest.fixture
def clock() -> ManualClock:
    """Sunday 1 March 2026, noon in Nairobi; it moves only when told to."""
    return ManualClock(datetime(2026, 3, 1, 9, tzinfo=UTC))


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds("tests")


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock, ids: SeededIds) -> Iterator[Store]:
    """A real store in a file of its own, with Hesabu's indexes."""
    opened = Store(SqliteAdapter(tmp_path / "store.db", durable=False), SCHEMA, clock, ids)
    opened.ensure_indexes()
    yield opened
    opened.close()


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


@pytest.fixture
def outbox(store: Store, bus: RecordingBus) -> Outbox:
    return Outbox(store, bus)
