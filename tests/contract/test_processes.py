"""Six processes deliver the same payments, some die by kill -9: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.crew import Crew, booked, figures
from tests.support.deliveries import deliver, open_books, prepare


class Place(NamedTuple):
    """Where a store is and how much it is given to do: its STORE_URL, payments, workers killed."""

    url: Callable[[Path, pytest.FixtureRequest], str]
    payments: int
    kills: int


def sqlite_url(folder: Path, _request: pytest.FixtureRequest) -> str:
    return f"sqlite:///{folder}/p.db"


PLACES = {"sqlite": Place(sqlite_url, payments=900, kills=4)}
MARKS = {"sqlite": ()}


@pytest.mark.parametrize("name", [pytest.param(name, marks=MARKS[name]) for name in PLACES])
def test_redelivery_and_kills_lose_and_double_nothing(
    name: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    place = PLACES[name]
    url = place.url(tmp_path, request)
    with closing(open_books(url)) as books:
        prepare(books)
        crew = Crew(url, tmp_path / "log", place.payments, place.kills)
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
