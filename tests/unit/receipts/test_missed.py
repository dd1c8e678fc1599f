"""Files whose event was lost are found by the sweep and announced again, within bounds, on both buckets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.blobs import Blob, Blobs
from shared.blobs.folder import FolderBlobs
from shared.blobs.gcs import open_gcs
from shared.bus import Outbox
from shared.core.clock import ManualClock, rfc3339
from shared.core.errors import Unavailable
from shared.events import ObjectFinalized
from shared.receipts import missed
from shared.receipts.consumer import consumer
from shared.receipts.missed import GRACE, REMEMBERED, ROUND, announce_missed
from shared.receipts.places import receipt_key
from shared.store import Store
from tests.support.bus import RecordingBus
from tests.support.gcs_stand_in import StandIn, standing_in

BUSINESS = "biz_a"


@dataclass
class World:
    """The ports of the sweep and of the reader; ``drop`` puts a file into the bucket, at this moment."""

    store: Store
    outbox: Outbox
    bus: RecordingBus
    blobs: Any
    clock: ManualClock
    behind: FolderBlobs | StandIn
    root: Path
    engines: tuple[Any, ...] = ()
    ids: Any = None
    tokens: Any = None

    def drop(self, name: str, business: str = BUSINESS, ago: timedelta = timedelta()) -> None:
        full, moment = f"receipts/{business}/{name}", self.clock.now() - ago
        if isinstance(self.behind, StandIn):
            resource = self.behind.store({"name": full}, name.encode())
            resource["timeCreated"] = rfc3339(moment)
            return
        self.behind.put(full, name.encode())
        nanoseconds = int(moment.timestamp() * 1e9) + len(self.bus.events)
        os.utime(self.root / full, ns=(nanoseconds, nanoseconds))

    def sweep(self, *businesses: str, give_up: datetime | None = None) -> list[str]:
        """What one sweep announces, by the last part of the name."""
        before = len(self.bus.events)
        names = businesses or (BUSINESS,)
        announced = announce_missed(self, names, give_up or self.clock.now() + timedelta(seconds=60))
        events = self.bus.events[before:]
        assert announced == len(events)
        assert {event["type"] for event in events} <= {"object.missed.v1"}
        return [event["data"]["name"].rpartition("/")[2] for event in events]

    def later(self, wait: timedelta = ROUND) -> None:
        self.clock.advance(wait.total_seconds())


class Watched:
    """A bucket that keeps count of its listings, and may be away."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs, self.away = blobs, False
        self.lists: list[tuple[str, str]] = []
        self.bucket, self.size, self.get = blobs.bucket, blobs.size, blobs.get

    def list(self, prefix: str = "", after: str = "") -> Iterator[Blob]:
        if self.away:
            raise Unavailable("the bucket is away")
        self.lists.append((prefix, after.rpartition("/")[2]))
        return self.blobs.list(prefix, after)


@pytest.fixture(params=["folder", "gcs"])
def world(
    request: pytest.FixtureRequest, store: Store, bus: RecordingBus, clock: ManualClock, tmp_path: Path
) -> Iterator[World]:
    outbox, root = Outbox(store, bus), tmp_path / "bucket"
    if request.param == "folder":
        folder = FolderBlobs(root, "bucket")
        yield World(store, outbox, bus, Watched(folder), clock, folder, root)
        return
    with standing_in() as server:
        request.getfixturevalue("monkeypatch").setenv("STORAGE_EMULATOR_HOST", server.url)
        blobs = Watched(open_gcs(f"gs://{server.bucket}", patience=1))
        yield World(store, outbox, bus, blobs, clock, server, root)


def test_a_file_without_a_receipt_is_announced_and_then_read(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    assert world.sweep() == ["lost.jpg"]
    (event,) = world.bus.events
    assert event["business"] == BUSINESS
    consumer.handle(world, event)  # as the bus delivers it to the reader
    (file,) = world.blobs.blobs.list()
    stored = ObjectFinalized(bucket=world.blobs.bucket, name=file.name, generation=file.generation)
    receipt = world.store.require(BUSINESS, receipt_key(stored))
    assert (receipt.data["status"], receipt.data["reasons"]) == ("refused", ["receipt_unsupported_type"])
    world.later()
    assert world.sweep() == []


def test_it_is_announced_again_as_long_as_nobody_reads_it(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    rounds = [world.sweep()]
    for _ in range(3):
        world.later()
        rounds.append(world.sweep())
    assert rounds == [["lost.jpg"]] * 4
    assert len({event["id"] for event in world.bus.events}) == 1, "one file and version is one event"


def test_what_is_young_or_old_is_left_alone(world: World) -> None:
    world.drop("young.jpg", ago=GRACE - timedelta(seconds=1))
    world.drop("old.jpg", ago=REMEMBERED + timedelta(seconds=1))
    assert world.sweep() == []
    world.later()
    assert world.sweep() == ["young.jpg"]


def test_between_rounds_the_bucket_is_not_asked(world: World) -> None:
    for _ in range(5):
        assert world.sweep(BUSINESS, "biz_b") == []
        world.later(timedelta(minutes=1))
    assert len(world.blobs.lists) == 2, "once for each business"
    world.later()
    world.sweep(BUSINESS, "biz_b")
    assert len(world.blobs.lists) == 4


def test_a_large_folder_is_gone_through_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "LOOKED", 2)
    for number in range(5):
        world.drop(f"{number}.jpg", ago=GRACE)
    assert [world.sweep() for _ in range(4)] == [["0.jpg", "1.jpg"], ["2.jpg", "3.jpg"], ["4.jpg"], []]
    assert [after for _, after in world.blobs.lists] == ["", "1.jpg", "3.jpg"]


def test_of_many_missing_files_only_so_many_are_announced_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "ANNOUNCED", 3)
    for number in range(7):
        world.drop(f"{number}.jpg", ago=GRACE)
    assert [len(world.sweep()) for _ in range(4)] == [3, 3, 1, 0]
    assert len({event["data"]["name"] for event in world.bus.events}) == 7


def test_a_bucket_that_is_away_ends_it_for_now_and_loses_nothing(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    world.blobs.away = True
    assert world.sweep(BUSINESS, "biz_b") == []
    world.blobs.away = False
    assert world.sweep() == ["lost.jpg"]


def test_a_bus_that_is_away_gets_the_events_from_the_outbox_later(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    world.bus.down = True
    assert announce_missed(world, [BUSINESS], world.clock.now()) == 1
    world.bus.down = False
    world.later(timedelta(seconds=30))
    assert world.outbox.relay(BUSINESS) == 1
    assert [event["type"] for event in world.bus.events] == ["object.missed.v1"]


def test_a_business_whose_name_no_bucket_takes_stops_no_other(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    assert world.sweep(".hidden", BUSINESS) == ["lost.jpg"]


def test_when_the_time_is_over_the_rest_waits(world: World) -> None:
    world.drop("lost.jpg", ago=GRACE)
    assert world.sweep(give_up=world.clock.now() - timedelta(seconds=1)) == []
    assert world.sweep() == ["lost.jpg"]


def test_each_business_is_looked_through_in_its_own_folder(world: World) -> None:
    world.drop("mine.jpg", ago=GRACE)
    world.drop("theirs.jpg", "biz_ab", ago=GRACE)
    assert world.sweep() == ["mine.jpg"]
    assert world.sweep("biz_ab") == ["theirs.jpg"]
    assert [event["business"] for event in world.bus.events] == [BUSINESS, "biz_ab"]
