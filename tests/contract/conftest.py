"""The adapters under contract. A new adapter is one more entry; the checks stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from shared.app import store_adapter
from shared.core.clock import SystemClock
from shared.core.ids import SystemIds
from shared.store import Store
from shared.store.indexes import SCHEMA as PRODUCT
from shared.store.model import Adapter
from shared.store.sqlite import SqliteAdapter
from tests.support.box import SCHEMA, Box


class Under(NamedTuple):
    """A store under contract: how to open it, how many random histories it is given, its marks.

    ``opens`` gets an empty folder and pytest's request, for the fixtures of servers: they skip with a reason
    where their server is missing.
    """

    opens: Callable[[Path, pytest.FixtureRequest], Adapter]
    histories: int
    marks: tuple[Any, ...] = ()


def open_sqlite(folder: Path, _request: pytest.FixtureRequest) -> Adapter:
    return SqliteAdapter(folder / "contract.db", durable=False)


def open_firestore(_folder: Path, request: pytest.FixtureRequest) -> Adapter:
    request.getfixturevalue("firestore_emulator")
    return store_adapter("firestore://contract")


def open_mongo(_folder: Path, request: pytest.FixtureRequest) -> Adapter:
    return store_adapter(request.getfixturevalue("mongo_server").url())


ADAPTERS = {
    "sqlite": Under(open_sqlite, histories=100),
    "firestore": Under(open_firestore, histories=15, marks=(pytest.mark.emulator,)),
    "mongo": Under(open_mongo, histories=15, marks=(pytest.mark.emulator,)),
}


@pytest.fixture(scope="session", params=[pytest.param(name, marks=ADAPTERS[name].marks) for name in ADAPTERS])
def adapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    """One open adapter for the whole session; each check uses a business of its own."""
    opened = ADAPTERS[request.param].opens(tmp_path_factory.mktemp("contract"), request)
    opened.ensure_indexes(SCHEMA)
    opened.ensure_indexes(SCHEMA)  # a second start changes nothing
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=[pytest.param(name, marks=ADAPTERS[name].marks) for name in ADAPTERS])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Every adapter in turn, with the product's own collections and the machine's clock."""
    folder = tmp_path_factory.mktemp(request.module.__name__.rpartition(".")[2])
    opened = Store(ADAPTERS[request.param].opens(folder, request), PRODUCT, SystemClock(), SystemIds())
    opened.ensure_indexes()
    yield opened
    opened.close()


@pytest.fixture
def histories(request: pytest.FixtureRequest, adapter: Adapter) -> int:
    """How many random histories the adapter is given; those behind a network get fewer."""
    return ADAPTERS[request.node.callspec.params["adapter"]].histories


@pytest.fixture
def box(adapter: Adapter) -> Box:
    """A fresh business over the adapter."""
    return Box(adapter)
