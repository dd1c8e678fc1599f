"""The notify function as the platform runs it: a CloudEvent over HTTP, settings without any key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from functions_framework import create_app
from pydantic import SecretStr

from shared import app as root
from shared.access import add_business
from shared.core.clock import ManualClock, SystemClock, rfc3339
from shared.core.settings import Settings
from shared.events import SYSTEM, PaymentMatched, SweepDue, new_event
from shared.messages.channels.folder import letters
from shared.payments.timer import sweep_consumer
from shared.store import Key

SOURCE = Path(__file__).resolve().parents[3] / "functions" / "notify" / "main.py"
PAYMENT = {
    "status": "settled",
    "matching": "auto",
    "receipt": "UC21ABC345",
    "amount_cents": 100_00,
    "currency": "KES",
    "payer_phone": "254712345678",
    "paid_at": "2026-03-02T08:30:00.000Z",
    "customer_id": "cus_1",
    "polling": False,
    "poll_at": "",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[root.App]:
    settings = Settings(
        auth_secret=SecretStr("a" * 32),
        callback_secret=SecretStr("c" * 32),
        store_url=f"sqlite:///{tmp_path}/db.sqlite",
        outbox_folder=str(tmp_path / "out"),
        sms_url="",
        sms_key=SecretStr(""),
        sendgrid_key=SecretStr(""),
    )
    app = root.App(settings)
    root.use(app)
    yield app
    root.use(None)
    app.store.close()


def test_a_matched_payment_becomes_files_in_the_outbox_folder(app: root.App, tmp_path: Path) -> None:
    app.store.put("biz_1", Key("customers", "cus_1"), {"name": "W", "name_sort": "w", "email": "w@k.example"})
    app.store.put("biz_1", Key("payments", "mpesa-UC21ABC345"), PAYMENT)
    event = new_event(
        "biz_1", "p/x", 1, rfc3339(SystemClock().now()), PaymentMatched(payment_id="mpesa-UC21ABC345")
    )
    client = create_app("notify", str(SOURCE), "cloudevent").test_client()
    for _ in range(2):
        answer = client.post("/", json=event.to_cloud_event(), content_type="application/cloudevents+json")
        assert answer.status_code == 200
    written = {letter.channel: letter for letter in letters(tmp_path / "out")}
    assert set(written) == {"sms", "email"}
    assert written["sms"].to == "254712345678"
    assert (tmp_path / "out" / written["email"].attachment).read_bytes().startswith(b"%PDF")
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_starting_the_function_loads_no_heavy_package() -> None:
    heavy = ["reportlab", "sendgrid", "requests", "segno", "cv2", "numpy", "phonenumbers", "PIL", "sklearn"]
    program = (
        "import sys; import shared.app, shared.messages.consumer, shared.messages.channels.choose;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=SOURCE.parents[2]
    )
    assert (found.returncode, found.stdout.strip()) == (0, "[]"), found.stderr


def test_the_timer_ends_claims_that_nobody_comes_back_to(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    settings = Settings(
        auth_secret=SecretStr("a" * 32),
        callback_secret=SecretStr("c" * 32),
        store_url=f"sqlite:///{tmp_path}/db.sqlite",
        bus_url=f"local:{tmp_path}/bus.sqlite",
        blob_url=f"file://{tmp_path}/bucket",
    )
    app = root.App(settings, clock=clock)
    add_business(app.store, "biz_1", {"name": "Duka"})
    then = {"created_on": "2026-03-02T08:50:00.000Z", "claimed_on": "2026-03-02T08:50:00.000Z"}
    claim = {"channel": "sms", "status": "claimed", "attempts": 1, "retry": False}
    app.store.put("biz_1", Key("messages", "msg_1"), {**claim, **then})
    app.consume(
        sweep_consumer, new_event(SYSTEM, "timer", 1, rfc3339(clock.now()), SweepDue()).to_cloud_event()
    )
    message = app.store.require("biz_1", Key("messages", "msg_1")).data
    assert (message["status"], message["error"]) == ("unknown", "no_outcome")
    app.close()
