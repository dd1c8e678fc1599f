"""The drift report counts what people said of matches, and speaks up when shares leave what they were."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.core.clock import SystemClock
from shared.core.ids import SeededIds
from shared.matching.fitted import FIGURES
from shared.store import Key, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tools.admin_matching import FEWEST, apart, report

BUSINESS = "biz_drift"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = Store(SqliteAdapter(tmp_path / "drift.db", durable=False), SCHEMA, SystemClock(), SeededIds(1))
    store.ensure_indexes()
    yield store
    store.close()


def decided(store: Store, number: int, *steps: dict[str, Any]) -> None:
    """A payment with its decisions in order."""
    payment = f"mpesa-{number:04d}"
    paid = {"paid_at": f"2026-03-01T10:{number % 60:02d}:00.000Z", "matching": "auto", "status": "settled"}
    store.put(
        BUSINESS, Key("payments", payment), {**paid, "customer_id": "", "polling": False, "poll_at": ""}
    )
    for at, step in enumerate(steps):
        usual = {"payment_id": payment, "decided_at": f"2026-03-01T10:00:{at:02d}.000Z", "candidates": []}
        store.put(BUSINESS, Key("decisions", f"dec_{number}-{at}"), {**usual, **step})


def said(actor: str, decision: str, cents: int, sure: int = 1000, **more: Any) -> dict[str, Any]:
    links = [{"invoice_id": "inv_1", "cents": cents}] if cents else []
    return {"actor": actor, "decision": decision, "links": links, "confidence_milli": sure, **more}


def test_what_stood_was_undone_and_was_answered_is_counted(store: Store) -> None:
    decided(store, 1, said("engine", "auto", 500, 990, model="trees-1"))
    decided(store, 2, said("engine", "auto", 500, 985, model="trees-1"), said("usr_1", "review", 0))
    decided(store, 3, said("engine", "review", 500, 700, model="trees-1"), said("usr_1", "manual", 500))
    decided(store, 4, said("engine", "review", 500, 710, model="trees-1"), said("usr_1", "manual", 400))
    shadow = {"model": "clues-1", "decision": "review", "confidence_milli": 600, "same_links": True}
    decided(store, 5, said("engine", "review", 500, 300, model="trees-1", shadow=shadow))
    decided(store, 6, said("usr_1", "manual", 500))
    told = report(store, BUSINESS, 100)
    assert (told["decided"], told["auto"], told["review"]) == (5, 2, 3)
    assert (told["undone"], told["answered"], told["hit"]) == (1, 2, 1)
    assert (told["shadowed"], told["shadow_agrees"], told["models"]) == (1, 1, {"trees-1": 5})
    tenths = {one["from"]: (one["count"], one["right"]) for one in told["tenths"]}
    assert tenths == {0.7: (2, 0.5), 0.9: (2, 0.5)}, "an unanswered question says nothing"
    assert told["apart"] == {}, "five payments are no reason for alarm"
    assert report(store, "biz_other", 100)["models"] == {}


def test_only_the_newest_are_read(store: Store) -> None:
    for number in range(30):
        decided(store, number, said("engine", "auto", 500, 990))
    assert report(store, BUSINESS, 12)["decided"] == 12


def test_shares_that_left_what_they_were_are_named() -> None:
    many = 10 * FEWEST
    calm = Counter(decided=many, review=round(many * FIGURES["review_load"]), auto=many // 2)
    assert apart(calm) == {}
    loud = Counter(decided=many, review=many // 2, auto=many // 2, undone=many // 20, answered=many, hit=0)
    assert set(apart(loud)) == {"review_load", "review_hit", "false_credit"}
    few = Counter(decided=FEWEST - 1, review=FEWEST - 1)
    assert apart(few) == {}
