"""The Pub/Sub adapter and the topology on the emulator: bytes, order, and subscriptions as declared."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.pubsub import Emulator, Waits, stand_ins
from local.topology import Topology, read_topology
from shared.bus.pubsub import PubSubBus, open_pubsub
from shared.core.errors import Invalid, Unavailable
from shared.events import CATALOGUE, Event, EventData, PaymentSettled, new_event, parse

pytestmark = pytest.mark.emulator

TOPIC = PaymentSettled.TYPE


@pytest.fixture
def emulator(pubsub_emulator: str, project: str) -> Iterator[Emulator]:
    made = Emulator(project)
    yield made
    made.close()


@pytest.fixture
def bus(pubsub_emulator: str, project: str) -> Iterator[PubSubBus]:
    opened = open_pubsub(f"pubsub://{project}")
    yield opened
    opened.close()


def settled(number: int, business: str = "biz_1") -> Event[EventData]:
    data = PaymentSettled(payment_id=f"mpesa-{number} – Wanjikũ 😀\nzweite “Zeile” \\ %41")
    return new_event(business, f"payments/mpesa-{number}", 1, "2026-03-01T09:00:00.000Z", data)


def pulled(emulator: Emulator, count: int) -> list[Any]:
    """The first ``count`` messages of the subscription ``consumer``, in order of arrival."""
    found: list[Any] = []
    deadline = time.monotonic() + 30
    name = emulator.subscription("consumer")
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} messages arrived"
        request = {"subscription": name, "max_messages": count}
        received = emulator.subscriber.pull(request=request, timeout=10).received_messages
        found += [each.message for each in received]
        ids = [each.ack_id for each in received]
        if ids:
            emulator.subscriber.acknowledge(request={"subscription": name, "ack_ids": ids})
    return found


def subscribe(emulator: Emulator) -> None:
    emulator.publisher.create_topic(request={"name": emulator.topic(TOPIC)})
    name, topic = emulator.subscription("consumer"), emulator.topic(TOPIC)
    emulator.subscriber.create_subscription(
        request={"name": name, "topic": topic, "enable_message_ordering": True}
    )


def test_events_survive_byte_for_byte(emulator: Emulator, bus: PubSubBus) -> None:
    subscribe(emulator)
    event = settled(1)
    bus.publish([event.to_cloud_event()])
    (message,) = pulled(emulator, 1)
    assert message.ordering_key == "biz_1"
    assert parse(json.loads(message.data)) == event
    assert dict(message.attributes) == {
        "content-type": "application/cloudevents+json",
        "ce-type": TOPIC,
        "business": "biz_1",
    }


def test_events_of_one_business_keep_their_order(emulator: Emulator, bus: PubSubBus) -> None:
    subscribe(emulator)
    sent = [settled(number, business=f"biz_{number % 2}").to_cloud_event() for number in range(20)]
    bus.publish(sent[:7])
    for event in sent[7:]:
        bus.publish([event])
    messages = pulled(emulator, 20)
    for business in ("biz_0", "biz_1"):
        mine = [parse(json.loads(m.data)).subject for m in messages if m.ordering_key == business]
        assert mine == [event["subject"] for event in sent if event["business"] == business]


def test_a_topic_that_nobody_made_is_named(emulator: Emulator, bus: PubSubBus) -> None:
    with pytest.raises(Unavailable, match=rf"no topic '{TOPIC}' in project '{bus.project}'"):
        bus.publish([settled(1).to_cloud_event()])
    subscribe(emulator)
    bus.publish([settled(2).to_cloud_event()])
    assert [parse(json.loads(m.data)).subject for m in pulled(emulator, 1)] == ["payments/mpesa-2"]


# --- what Terraform declares
@pytest.fixture(scope="module")
def topology() -> Topology:
    return read_topology()


def endpoints(topology: Topology, port: int) -> dict[str, str]:
    return {name: f"http://127.0.0.1:{port}/{name}" for name in topology.functions}


def declared(emulator: Emulator) -> dict[str, Any]:
    request = {"project": f"projects/{emulator.project}"}
    found = list(emulator.subscriber.list_subscriptions(request=request))
    return {subscription.name.rsplit("/", 1)[1]: subscription for subscription in found}


def test_an_emulator_is_furnished_as_the_topology_says(emulator: Emulator, topology: Topology) -> None:
    emulator.furnish(topology, endpoints(topology, 1))
    found = declared(emulator)
    assert set(found) == {s.name for s in topology.subscriptions()} | {
        "dead-letters.kept",
        "ocr_receipt.eventarc.google.cloud.storage.object.v1.finalized",
        "statement_import.eventarc.google.cloud.storage.object.v1.finalized",
        "sweep.scheduler.sweep.due.v1",
    }
    for wanted in topology.subscriptions():
        made = found[wanted.name]
        assert made.topic == emulator.topic(wanted.topic)
        assert made.push_config.push_endpoint == f"http://127.0.0.1:1/{wanted.function}"
        assert made.push_config.no_wrapper.write_metadata is True
        assert made.enable_message_ordering is True
        assert made.ack_deadline_seconds == wanted.ack_seconds
        assert made.retry_policy.minimum_backoff.seconds == topology.delivery.min_backoff_seconds
        assert made.retry_policy.maximum_backoff.seconds == topology.delivery.max_backoff_seconds
        assert made.dead_letter_policy.max_delivery_attempts == topology.delivery.max_attempts
        assert made.dead_letter_policy.dead_letter_topic == emulator.topic("dead-letters")
    assert not found["dead-letters.kept"].push_config.push_endpoint


def test_furnishing_again_changes_only_what_is_different(emulator: Emulator, topology: Topology) -> None:
    emulator.furnish(topology, endpoints(topology, 1), Waits(1, 5, 5))
    before = declared(emulator)
    emulator.furnish(topology, endpoints(topology, 1), Waits(1, 5, 5))
    assert declared(emulator) == before
    emulator.furnish(topology, endpoints(topology, 2), Waits(2, 5, 6))
    after = declared(emulator)
    assert set(after) == set(before)
    assert after["settle.callback.received.v1"].push_config.push_endpoint == "http://127.0.0.1:2/settle"
    assert after["settle.callback.received.v1"].dead_letter_policy.max_delivery_attempts == 6
    assert after["settle.callback.received.v1"].retry_policy.minimum_backoff.seconds == 2


def test_every_event_type_has_a_way(topology: Topology) -> None:
    assert set(topology.topics) | set(stand_ins(topology)) == set(CATALOGUE)


def test_a_real_project_is_never_furnished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    with pytest.raises(Invalid, match="PUBSUB_EMULATOR_HOST"):
        Emulator("hesabu-production")
