"""Our structured CloudEvents through Pub/Sub: byte for byte by pull, and pushed into a real function."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.events import Event, EventData, PaymentSettled, new_event, parse
from tests.support.emulators import free_port, wait_until_it_answers

pytestmark = pytest.mark.emulator

FUNCTION = """
import json, os
import functions_framework
from shared.events import parse

@functions_framework.cloud_event
def receive(event):
    attributes = {**event.get_attributes(), "data": event.get_data()}
    read = parse(attributes)
    line = [read.to_cloud_event(), attributes["specversion"]]
    with open(os.environ["RECEIVED"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\\n")
"""


def settled(number: int, business: str = "biz_1") -> Event[EventData]:
    data = PaymentSettled(payment_id=f"mpesa-{number} – Wanjikũ 😀\nzweite “Zeile” \\ %41")
    return new_event(business, f"payments/mpesa-{number}", 1, "2026-03-01T09:00:00.000Z", data)


class Topic:
    """One topic in a project of its own, with messages as our adapter will send them."""

    def __init__(self, project: str) -> None:
        from google.cloud import pubsub_v1
        from google.cloud.pubsub_v1.types import BatchSettings, PublisherOptions

        options = PublisherOptions(enable_message_ordering=True)
        self.publisher = pubsub_v1.PublisherClient(BatchSettings(max_messages=1, max_latency=0), options)
        self.subscriber = pubsub_v1.SubscriberClient()
        self.name = self.publisher.topic_path(project, "events")
        self.subscription = self.subscriber.subscription_path(project, "consumer")
        self.publisher.create_topic(request={"name": self.name})

    def subscribe(self, **more: Any) -> None:
        request = {"name": self.subscription, "topic": self.name, "enable_message_ordering": True, **more}
        self.subscriber.create_subscription(request=request)

    def publish(self, event: Event[EventData]) -> bytes:
        body = json.dumps(event.to_cloud_event(), ensure_ascii=False).encode()
        attributes = {"content-type": "application/cloudevents+json", "ce-type": event.type}
        self.publisher.publish(self.name, body, ordering_key=event.business, **attributes).result(30)
        return body

    def pull(self, count: int) -> list[Any]:
        """The first ``count`` messages, acknowledged; their order is the order of arrival."""
        found: list[Any] = []
        deadline = time.monotonic() + 30
        while len(found) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} messages arrived"
            request = {"subscription": self.subscription, "max_messages": count}
            received = self.subscriber.pull(request=request, timeout=10).received_messages
            found += [each.message for each in received]
            ids = [each.ack_id for each in received]
            if ids:
                self.subscriber.acknowledge(request={"subscription": self.subscription, "ack_ids": ids})
        return found

    def close(self) -> None:
        self.publisher.stop()
        self.publisher.transport.close()
        self.subscriber.close()


@pytest.fixture
def topic(pubsub_emulator: str, project: str) -> Iterator[Topic]:
    made = Topic(project)
    yield made
    made.close()


def test_events_survive_byte_for_byte(topic: Topic) -> None:
    topic.subscribe()
    event = settled(1)
    body = topic.publish(event)
    (message,) = topic.pull(1)
    assert message.data == body
    assert message.ordering_key == "biz_1"
    assert dict(message.attributes) == {"content-type": "application/cloudevents+json", "ce-type": event.type}
    assert parse(json.loads(message.data)) == event


def test_events_of_one_business_keep_their_order(topic: Topic) -> None:
    topic.subscribe()
    for number in range(20):
        topic.publish(settled(number, business=f"biz_{number % 2}"))
    messages = topic.pull(20)
    for business in ("biz_0", "biz_1"):
        mine = [parse(json.loads(m.data)).subject for m in messages if m.ordering_key == business]
        assert mine == [f"payments/mpesa-{number}" for number in range(20) if f"biz_{number % 2}" == business]


@pytest.fixture
def function(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A function served by functions-framework alone: its address, and the file it writes to."""
    (tmp_path / "main.py").write_text(FUNCTION)
    received, log, port = tmp_path / "received", tmp_path / "function.log", free_port()
    command = [
        sys.executable,
        "-m",
        "functions_framework",
        f"--source={tmp_path / 'main.py'}",
        "--target=receive",
    ]
    environment = {**os.environ, "RECEIVED": str(received)}
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [*command, "--host=127.0.0.1", f"--port={port}"],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/", process, log)
        yield f"http://127.0.0.1:{port}/", received
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_pushed_event_reaches_a_function_whole(topic: Topic, function: tuple[str, Path]) -> None:
    address, received = function
    topic.subscribe(push_config={"push_endpoint": address, "no_wrapper": {"write_metadata": True}})
    events = [settled(number) for number in range(5)]
    for event in events:
        topic.publish(event)
    deadline = time.monotonic() + 30
    while not received.exists() or len(received.read_text().splitlines()) < len(events):
        assert time.monotonic() < deadline, "the pushed events did not arrive"
        time.sleep(0.05)
    lines = [json.loads(line) for line in received.read_text().splitlines()]
    assert [line[1] for line in lines] == ["1.0"] * len(lines)
    assert [parse(line[0]) for line in lines] == events
