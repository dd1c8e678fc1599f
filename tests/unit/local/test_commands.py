"""The command line: dead letters, dropping files, status, reset."""

from __future__ import annotations

from pathlib import Path

import pytest
from runtime_world import settings

from local.__main__ import main
from local.place import hold
from shared.access import add_business
from shared.app import App
from shared.bus import Consumer
from shared.bus.local import LocalBus, Policy, open_local_bus
from shared.events import PaymentSettled, new_event


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTH_SECRET", "a" * 40)
    monkeypatch.setenv("CALLBACK_SECRET", "c" * 40)
    monkeypatch.setenv("DARAJA_KEY", "key")
    monkeypatch.setenv("DARAJA_SECRET", "secret")
    monkeypatch.setenv("DARAJA_PASSKEY", "passkey")
    for name in ("STORE_URL", "BUS_URL", "BLOB_URL", "DARAJA_URL", "PUBLIC_URL", "OUTBOX_FOLDER"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / "var"


def event(name: str = "mpesa-X") -> dict[str, object]:
    data = PaymentSettled(payment_id=name)
    return new_event("biz_a", f"payments/{name}", 1, "2026-03-01T07:00:00.000Z", data).to_cloud_event()


def opened(folder: Path) -> tuple[App, LocalBus]:
    app = App(settings(folder))
    return app, open_local_bus(app.settings, app.clock, app.ids, policy=Policy(attempts=1))


def kill_one(folder: Path) -> None:
    app, bus = opened(folder)
    bus.publish([event()])
    delivery = bus.claim("reconcile")
    assert delivery is not None
    bus.nack(delivery, "the function answered 500")
    bus.close()
    app.store.close()


def refuse_one(folder: Path) -> None:
    app, bus = opened(folder)
    add_business(app.store, "biz_a", {"name": "Duka"})
    nobody: Consumer[App] = Consumer("notify")
    nobody.handle(app, event("mpesa-Y"))
    bus.close()
    app.store.close()


def test_dead_letters_are_listed_and_replayed_one_by_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_one(folder)
    assert main(["dead-letters", "list"]) == 0
    assert "q2  reconcile  payment.settled.v1  biz_a  the function answered 500" in capsys.readouterr().out
    assert main(["dead-letters", "replay", "q7"]) == 1
    assert "no dead letter 'q7'" in capsys.readouterr().err
    assert main(["dead-letters", "replay", "q2"]) == 0
    assert "1 events will be delivered again" in capsys.readouterr().out
    assert main(["dead-letters"]) == 0
    assert "0 dead letters" in capsys.readouterr().out


def test_an_event_that_a_consumer_refused_is_replayed_to_that_consumer_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_one(folder)
    assert main(["dead-letters", "list"]) == 0
    listed = capsys.readouterr().out
    assert "notify  payment.settled.v1  biz_a  event_unrouted" in listed
    assert main(["dead-letters", "replay"]) == 0
    app, bus = opened(folder)
    delivery = bus.claim()
    assert delivery is not None
    assert (delivery.consumer, delivery.event["data"]) == ("notify", {"payment_id": "mpesa-Y"})
    assert bus.claim() is None
    bus.close()
    app.store.close()
    main(["dead-letters"])
    assert "0 dead letters" in capsys.readouterr().out


def test_drop_puts_a_file_under_its_business(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refuse_one(folder)
    photo = folder.parent / "my receipt (1).jpg"
    photo.write_bytes(b"\xff\xd8\xff")
    assert main(["drop", str(photo), "--business", "biz_a"]) == 0
    assert "stored as receipts/biz_a/my-receipt-1-.jpg" in capsys.readouterr().out
    assert (folder / "bucket" / "receipts" / "biz_a" / "my-receipt-1-.jpg").read_bytes() == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.jpg", "--business", "biz_a"], "No such file"),
        (["/dev/null", "--business", "../x"], "valid id"),
        (["/dev/null", "--business", "biz_unknown"], "no business 'biz_unknown'"),
    ],
)
def test_drop_says_what_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["drop", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_status_counts_queues_and_says_whether_a_system_runs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_one(folder)
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("not running")
    assert ["reconcile", "0", "0", "1"] in [line.split() for line in out.splitlines()]
    with hold(settings(folder)):
        main(["status"])
    assert capsys.readouterr().out.startswith("running")


def test_reset_forgets_the_data_keeps_the_rest_and_waits_for_nobody(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_one(folder)
    outside = folder.parent / "precious"
    outside.mkdir()
    for files in ("outbox", "firestore/bucket", "mongo/server"):
        (folder / files).mkdir(parents=True)
    (folder / "local.env").write_text("AUTH_SECRET=" + "x" * 40 + "\n")
    monkeypatch.setenv("BLOB_URL", f"file:///{outside}")
    with hold(settings(folder)):
        assert main(["reset"]) == 1
    assert (folder / "hesabu.db").exists()
    assert main(["reset"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["local.env", "running.lock"]
    assert outside.exists()
