"""The composition root's own sweep makes what is scheduled, and the function of messages sends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.access import add_business
from shared.app import App
from shared.core.clock import ManualClock, rfc3339
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.events import ReportReady, new_event
from shared.messages.channels.folder import letters
from shared.messages.consumer import consumer
from shared.payments.sweep import sweep
from shared.reports.definitions import NewDefinition, write_definition
from shared.store import Query

SAVED = {
    "name": "Daily",
    "kind": "cash_flow",
    "days": "yesterday",
    "format": "xlsx",
    "schedule": {"every": "day", "hour": 6},
    "deliver_to": ["owner@duka.example"],
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    settings = Settings(
        auth_secret=SecretStr("a" * 40),
        callback_secret=SecretStr("c" * 40),
        store_url=f"sqlite:///{tmp_path}/hesabu.db",
        bus_url=f"local:{tmp_path}/bus.db",
        blob_url=f"file:///{tmp_path}/bucket",
        outbox_folder=str(tmp_path / "out"),
    )
    made = App(settings, clock=ManualClock(datetime(2026, 3, 18, 9, tzinfo=UTC)), ids=SeededIds(1))
    yield made
    made.close()


def test_a_scheduled_report_goes_from_the_timer_to_the_letter(app: App, tmp_path: Path) -> None:
    add_business(app.store, "biz_duka", {"name": "Duka la Mama"})
    new = NewDefinition.model_validate(SAVED)
    app.store.transaction("biz_duka", lambda tx: write_definition(tx, "rdf_1", new, actor="usr_1") and None)
    clock = app.clock
    assert isinstance(clock, ManualClock)
    sweep(app)
    assert app.store.all("biz_duka", Query("reports", (), "created_on")) == [], "its hour has not come"
    clock.advance(24 * 3600)
    done = [sweep(app) for _ in range(2)]
    assert [one.failed for one in done] == [0, 0]
    assert done[1].tended == 0, "nothing is made twice"
    (report,) = app.store.all("biz_duka", Query("reports", (), "created_on"))
    assert report.data["status"] == "ready"
    told = ReportReady(report_id=report.id)
    event = new_event("biz_duka", f"reports/{report.id}", 1, rfc3339(clock.now()), told)
    for _ in range(2):
        consumer.handle(app, event.to_cloud_event())
    (letter,) = letters(tmp_path / "out")
    assert letter.to == "owner@duka.example"
    assert letter.title == "Cash flow, 18 March 2026"
    content = (tmp_path / "out" / letter.attachment).read_bytes()
    assert content == app.blobs.get(report.data["file"])
    assert letter.attachment.endswith(".xlsx")
