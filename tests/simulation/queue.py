"""The bus: at least once, in any order, again after a crash, and to a dead letter after eight tries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from shared.bus import Consumer
from shared.core.errors import Unavailable
from shared.matching.consumer import consumer as reconcile
from shared.messages.consumer import consumer as notify
from shared.payments.consumer import settle_consumer as settle
from tests.simulation.faults import Faults
from tests.simulation.kernel import SECOND, Crash, Kernel, drawn

MOST_TRIES = 8
"""As the embedded queue and the subscriptions in infra/terraform: then the event is a dead letter."""
CONSUMERS: dict[str, Consumer[Any]] = {one.name: one for one in (settle, reconcile, notify)}
_TOPOLOGY = Path(__file__).parents[2] / "infra" / "functions.json"


@cache
def routes() -> dict[str, tuple[str, ...]]:
    """Which of the simulated functions get which event type, by the topology that is deployed."""
    functions = json.loads(_TOPOLOGY.read_text())["functions"]
    found: dict[str, tuple[str, ...]] = {}
    for name in CONSUMERS:
        for kind in functions[name]["trigger"]["types"]:
            found[kind] = (*found.get(kind, ()), name)
    return found


class SimulatedBus:
    """The bus port, and the deliveries that follow from it.

    Args:
        handle: what a function does with an event.
    """

    collects_outbox = False

    def __init__(self, kernel: Kernel, faults: Faults, handle: Callable[[str, dict[str, Any]], None]) -> None:
        self._kernel = kernel
        self._faults = faults
        self._handle = handle
        self.published: Counter[str] = Counter()
        self.down = ""
        self.dead: list[tuple[str, dict[str, Any], str]] = []
        self.waiting = 0

    def wake(self) -> None:
        """Rows are handed over, not collected."""

    def close(self) -> None:
        """Nothing is held."""

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        texts = [json.dumps(event) for event in events]
        names = ",".join(f"{event['type']}:{event['subject']}" for event in events)
        self._kernel.step(f"publish {names}", lambda: self._take(texts))

    def _take(self, texts: list[str]) -> None:
        if self._faults.hit("publish_refused"):
            raise Unavailable("the bus cannot be reached (injected)")
        for text in texts:
            event = json.loads(text)
            self.published[event["id"]] += 1
            for consumer in routes().get(event["type"], ()):
                self.deliver(consumer, event)
        if self._faults.hit("publish_ack_lost"):
            raise Unavailable("the bus took the events and could not say so (injected)")

    def deliver(self, consumer: str, event: dict[str, Any], tries: int = 1) -> None:
        """Put one delivery on its way; sooner or later it arrives, and maybe once more."""
        delay = drawn(self._faults.random, 0.001, 0.05) if tries == 1 else self._back_off(tries)
        if self._faults.hit("event_late"):
            delay += drawn(self._faults.random, 1, 900)
        self._send(consumer, event, tries, delay)
        if tries == 1 and self._faults.hit("event_doubled"):
            self._send(consumer, event, tries, delay + drawn(self._faults.random, 0, 60))

    def _send(self, consumer: str, event: dict[str, Any], tries: int, delay: int) -> None:
        self.waiting += 1
        name = f"{consumer}:{event.get('type')}:{event.get('subject')}#{tries}"
        ended = partial(self._ended, consumer, event, tries)
        skew = drawn(self._faults.random, -90, 90) if self._faults.hit("clock_skew") else 0
        self._kernel.spawn(name, lambda: self._call(consumer, event), delay=delay, skew=skew, ended=ended)

    def _call(self, consumer: str, event: dict[str, Any]) -> None:
        if self._faults.on and consumer == self.down:
            raise Unavailable("this function cannot start (injected)")
        self._handle(consumer, event)

    def _back_off(self, tries: int) -> int:
        return int(min(600, 10 * 2 ** (tries - 2)) * SECOND * (0.5 + self._faults.random.random() / 2))

    def _ended(self, consumer: str, event: dict[str, Any], tries: int, failure: BaseException | None) -> None:
        self.waiting -= 1
        if failure is None:
            return
        self._faults.counts["event_redelivered"] += 1
        if not isinstance(failure, Crash) and not getattr(failure, "status", 0) >= 500:
            self._kernel.broken(f"{consumer} failed on {event.get('type')} with {failure!r}")
        if tries < MOST_TRIES:
            self.deliver(consumer, event, tries + 1)
        else:
            self._faults.counts["dead_letter"] += 1
            self.dead.append((consumer, event, repr(failure)))

    def revive(self) -> int:
        """An operator publishes the dead letters again; returns how many."""
        dead, self.dead = self.dead, []
        for consumer, event, _why in dead:
            self.deliver(consumer, event)
        return len(dead)
