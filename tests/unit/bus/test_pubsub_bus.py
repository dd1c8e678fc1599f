"""The Pub/Sub adapter against an endpoint that fails on demand: what is sent, and what a failure says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from local.topology import ROOT
from shared.app import App
from shared.bus.outbox import OUTBOX, Outbox, emit
from shared.bus.pubsub import AT_ONCE, PubSubBus, open_pubsub
from shared.core.errors import Invalid, Unavailable
from shared.core.settings import Settings
from shared.events import EventData, PaymentMatched, PaymentSettled, new_event
from shared.store import Key, Query, Store, Tx
from tests.support.emulators import free_port
from tests.support.publisher import Endpoint, endpoint

TIME = "2026-03-01T09:00:00.000Z"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with endpoint() as made:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", made.address)
        yield made


@pytest.fixture
def bus() -> Iterator[PubSubBus]:
    opened = PubSubBus("demo", deadline_seconds=1)
    yield opened
    opened.close()


def event(number: int, business: str = "biz_1", data: type[EventData] = PaymentSettled) -> dict[str, Any]:
    payload = data(payment_id=f"mpesa-{number}")  # type: ignore[call-arg]
    return new_event(business, f"payments/mpesa-{number}", 1, TIME, payload).to_cloud_event()


def subjects(messages: list[Any]) -> list[str]:
    return [json.loads(message.data)["subject"] for message in messages]


# --- what is sent
def test_a_message_is_a_structured_event_in_ascii_attributes(served: Endpoint, bus: PubSubBus) -> None:
    sent = event(1) | {"subject": "payments/Wanjikũ\n“Zeile” 😀"}
    bus.publish([sent])
    ((topic, (message,)),) = served.kept
    assert topic == "payment.settled.v1"
    assert message.data.decode() == json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
    assert message.ordering_key == "biz_1"
    assert dict(message.attributes) == {
        "content-type": "application/cloudevents+json",
        "ce-type": "payment.settled.v1",
        "business": "biz_1",
    }


def test_a_business_that_is_no_ascii_makes_no_broken_header(served: Endpoint, bus: PubSubBus) -> None:
    bus.publish([event(1) | {"business": "Wanjikũ\r\nX-Evil: 1"}])
    ((_, (message,)),) = served.kept
    assert message.attributes["business"] == "Wanjik%C5%A9%0D%0AX-Evil%3A%201"


def test_one_request_carries_one_topic_and_one_business_in_order(served: Endpoint, bus: PubSubBus) -> None:
    bus.publish([event(n, f"biz_{n % 2}", PaymentMatched if n % 3 else PaymentSettled) for n in range(12)])
    assert [(topic, {m.ordering_key for m in messages}) for topic, messages in served.kept] == [
        ("payment.matched.v1", {"biz_0"}),
        ("payment.matched.v1", {"biz_1"}),
        ("payment.settled.v1", {"biz_0"}),
        ("payment.settled.v1", {"biz_1"}),
    ]
    assert [subjects(messages) for _, messages in served.kept] == [
        [f"payments/mpesa-{n}" for n in numbers] for numbers in ([2, 4, 8, 10], [1, 5, 7, 11], [0, 6], [3, 9])
    ]


def test_many_events_are_sent_in_portions_in_order(served: Endpoint, bus: PubSubBus) -> None:
    bus.publish([event(n) for n in range(AT_ONCE + 3)])
    assert [len(messages) for _, messages in served.kept] == [AT_ONCE, 3]
    assert subjects(served.kept[1][1]) == [f"payments/mpesa-{AT_ONCE + n}" for n in range(3)]


@pytest.mark.parametrize("wrong", [{"type": "no topic"}, {"type": None}, {"id": ""}, {"business": ""}])
def test_what_is_no_event_stops_everything_before_it_is_sent(
    served: Endpoint, bus: PubSubBus, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        bus.publish([event(1), event(2) | wrong])
    assert refused.value.code == "event_invalid"
    assert served.tries == 0


# --- failures
def test_a_short_absence_is_not_noticed(served: Endpoint, bus: PubSubBus) -> None:
    served.failures.extend([grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED])
    bus.publish([event(1), event(2)])
    assert served.tries == 3
    assert [subjects(messages) for _, messages in served.kept] == [["payments/mpesa-1", "payments/mpesa-2"]]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (grpc.StatusCode.NOT_FOUND, "no topic 'payment.settled.v1' in project 'demo': terraform creates it"),
        (grpc.StatusCode.PERMISSION_DENIED, "may not publish to 'payment.settled.v1' in project 'demo'"),
        (grpc.StatusCode.PERMISSION_DENIED, "it needs roles/pubsub.publisher"),
        (grpc.StatusCode.UNAUTHENTICATED, "no usable credentials"),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "refused messages for 'payment.settled.v1': RESOURCE_EXHAUSTED: as",
        ),
    ],
)
def test_a_failure_says_what_to_do_and_pauses_no_business(
    served: Endpoint, bus: PubSubBus, status: grpc.StatusCode, says: str
) -> None:
    served.refused["payment.settled.v1"] = status
    with pytest.raises(Unavailable) as failed:
        bus.publish([event(1)])
    assert says in failed.value.message
    served.refused.clear()
    bus.publish([event(1), event(2)])
    assert [subjects(messages) for _, messages in served.kept] == [["payments/mpesa-1", "payments/mpesa-2"]]


def test_a_topic_that_fails_holds_up_no_other(served: Endpoint, bus: PubSubBus) -> None:
    served.refused["payment.matched.v1"] = grpc.StatusCode.NOT_FOUND
    with pytest.raises(Unavailable, match=r"no topic 'payment\.matched\.v1'"):
        bus.publish([event(1, data=PaymentMatched), event(2)])
    assert [topic for topic, _ in served.kept] == ["payment.settled.v1"]


def test_nobody_there(bus: PubSubBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable, match="Pub/Sub cannot be reached"):
        bus.publish([event(1, data=PaymentMatched), event(2)])


def test_without_credentials(bus: PubSubBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(Unavailable, match="no usable credentials"):
        bus.publish([event(1)])


def test_what_could_not_be_published_waits_in_the_outbox(
    served: Endpoint, bus: PubSubBus, store: Store
) -> None:
    outbox = Outbox(store, bus)
    key = Key("payments_seen", "mpesa-1")

    def settle(tx: Tx) -> None:
        tx.put(key, {"cents": 1})
        emit(tx, PaymentSettled(payment_id=key.id), key)

    served.refused["payment.settled.v1"] = grpc.StatusCode.NOT_FOUND
    outbox.run("biz_1", settle)
    assert len(store.all("biz_1", Query(OUTBOX, (), "created_on"))) == 1
    served.refused.clear()
    store.clock.advance(60)  # type: ignore[attr-defined]
    assert outbox.relay("biz_1") == 1
    assert len(served.kept) == 1
    assert store.all("biz_1", Query(OUTBOX, (), "created_on")) == []


# --- what it loads
LOADS = """
import json, sys
from shared.bus.pubsub import open_pubsub
bus = open_pubsub("pubsub://demo")
before = [name for name in sys.modules if name.startswith(("grpc", "google.p", "google.a"))]
bus.publish([{"id": "e", "type": "a.topic", "business": "b"}])
clients = [name for name in sys.modules if "services" in name or name.startswith("google.api_core")]
import google.pubsub_v1
print(json.dumps([before, clients, google.pubsub_v1.PublisherClient.__name__]))
"""


def test_a_publish_loads_one_call_and_no_client(served: Endpoint) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", LOADS]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], [], "PublisherClient"]
    assert [topic for topic, _ in served.kept] == ["a.topic"]


# --- settings
@pytest.mark.parametrize("url", ["pubsub:", "pubsub://", "pubsub://UPPER", "pubsub://a/b", "pubsub://a b c"])
def test_an_address_that_names_no_project(url: str) -> None:
    with pytest.raises(Invalid, match="BUS_URL: write pubsub://PROJECT") as refused:
        open_pubsub(url)
    assert refused.value.code == "settings_invalid"


def test_the_composition_root_opens_it() -> None:
    secret = "s" * 32
    settings = Settings.model_validate(
        {"auth_secret": secret, "callback_secret": secret, "bus_url": "pubsub://hesabu-dev"}
    )
    opened = App(settings).bus
    assert isinstance(opened, PubSubBus)
    assert opened.project == "hesabu-dev"
    assert not opened.collects_outbox
