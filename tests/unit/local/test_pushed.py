"""The addresses that Pub/Sub posts to, and the bus that counts what it publishes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from runtime_world import EVENT, START, function, write_function
from werkzeug.test import Client

from local.feed import Feed
from local.functions import Functions
from local.ledger import Ledger
from local.pushed import Pushes, TrackedBus
from local.transport import Notes
from shared.bus.pubsub import PubSubBus
from shared.core.clock import ManualClock
from shared.core.errors import Unavailable
from shared.core.ids import SeededIds
from tests.support.publisher import Endpoint, endpoint

STRUCTURED = "application/cloudevents+json"


def event(identity: str = "e1", **data: Any) -> dict[str, Any]:
    about = {"specversion": "1.0", "source": "//test", "type": "a.v1", "subject": "things/1"}
    return {**about, "id": identity, "business": "biz_a", "data": data}


class Receiver:
    """Two event functions and an HTTP one behind the pushes."""

    def __init__(self, folder: Path) -> None:
        write_function(folder, "taker", "event.data['wanted'] or 1 / 0", EVENT)
        write_function(folder, "broken", "}", EVENT)
        topology = [function(n, kind="event", types=["a.v1"]) for n in ("taker", "broken")]
        functions = Functions([*topology, function("page", "/page")], folder)
        self.feed, clock = Feed(), ManualClock(START)
        self.ledger = Ledger({"taker": {"a.v1"}, "broken": {"a.v1"}}, 2)
        self.pushes = Pushes(functions, self.ledger, Notes(functions, self.feed, clock), SeededIds(1))

    def post(self, path: str, body: Any, address: str = "127.0.0.1") -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        environ = {"REMOTE_ADDR": address}
        client = Client(self.pushes)
        return client.post(path, data=data, content_type=STRUCTURED, environ_overrides=environ).status_code


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path)


def test_a_pushed_event_reaches_its_function_and_the_feed(receiver: Receiver) -> None:
    assert receiver.post("/taker", event(wanted=1)) == 200
    (entry,) = receiver.feed.latest()
    assert (entry["consumer"], entry["type"], entry["business"]) == ("taker", "a.v1", "biz_a")
    assert (entry["attempt"], entry["outcome"]) == (1, "done")
    assert receiver.feed.calls("taker") == (1, 0)


def test_failures_are_told_to_pubsub_and_counted(receiver: Receiver) -> None:
    assert [receiver.post("/taker", event(wanted=0)) for _ in range(2)] == [500, 500]
    assert receiver.post("/broken", event(wanted=0)) == 500
    assert receiver.post("/taker", b"{broken") == 400
    assert [entry["outcome"] for entry in receiver.feed.latest()] == ["again", "again", "dead", "again"]
    assert receiver.ledger.depths()["taker"].dead == 1


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.1", "::ffff:8.8.8.8", "", "here"])
def test_events_are_taken_from_this_machine_only(receiver: Receiver, address: str) -> None:
    assert receiver.post("/taker", event(wanted=1), address) == 403
    assert receiver.feed.latest() == []


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1"])
def test_loopback_has_several_names(receiver: Receiver, address: str) -> None:
    assert receiver.post("/taker", event(wanted=1), address) == 200


@pytest.mark.parametrize("path", ["/", "/nobody", "/page", "/taker/more", "/../taker"])
def test_only_event_functions_have_an_address(receiver: Receiver, path: str) -> None:
    assert receiver.post(path, event(wanted=1)) == 404


def test_nothing_is_taken_any_more_after_the_stop(receiver: Receiver) -> None:
    assert receiver.pushes.stop(1) is True
    assert receiver.post("/taker", event(wanted=1)) == 503


def test_a_stop_waits_for_what_is_on_its_way(receiver: Receiver) -> None:
    receiver.ledger.expect([event(wanted=1)])
    threads = [
        threading.Timer(0.05, receiver.post, (f"/{name}", event(wanted=1))) for name in ("taker", "broken")
    ]
    for thread in threads:
        thread.start()
    assert receiver.pushes.stop(10) is True
    assert receiver.pushes.step() is False
    for thread in threads:
        thread.join()
    assert len(receiver.feed.latest()) == 2


def test_a_stop_gives_up_on_what_never_comes(receiver: Receiver) -> None:
    receiver.ledger.expect([event(wanted=1)])
    assert receiver.pushes.stop(0.05) is False


# --- the bus
@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with endpoint() as made:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", made.address)
        yield made


def test_what_is_published_is_counted_and_what_failed_is_not(served: Endpoint) -> None:
    ledger = Ledger({"taker": {"a.v1"}}, 2)
    bus = TrackedBus(PubSubBus("demo", {"a.v1": "eventarc.taker"}, deadline_seconds=1), ledger)
    bus.publish([event("e1")])
    served.refused["eventarc.taker"] = grpc.StatusCode.NOT_FOUND
    with pytest.raises(Unavailable):
        bus.publish([event("e2")])
    assert bus.depths()["taker"].waiting == 1
    assert [topic for topic, _ in served.kept] == ["eventarc.taker"]
    assert bus.dead_letters() == []
    bus.close()
