"""Six processes deliver the same payments, some die by kill -9: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.crew import Crew, booked, figures
from tests.support.deliveries import deliver, open_books, prepare
from tests.support.mongo_server import MongoServer


class Place(NamedTuple):
    """Where a store is (its STORE_URL) and how much it is given to do, behind a network less.

    ``after_kill`` is what else happens each time that a worker was killed.
    """

    url: Callable[[Path, pytest.FixtureRequest], str]
    payments: int
    kills: int
    marks: tuple[Any, ...] = ()
    after_kill: Callable[[pytest.FixtureRequest], None] = lambda _request: None


def sqlite_url(folder: Path, _request: pytest.FixtureRequest) -> str:
    return f"sqlite:///{folder}/p.db"


def firestore_url(_folder: Path, request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("firestore_emulator")
    return f"firestore://{request.getfixturevalue('project')}"


def mongo_url(_folder: Path, request: pytest.FixtureRequest) -> str:
    server: MongoServer = request.getfixturevalue("own_mongo_server")
    return server.url("books")


def restart_mongo(request: pytest.FixtureRequest) -> None:
    """Kill the server too. Where a client dies inside a transaction, MongoDB gives its locks back after a
    minute, this server never does; so the restart is needed, and shows that what it acknowledged is on disk.
    """
    request.getfixturevalue("own_mongo_server").restart()


PLACES = {
    "sqlite": Place(sqlite_url, payments=900, kills=4),
    "firestore": Place(firestore_url, payments=200, kills=4, marks=(pytest.mark.emulator,)),
    "mongo": Place(mongo_url, payments=90, kills=2, marks=(pytest.mark.emulator,), after_kill=restart_mongo),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=PLACES[name].marks) for name in PLACES])
def test_redelivery_and_kills_lose_and_double_nothing(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    place = PLACES[name]
    url = place.url(tmp_path, request)
    with closing(open_books(url)) as books:
        prepare(books)
        crew = Crew(url, tmp_path / "log", place.payments, place.kills, lambda: place.after_kill(request))
        try:
            crew.work()
        finally:
            crew.end()
        result = figures(crew, books, place.payments)
        with capsys.disabled():
            print("\n" + json.dumps({"store": name, **result}))
        zeros = ("lost", "over_allocated", "trial_balance", "mismatched")
        assert {figure: result[figure] for figure in zeros} == dict.fromkeys(zeros, 0)
        assert crew.killed == place.kills
        found = booked(books, place.payments)
        assert len(found) == place.payments
        for payment in range(place.payments):
            deliver(books, payment, "last")
        assert booked(books, place.payments) == found, "a last redelivery changed something"
