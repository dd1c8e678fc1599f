"""The adapters under contract. A new adapter is one more entry; the checks stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.store.model import Adapter
from shared.store.sqlite import SqliteAdapter
from tests.support.box import SCHEMA, Box


def open_sqlite(folder: Path) -> Adapter:
    return SqliteAdapter(folder / "contract.db", durable=False)


ADAPTERS: dict[str, Callable[[Path], Adapter]] = {"sqlite": open_sqlite}


@pytest.fixture(scope="session", params=sorted(ADAPTERS))
def adapter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    """One open adapter for the whole session; each check uses a business of its own."""
    opened = ADAPTERS[request.param](tmp_path_factory.mktemp("contract"))
    opened.ensure_indexes(SCHEMA)
    opened.ensure_indexes(SCHEMA)  # a second start changes nothing
    yield opened
    opened.close()


@pytest.fixture
def box(adapter: Adapter) -> Box:
    """A fresh business over the adapter."""
    return Box(adapter)
