"""Events over Google Cloud Pub/Sub: structured CloudEvents, one topic per event type, in order per business.

A publish is a plain call whose answer says that the messages are kept. Google's own client collects messages
in threads, and pauses a business's key after a failure until it is resumed; neither suits a function, which
answers when its events are safe and may get no time after that (docs/decisions/0014-pubsub.md).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shared.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from shared.bus.pubsub_wire import Wire

DEADLINE_SECONDS = 8.0
"""For one call with all of its tries; what could not be published then waits in the outbox for the sweep."""
UNREACHABLE = "bus_unreachable"
AT_ONCE = 500
"""Messages in one request; the service takes 1,000 and 10 MB, and an event is a few hundred bytes."""
_URL = re.compile(r"pubsub://([a-z][a-z0-9.:-]{1,60}[a-z0-9])/?")
_TOPIC = re.compile(r"[A-Za-z][A-Za-z0-9._~+%-]{2,254}")


class PubSubBus:
    """The bus port over one Google Cloud project.

    Args:
        project: the project that holds the topics.
        topics: event type -> topic, where the topic is not named like the type.
        deadline_seconds: for one call with all of its tries.
    """

    collects_outbox = False

    def __init__(
        self,
        project: str,
        topics: Mapping[str, str] | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.project = project
        self._topics = topics or {}
        self._deadline = deadline_seconds
        self._wire: Wire | None = None
        self._lock = threading.Lock()

    def wake(self) -> None:
        """Nothing sleeps here: events are published by whoever commits them."""

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """Publish each event to the topic of its type; returns when the service keeps them all.

        Events of one type and business stay in order. A topic that fails holds up no other: all are tried.

        Raises Invalid ``event_invalid`` for what is no CloudEvent, before anything is sent; Unavailable when
        something could not be published. Publishing again is then safe: an event keeps its id.
        """
        pairs = sorted(((self._topic(event), _message(event)) for event in events), key=_topic_and_key)
        failed: Unavailable | None = None
        for (topic, _), group in groupby(pairs, key=_topic_and_key):
            try:
                self._send(topic, [message for _, message in group])
            except Unavailable as error:
                if error.code == UNREACHABLE:
                    raise  # the next topic would wait as long for nothing
                failed = failed or error
        if failed is not None:
            raise failed

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._wire is not None:
                self._wire.close()
                self._wire = None

    def _topic(self, event: dict[str, Any]) -> str:
        kind = event.get("type")
        topic = self._topics.get(kind, kind) if isinstance(kind, str) else None
        if topic is None or not _TOPIC.fullmatch(topic) or not event.get("id"):
            raise Invalid("event_invalid", "an event has an id, and a type that can name a topic")
        return topic

    def _send(self, topic: str, messages: Sequence[dict[str, Any]]) -> None:
        """Publish messages of one ordering key to one topic; raises Unavailable."""
        path = f"projects/{self.project}/topics/{topic}"
        for some in _portions(messages):
            self._connected().publish(path, some)

    def _connected(self) -> Wire:
        from shared.bus.pubsub_wire import Wire, open_channel

        with self._lock:
            if self._wire is None:  # made by the first publish: many requests publish nothing
                self._wire = Wire(open_channel(), self._deadline)
            return self._wire


def open_pubsub(url: str) -> PubSubBus:
    """The bus of ``BUS_URL=pubsub://PROJECT``; raises Invalid ``settings_invalid``."""
    found = _URL.fullmatch(url)
    if found is None:
        raise Invalid("settings_invalid", "BUS_URL: write pubsub://PROJECT, the id of a Google Cloud project")
    return PubSubBus(found[1])


def _message(event: dict[str, Any]) -> dict[str, Any]:
    """A message in CloudEvents' structured mode (googleapis/google-cloudevents, docs/spec/pubsub.md).

    Attributes become HTTP headers on delivery, so they are ASCII; everything else travels in the body.
    """
    business = event.get("business")
    if not isinstance(business, str) or not business:
        raise Invalid("event_invalid", "an event names its business")
    return {
        "data": json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
        "attributes": {
            "content-type": "application/cloudevents+json",
            "ce-type": event["type"],
            "business": quote(business, safe="-_.~"),
        },
        "ordering_key": business,
    }


def _topic_and_key(pair: tuple[str, dict[str, Any]]) -> tuple[str, str]:
    """One request carries one ordering key (google.pubsub.v1.PubsubMessage.ordering_key)."""
    topic, message = pair
    return topic, message["ordering_key"]


def _portions(messages: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    return (messages[start : start + AT_ONCE] for start in range(0, len(messages), AT_ONCE))
