"""Questions about what looks wrong are answered from the alerts, with their records, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.alerts.findings import DETECTORS
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.insights.answer import Answer
from shared.insights.ask import ask
from shared.insights.vocabulary import LABELS
from shared.store import Key, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS = "biz_duka"


class Books:
    """What answering needs."""

    planner = phraser = None

    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, store.clock

    def alert(self, name: str, business: str = BUSINESS, **changed: object) -> None:
        fields = {
            "detector": "duplicate_payment", "state": "open", "score_milli": 950, "cents": 432_100,
            "party_label": "WANJIRU", "day": "2026-03-05", "happened_at": "2026-03-05T09:00:00.000Z",
            "raised_at": "2026-03-05T09:01:00.000Z", "told": True, "count": 1, "records": ["payments/x"],
        }  # fmt: skip
        self.store.put(business, Key("alerts", name), {**fields, **changed})

    def ask(self, question: str) -> Answer:
        return ask(self, BUSINESS, question)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    clock = ManualClock(datetime(2026, 3, 17, 22, 30, tzinfo=UTC))
    store = Store(SqliteAdapter(tmp_path / "db", durable=False), SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    yield Books(store)
    store.close()


def test_the_gravest_first_and_only_open_ones_are_listed(books: Books) -> None:
    books.alert("alr_1", score_milli=700, detector="velocity", cents=1_000_00)
    books.alert("alr_2")
    books.alert("alr_3", state="handled", detector="off_hours")
    books.alert("alr_4", detector="held_back", cents=0)
    books.alert("alr_5", raised_at="2026-02-05T09:00:00.000Z")
    books.alert("alr_6", business="biz_other")
    answer = books.ask("Is there anything suspicious this month?")
    assert answer.intent == "anomalies"
    assert answer.text.startswith(
        "3 things look wrong and 2 are still open. The gravest: paid twice, KES 4,321.00 (5 March 2026)."
    )
    assert answer.table is not None
    assert [(row.name, row.record_id) for row in answer.table.rows] == [
        ("paid twice", "alr_2"),
        ("too many in a short time", "alr_1"),
    ]
    cited = {cited.fact: cited.record_ids for cited in answer.citations}
    assert cited["alert:alr_2"] == ["alr_2"]
    assert cited["alerts"] == ["alr_1", "alr_2", "alr_3"]


def test_only_duplicate_payments_when_that_is_asked(books: Books) -> None:
    books.alert("alr_1", detector="velocity")
    books.alert("alr_2")
    answer = books.ask("Were there any duplicate payments this month?")
    assert answer.plan is not None
    assert answer.plan.filters.kind == "duplicate_payment"
    assert [fact.value for fact in answer.facts if fact.id == "alerts"] == ["1"]


def test_nothing_wrong_and_all_dealt_with(books: Books) -> None:
    assert books.ask("Is there anything suspicious this month?").text.startswith("Nothing looked wrong")
    books.alert("alr_1", state="not_a_problem")
    assert "all are dealt with" in books.ask("Is there anything suspicious this month?").text


def test_in_swahili(books: Books) -> None:
    books.alert("alr_1")
    answer = books.ask("Kuna malipo yoyote ya kutiliwa shaka mwezi huu?")
    assert answer.language == "sw"
    assert "malipo mara mbili, KES 4,321.00" in answer.text


def test_every_detector_has_a_label(books: Books) -> None:
    for language in ("en", "sw"):
        assert set(DETECTORS) <= set(LABELS[language])
