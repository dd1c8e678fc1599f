"""``make run STORE=firestore BUS=pubsub``: ninety days replayed through Pub/Sub leave the embedded books."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.demo import DemoSummary, load
from local.demo.people import BUSINESS
from local.system import System
from shared.books import trial_balance
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from tests.e2e.final import Final, final
from tests.e2e.world import settings_in

pytestmark = pytest.mark.emulator

TODAY = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def loaded(folder: Path, **given: str) -> tuple[DemoSummary, Final, dict[str, int], dict[str, object]]:
    """The summary, every document, the trial balance and the figures of the status page."""
    system = System(settings_in(folder, **given), ManualClock(TODAY), SeededIds(5))
    system.start()
    try:
        summary = load(system, say=[].append, receipts=False)
        totals = trial_balance(system.app.store, BUSINESS).totals
        return summary, final(system.app.store, BUSINESS), totals, system.status()
    finally:
        system.stop()


def test_the_demo_over_pubsub_and_firestore_leaves_the_embedded_books(
    tmp_path: Path, firestore_emulator: str, pubsub_emulator: str
) -> None:
    project = f"demo-{uuid.uuid4().hex[:12]}"
    urls = {"store_url": f"firestore://{project}", "bus_url": f"pubsub://{project}"}
    ours, our_books, our_totals, status = loaded(tmp_path / "emulators", **urls)
    theirs, their_books, their_totals, _ = loaded(tmp_path / "embedded")
    assert ours.counts == theirs.counts
    assert our_totals == their_totals == {"KES": 0}
    assert {name: len(docs) for name, docs in our_books.items()} == {
        name: len(docs) for name, docs in their_books.items()
    }
    assert our_books["payments"] == their_books["payments"]
    assert our_books["invoices"] == their_books["invoices"]
    assert our_books["outbox"] == our_books["dead_letters"] == []
    assert status["totals"] == {"waiting": 0, "in_flight": 0, "dead": 0}
    assert any(line.startswith("2. Drop a receipt: cp PHOTO.jpg ") for line in ours.lines())
    assert "since this start" in str(status["remark"])
    assert "tools.admin" in str(status["replay"])
