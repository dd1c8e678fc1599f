"""The whole runtime over real HTTP: start, step, status, restart, stop."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runtime_world import START, settings

from local.system import System
from local.transport import Ways
from shared import app as composition
from shared.access import add_business
from shared.bus.local import Policy
from shared.core.clock import ManualClock
from shared.core.errors import Refused
from shared.core.ids import SeededIds
from shared.events import PaymentSettled, new_event
from shared.messages.channels.folder import FolderChannel
from shared.messages.model import Channel, Message, Sender
from shared.store import Key

PAGE_PATHS = ("/", "/docs", "/openapi.json", "/status.json", "/assets/status.js", "/safaricom/phone")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    system = build(tmp_path)
    system.start()
    yield system
    system.stop()


def build(folder: Path) -> System:
    policy = Policy(attempts=2, base_seconds=1)
    return System(settings(folder), ManualClock(START), SeededIds(5), ways=Ways(policy=policy))


def get(system: System, path: str, **headers: str) -> tuple[int, str, bytes]:
    request = urllib.request.Request(system.url + path, headers=headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def status(system: System) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(system, "/status.json")[2])
    return found


def poison(system: System, name: str) -> None:
    """An event whose type reconcile takes, for a payment that does not exist."""
    data = PaymentSettled(payment_id=name)
    event = new_event("biz_a", f"payments/{name}", 1, "2026-03-01T07:00:00.000Z", data).to_cloud_event()
    system.bus.publish([{**event, "data": {"payment_id": 7}}])


@pytest.mark.parametrize("path", PAGE_PATHS)
def test_every_page_answers(system: System, path: str) -> None:
    assert get(system, path)[0] == 200


def test_the_system_calls_itself_by_the_port_it_got(system: System) -> None:
    assert system.settings.public_url == system.url
    assert system.settings.daraja_url == f"{system.url}/safaricom"
    assert composition.app() is system.app


def test_chosen_addresses_are_kept_and_a_real_daraja_is_not_simulated(tmp_path: Path) -> None:
    chosen = settings(tmp_path, public_url="https://books.example", daraja_url="https://daraja.example")
    system = System(chosen, ManualClock(START), SeededIds(1))
    system.start()
    try:
        assert (system.settings.public_url, system.settings.daraja_url) == (
            "https://books.example",
            "https://daraja.example",
        )
        assert get(system, "/safaricom/phone")[0] == 404
        assert "Simulated phones" not in status(system)["links"]
    finally:
        system.stop()


def test_two_systems_cannot_share_their_data(system: System, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="another Hesabu runs"):
        build(tmp_path).start()


def test_a_taken_port_is_an_error_and_frees_the_data(system: System, tmp_path: Path) -> None:
    other = build(tmp_path / "other")
    with pytest.raises(OSError, match="Address already in use"):
        other.start(int(system.url.rsplit(":", 1)[1]))
    other.start()
    other.stop()


def test_timers_run_and_everything_comes_to_rest(system: System) -> None:
    assert system.settle() >= 2
    assert system.settle() == 0
    assert system.feed.calls("sweep") == (1, 0)


def test_a_poison_event_ends_as_a_dead_letter_of_the_store_and_the_queue_is_free(system: System) -> None:
    poison(system, "mpesa-X")
    add_business(system.app.store, "biz_a", {"name": "Duka"})
    assert system.drain() == 2, "reconcile and alerts are told of payments"
    found = status(system)
    assert found["totals"] == {"waiting": 0, "in_flight": 0, "dead": 2}
    assert found["dead_letters"][0]["reason"].startswith("event_invalid")


def test_an_unpaid_invoice_is_shown_with_the_way_to_ask_for_it(system: System) -> None:
    assert status(system)["unpaid"] is None
    add_business(system.app.store, "biz_a", {"name": "Duka"})
    invoice = {"status": "open", "due_date": "2026-03-05", "number": "INV-7", "balance_cents": 125000}
    fields = {
        "customer_id": "cus_1",
        "customer_name": "Mama <Njeri>",
        "created_on": "2026-03-01T07:00:00.000Z",
    }
    system.app.store.put("biz_a", Key("invoices", "inv_1"), invoice | fields)
    html = get(system, "/")[2].decode()
    assert 'id="unpaid"' in html
    assert "INV-7, Mama &lt;Njeri&gt;: <b>KES 1,250.00</b>, due 2026-03-05" in html
    assert '"invoice_id": "inv_1"' in html
    assert 'id="start_attempt"' in get(system, "/docs")[2].decode()


def test_the_status_page_shows_the_feed_and_dead_letters_escaped(system: System) -> None:
    script = "<script>alert(1)</script>"
    system.bus.send(
        "nobody", {"id": "e1", "type": script, "business": "biz_a", "subject": script, "data": {}}
    )
    for _ in range(2):
        system.step()
        system.clock.sleep(10)
    found = status(system)
    assert [entry["outcome"] for entry in found["feed"]] == ["dead", "again"]
    assert found["dead_letters"][0]["reason"] == "the function answered 500"
    html = get(system, "/")[2].decode()
    assert "&lt;script&gt;alert(1)" in html
    assert script not in html


def test_messages_of_the_embedded_channel_are_shown(system: System, tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path / "outbox", Channel.SMS, system.clock)
    channel.send(message("msg_1", "Asante <b>Jane</b>"))
    (shown,) = status(system)["messages"]
    assert (shown["to"], shown["text"]) == ("254712345678", "Asante <b>Jane</b>")
    assert "Asante &lt;b&gt;Jane" in get(system, "/")[2].decode()


def message(name: str, text: str) -> Message:
    return Message(
        id=name, sender=Sender("Duka"), recipient="254712345678", title="", text=text, attachment=None
    )


def test_what_was_queued_survives_a_restart_and_cut_off_deliveries_repeat(tmp_path: Path) -> None:
    first = build(tmp_path)
    first.start()
    poison(first, "one")
    poison(first, "two")
    assert first.bus.claim("reconcile") is not None
    first.stop()
    second = build(tmp_path)
    second.start()
    try:
        assert second.drain() == 4
    finally:
        second.stop()


def test_running_by_itself_delivers_and_stops(tmp_path: Path) -> None:
    system = System(settings(tmp_path))
    system.start()
    system.run()
    try:
        for _ in range(100):
            if system.feed.calls("sweep")[0]:
                break
            system.bus.wait(0.1)
    finally:
        system.stop()
    assert system.feed.calls("sweep") == (1, 0)
    system.stop()
