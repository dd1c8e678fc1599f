"""The whole chain on emulators: HTTP functions and simulated Safaricom here, event functions on their own.

Every push of Pub/Sub goes through a door that notes it and fails on demand.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from google.api_core.exceptions import DeadlineExceeded

from bench.floor import environment
from local.bucket import finalized
from local.pubsub import Emulator, Waits
from local.system import System
from local.transport import Ways
from shared.core.clock import SystemClock, rfc3339
from shared.core.ids import SystemIds
from shared.core.settings import Settings
from shared.events import SYSTEM, SweepDue, new_event
from shared.store import Query
from tests.e2e.final import Final, differences, final
from tests.e2e.world import PHONE, World, furnish, settings_in
from tests.support.alone import functions_alone
from tests.support.door import Door, door

EVENT_FUNCTIONS = ("alerts", "notify", "ocr_receipt", "reconcile", "settle", "sweep")
WAITS = Waits(0.1, 0.5, 5)
PATIENCE = 60
"""Seconds until a run that is not yet what it should be counts as wrong."""


@dataclass
class Chain:
    """A running chain. Businesses share it, so each test takes one of its own."""

    system: System
    door: Door
    addresses: dict[str, str]
    project: str

    def world(self, business: str, payer: str = PHONE) -> Remote:
        """A furnished business with a customer on that phone."""
        world = Remote(self, business)
        world.payer = payer
        furnish(world)
        return world

    def wait_for(self, done: Callable[[], object], what: str) -> None:
        """Let simulated Safaricom do its work until ``done``."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, f"{what}\npushes:\n{self._pushes()}"
            if not self.system.safaricom.deliver_due():
                time.sleep(0.05)

    def wait_for_documents(self, business: str, wanted: Final) -> None:
        """Until the business has exactly these documents; says what differs when that does not come."""
        store = self.system.app.store
        try:
            self.wait_for(lambda: final(store, business) == wanted, "")
        except AssertionError:
            found = differences(final(store, business), wanted)
            raise AssertionError(f"first: on the emulators, second: embedded\n{found}") from None

    def _pushes(self) -> str:
        return "\n".join(f"{one.function} {one.status} {one.body[:300]!r}" for one in self.door.seen())

    def buried(self) -> Counter[str]:
        """Codes of the dead letters in the store, those under no business and those of ``biz_poisoned``."""
        query = Query("dead_letters", (), "recorded_at")
        store = self.system.app.store
        return Counter(doc.data["code"] for b in (SYSTEM, "biz_poisoned") for doc in store.all(b, query))

    def sweep(self) -> None:
        """Call the sweep as Cloud Scheduler does."""
        clock, ids = SystemClock(), SystemIds()
        due = new_event(SYSTEM, f"timers/{ids.new('run')}", 1, rfc3339(clock.now()), SweepDue())
        headers = {"Content-Type": "application/cloudevents+json"}
        answer = requests.post(
            self.addresses["sweep"], json=due.to_cloud_event(), headers=headers, timeout=60
        )
        assert answer.status_code in (200, 204), answer.status_code


class Remote(World):
    """A business of the chain; time passes by itself here."""

    def __init__(self, chain: Chain, business: str) -> None:
        super().__init__(chain.system, chain.system.clock, business)  # type: ignore[arg-type]
        self.chain = chain

    def advance(self, seconds: float = 0) -> None:
        """Only simulated Safaricom is told that time has passed."""
        self.system.safaricom.deliver_due()

    def hand_in(self, name: str, photo: bytes) -> None:
        """A photo lands in the bucket, and Eventarc says so: attributes as headers, data as the body."""
        app = self.system.app
        blob = app.blobs.put(f"receipts/{self.business}/{name}", photo)
        event = finalized(app.blobs.bucket, blob, self.business, rfc3339(self.clock.now()))
        headers = {f"ce-{key}": str(value) for key, value in event.items() if key not in ("data", "business")}
        for _ in range(2):  # Eventarc, too, delivers at least once
            answer = requests.post(
                self.chain.addresses["ocr_receipt"], json=event["data"], headers=headers, timeout=120
            )
            assert answer.status_code in (200, 204), answer.status_code


class Raw:
    """Messages as nobody should send them, to one topic; and what became dead letters."""

    def __init__(self, project: str, topic: str) -> None:
        self._emulator = Emulator(project)
        self._topic = self._emulator.topic(topic)
        self._kept = self._emulator.subscription("dead-letters.kept")
        self._letters: list[bytes] = []

    def publish(self, body: bytes, attributes: dict[str, str], key: str = "") -> None:
        message = {"data": body, "attributes": attributes, "ordering_key": key}
        self._emulator.publisher.publish(request={"topic": self._topic, "messages": [message]})

    def letters(self) -> list[bytes]:
        """Everything on the dead-letter topic so far, oldest first."""
        pull = {"subscription": self._kept, "max_messages": 100}
        try:
            found = self._emulator.subscriber.pull(request=pull, retry=None, timeout=1).received_messages
        except DeadlineExceeded:  # how the emulator says that there is nothing
            return self._letters
        self._letters += [each.message.data for each in found]
        ids = [each.ack_id for each in found]
        if ids:
            self._emulator.subscriber.acknowledge(request={"subscription": self._kept, "ack_ids": ids})
        return self._letters

    def close(self) -> None:
        self._emulator.close()


@contextmanager
def running_chain(folder: Path, project: str, **given: Any) -> Iterator[Chain]:
    """Start it all; ``given`` are settings, such as the store's."""
    settings = settings_in(folder, bus_url=f"pubsub://{project}", log_level="WARNING", **given)
    addresses: dict[str, str] = {}
    with door(addresses) as opened:
        endpoints = {name: f"{opened.url}/{name}" for name in EVENT_FUNCTIONS}
        system = System(settings, SystemClock(), SystemIds(), ways=Ways(waits=WAITS, endpoints=endpoints))
        system.start()
        try:
            env = {**environment(folder), **_variables(system.settings)}
            with functions_alone(EVENT_FUNCTIONS, env, folder) as alone:
                addresses |= alone
                yield Chain(system, opened, addresses, project)
        finally:
            system.stop()


def _variables(settings: Settings) -> dict[str, str]:
    """The environment that makes a process use these settings, and the emulators."""
    emulators = {name: os.environ[name] for name in os.environ if name.endswith("_EMULATOR_HOST")}
    values = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        for name, value in settings
    }
    return emulators | {name.upper(): value for name, value in values.items() if value != ""}
