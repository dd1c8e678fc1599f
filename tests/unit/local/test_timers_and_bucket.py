"""Timers fire once a period; files in the bucket are announced once, whole, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from runtime_world import START, MemoryBlobs, function

from local.bucket import BucketWatcher
from local.scheduler import Scheduler
from shared.bus import Outbox
from shared.bus.local import LocalBus
from shared.core.clock import ManualClock
from shared.core.errors import Unavailable
from shared.core.ids import SeededIds
from shared.events import ObjectFinalized, SweepDue, parse
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

SWEEP = function("sweep", kind="schedule", type=SweepDue.TYPE, cron="* * * * *", local_seconds=15)
SUBSCRIPTIONS = {"sweep": {SweepDue.TYPE}, "ocr": {ObjectFinalized.TYPE}}


@dataclass
class World:
    clock: ManualClock
    store: Store
    bus: LocalBus
    outbox: Outbox
    blobs: MemoryBlobs

    def take(self) -> list[dict[str, Any]]:
        events = []
        while delivery := self.bus.claim():
            events.append(delivery.event)
            self.bus.ack(delivery)
        return events


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock, ids = ManualClock(START), SeededIds(3)
    store = Store(SqliteAdapter(tmp_path / "x.db", durable=False), SCHEMA, clock, ids)
    store.ensure_indexes()
    bus = LocalBus(tmp_path / "x.db", SUBSCRIPTIONS, clock, ids)
    yield World(clock, store, bus, Outbox(store, bus), MemoryBlobs())
    bus.close()
    store.close()


def test_a_timer_fires_once_a_period(world: World) -> None:
    scheduler = Scheduler([SWEEP], world.bus, world.clock)
    assert [scheduler.tick(), scheduler.tick()] == [1, 0]
    (event,) = world.take()
    assert isinstance(parse(event).data, SweepDue)
    world.clock.advance(14.9)
    assert scheduler.tick() == 0
    world.clock.advance(0.1)
    assert scheduler.tick() == 1


def test_a_timer_whose_event_still_waits_does_not_pile_up(world: World) -> None:
    scheduler = Scheduler([SWEEP], world.bus, world.clock)
    for _ in range(5):
        scheduler.tick()
        world.clock.advance(15)
    assert len(world.take()) == 1
    assert scheduler.tick() == 1


def test_two_schedulers_in_one_period_make_one_event(world: World) -> None:
    Scheduler([SWEEP], world.bus, world.clock).tick()
    Scheduler([SWEEP], world.bus, world.clock).tick()
    assert len(world.take()) == 1


def test_a_file_is_announced_after_two_equal_looks(world: World) -> None:
    watcher = BucketWatcher(world, "receipts/")
    world.blobs.put("receipts/biz_a/tea.jpg", b"half")
    assert watcher.scan() == 0
    world.blobs.put("receipts/biz_a/tea.jpg", b"whole")
    assert watcher.scan() == 0
    assert watcher.scan() == 1
    assert watcher.scan() == 0
    (event,) = world.take()
    assert (event["data"]["generation"], event["data"]["size"]) == ("2", "5")


def test_the_event_has_the_shape_of_cloud_storage(world: World) -> None:
    world.blobs.put("receipts/biz_a/tea cup.jpg", b"x")
    BucketWatcher(world, "receipts/").scan(settled=True)
    (event,) = world.take()
    assert event["type"] == "google.cloud.storage.object.v1.finalized"
    assert event["source"] == "//storage.googleapis.com/projects/_/buckets/test-bucket"
    assert event["subject"] == "objects/receipts/biz_a/tea cup.jpg"
    parsed = parse(event)
    assert isinstance(parsed.data, ObjectFinalized)
    assert (parsed.business, parsed.id, parsed.data.name) == (
        "biz_a",
        event["id"],
        "receipts/biz_a/tea cup.jpg",
    )


def test_a_new_watcher_remembers_what_was_announced(world: World) -> None:
    world.blobs.put("receipts/biz_a/tea.jpg", b"x")
    assert BucketWatcher(world, "receipts/").scan(settled=True) == 1
    assert BucketWatcher(world, "receipts/").scan(settled=True) == 0
    world.blobs.put("receipts/biz_a/tea.jpg", b"y")
    assert BucketWatcher(world, "receipts/").scan(settled=True) == 1
    assert len({event["id"] for event in world.take()}) == 2


@pytest.mark.parametrize("name", ["receipts/loose.jpg", "receipts/bad business/x.jpg", "receipts/../x.jpg"])
def test_a_file_in_the_wrong_place_is_left_alone_and_stops_nothing(world: World, name: str) -> None:
    world.blobs.put(name, b"x")
    world.blobs.put("receipts/biz_a/ok.jpg", b"x")
    watcher = BucketWatcher(world, "receipts/")
    assert watcher.scan(settled=True) == 1
    assert [event["data"]["name"] for event in world.take()] == ["receipts/biz_a/ok.jpg"]


def test_files_elsewhere_are_not_announced(world: World) -> None:
    world.blobs.put("statements/biz_a/x.csv", b"x")
    assert BucketWatcher(world, "receipts/").scan(settled=True) == 0


def test_a_publish_that_fails_loses_nothing(world: World) -> None:
    class Down:
        collects_outbox = False

        def wake(self) -> None:
            raise AssertionError("this bus takes nothing from the outbox by itself")

        def publish(self, events: object) -> None:
            raise Unavailable("down")

    world.blobs.put("receipts/biz_a/tea.jpg", b"x")
    world.outbox = Outbox(world.store, Down())
    assert BucketWatcher(world, "receipts/").scan(settled=True) == 1
    assert len(world.take()) == 1, "the embedded queue takes the committed row itself"
