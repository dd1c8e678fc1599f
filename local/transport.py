"""How events travel here from whoever publishes them to the functions: the embedded queue, or Pub/Sub."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from local.feed import Feed
from local.functions import Functions
from local.pubsub import Waits
from local.topology import ScheduleTrigger
from shared.app import App
from shared.bus import Bus
from shared.bus.local import DeadLetter, Delivery, Depth, Faults, Policy
from shared.core import logs, measures
from shared.core.clock import Clock, rfc3339
from shared.core.errors import Invalid

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class KnownBus(Bus, Protocol):
    """A bus that can say what is on its way, as far as this process knows."""

    def depths(self) -> Mapping[str, Depth]:
        """Every function's events."""

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Events that ran out of attempts, oldest first."""


class Deliverer(Protocol):
    """Whoever hands events to the functions."""

    def start(self) -> None:
        """Deliver by itself, until ``stop``."""

    def step(self) -> bool:
        """Deliver one due event, or see it delivered; False when none is due."""

    def stop(self, seconds: float = 30) -> bool:
        """Let what is at hand finish and deliver nothing more; True when all finished within ``seconds``."""


@dataclass(frozen=True, slots=True)
class Transport:
    """A bus, its deliverer, and what the gateway must offer for it.

    Args:
        mounts: names of path prefixes -> WSGI apps for the gateway.
        remark: what the figures of ``depths`` cannot know; empty when they are exact.
        replay: the command that delivers dead letters again.
    """

    bus: KnownBus
    deliverer: Deliverer
    mounts: Mapping[str, WSGIApplication] = field(default_factory=dict)
    remark: str = ""
    replay: str = "python -m local dead-letters replay"


@dataclass(frozen=True, slots=True)
class Ways:
    """How to deliver, where somebody wants it otherwise than usual.

    Args:
        policy, faults: of the embedded queue.
        waits: between the tries of Pub/Sub.
        endpoints: function -> where Pub/Sub posts its events, when it is not served here.
    """

    policy: Policy | None = None
    faults: Faults | None = None
    waits: Waits | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)


def open_transport(app: App, functions: Functions, feed: Feed, url: str, ways: Ways) -> Transport:
    """The transport of ``BUS_URL``, with the App publishing to it; raises Invalid or Unavailable.

    Args:
        url: the address of this system's gateway.
    """
    transport = _open(app, functions, feed, url, ways)
    app.built["bus"] = transport.bus  # every function publishes to the bus that is watched here
    return transport


def _open(app: App, functions: Functions, feed: Feed, url: str, ways: Ways) -> Transport:
    if app.settings.bus_url.startswith("local:"):
        return _embedded(app, functions, feed, ways)
    if app.settings.bus_url.startswith("pubsub:"):
        from local.pushed import open_pushed

        return open_pushed(app, functions, feed, url, ways)
    raise Invalid("settings_invalid", f"BUS_URL: no bus for '{app.settings.bus_url.split(':', 1)[0]}:'")


def _embedded(app: App, functions: Functions, feed: Feed, ways: Ways) -> Transport:
    from local.worker import Worker
    from shared.bus.local import open_local_bus

    bus = open_local_bus(app.settings, app.clock, app.ids, policy=ways.policy, faults=ways.faults)
    if taken_back := bus.release():
        logs.info("deliveries were cut off by the last stop and will be repeated", events=taken_back)
    return Transport(bus, Worker(bus, functions, feed, app.clock))


class Notes:
    """Writes deliveries into the feed, whoever made them."""

    def __init__(self, functions: Functions, feed: Feed, clock: Clock) -> None:
        self._functions, self._feed, self._clock = functions, feed, clock

    def add(self, delivery: Delivery, status: int, began: float, most: int) -> None:
        """Note one delivery.

        Args:
            status: what the function answered.
            began: ``time.perf_counter()`` when it was called.
            most: attempts after which it is a dead letter.
        """
        done = 200 <= status < 300
        last = delivery.attempt >= most
        if last and not done:
            measures.DEAD_LETTERS.add(function=delivery.consumer, code="gave_up")
        function = self._functions.topology.get(delivery.consumer)
        self._feed.add(
            quiet=function is not None and isinstance(function.trigger, ScheduleTrigger),
            at=rfc3339(self._clock.now()),
            consumer=delivery.consumer,
            type=delivery.type,
            business=delivery.business,
            subject=str(delivery.event.get("subject", ""))[:200],
            attempt=delivery.attempt,
            outcome="done" if done else "dead" if last else "again",
            milliseconds=round(1000 * (time.perf_counter() - began)),
        )
