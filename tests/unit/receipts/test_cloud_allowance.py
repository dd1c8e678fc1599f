"""Receipts leave only where a business says so, and never cost more than it allows, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.blobs.folder import FolderBlobs
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.errors import Contended
from shared.events import ObjectFinalized
from shared.receipts.api import receipt_view
from shared.receipts.cloud_policy import POLICY, CloudPolicy, change_policy, read_policy
from shared.receipts.engines.allowance import SPENT, cloud_for, spend
from shared.receipts.engines.cloud import CloudReaders
from shared.receipts.intake import take_in
from shared.receipts.places import receipt_key
from shared.store import Doc, Store
from tests.support.bus import RecordingBus
from tests.unit.receipts.readers_world import BLURRED, GOOD, both, world_of
from tests.unit.receipts.support import ScriptedEngine, image_bytes

BUSINESS, OTHER = "biz_a", "biz_b"
DAY = "2026-11-23"


class NoReader:
    """An engine that nobody may ask."""

    name, version = "vision", "none"

    def read_page(self, picture: object, uri: str = "") -> Any:
        raise AssertionError("a page left without leave")


@dataclass
class World:
    store: Store
    outbox: Outbox
    blobs: FolderBlobs
    clock: ManualClock
    cloud_readers: CloudReaders | None
    engines: Sequence[Any] = field(default_factory=lambda: [ScriptedEngine(*BLURRED)])
    ids: Any = None
    tokens: Any = None

    def allow(self, business: str = BUSINESS, **how: Any) -> None:
        policy = CloudPolicy(**{"allowed": True, **how})
        self.store.transaction(business, lambda tx: change_policy(tx, policy, "usr_owner"))

    def take(self, name: str, business: str = BUSINESS) -> Doc:
        blob = self.blobs.put(f"receipts/{business}/{name}", image_bytes("PNG", (400, 600 + len(name))))
        file = ObjectFinalized(bucket="bucket", name=blob.name, generation=blob.generation)
        take_in(self, business, file)
        return self.store.require(business, receipt_key(file))

    def spent(self, business: str = BUSINESS) -> Any:
        doc = self.store.get(business, SPENT)
        return doc.data if doc is not None else {}


@pytest.fixture
def world(store: Store, bus: RecordingBus, tmp_path: Path) -> World:
    clock = ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    readers = CloudReaders(clock, NoReader(), None)
    return World(store, Outbox(store, bus), FolderBlobs(tmp_path / "bucket", "bucket"), clock, readers)


def tried(receipt: Doc) -> list[tuple[str, str]]:
    return [(one["engine"], one["outcome"]) for one in receipt.data["reading"]["engines_tried"]]


def test_a_business_that_never_chose_keeps_its_receipts(world: World) -> None:
    assert tried(world.take("a.png")) == [("scripted", "read")]


def test_the_choice_of_one_business_is_not_anothers(world: World) -> None:
    world.allow(OTHER)
    assert tried(world.take("a.png")) == [("scripted", "read")]
    file = ObjectFinalized(bucket="b", name=f"receipts/{OTHER}/a.png", generation="1")
    assert cloud_for(world, OTHER, file) is not None
    assert cloud_for(world, BUSINESS, file) is None


def test_an_allowed_receipt_is_read_by_vision_and_paid(world: World) -> None:
    with world_of(both, *GOOD) as simulated:
        world.cloud_readers = simulated.readers
        world.allow(vision_pages_a_day=1)
        first, second = world.take("a.png"), world.take("bb.png")
    assert (first.data["status"], first.data["total_cents"]) == ("accepted", 877_500)
    assert tried(first) == [("scripted", "read"), ("vision", "read")]
    assert tried(second) == [("scripted", "read"), ("vision", "over_budget"), ("gemini", "unbelieved")]
    assert second.data["status"] == "needs_review"
    shown = [(one["engine"], one["outcome"]) for one in receipt_view(second).engines_tried]
    assert shown == tried(second)  # whoever asks why a person must look is told
    assert {name: world.spent()[name] for name in ("vision", "gemini")} == {"vision": 1, "gemini": 1}
    assert world.spent(OTHER) == {}


def test_switched_off_again_nothing_leaves(world: World) -> None:
    world.allow()
    world.allow(allowed=False)
    assert tried(world.take("a.png")) == [("scripted", "read")]


def test_allowed_but_not_set_up_is_nothing(world: World) -> None:
    world.allow()
    world.cloud_readers = None
    assert tried(world.take("a.png")) == [("scripted", "read")]


@pytest.mark.parametrize(
    ("bucket", "name", "uri"),
    [
        ("gs://hesabu", "receipts/biz_a/x.jpeg", "gs://hesabu/receipts/biz_a/x.jpeg"),
        ("gs://hesabu", "receipts/biz_a/x.heic", ""),
        ("gs://hesabu", "receipts/biz_a/x.pdf", ""),
        ("", "receipts/biz_a/x.jpeg", ""),
    ],
)
def test_vision_fetches_only_pictures_that_it_knows_from_cloud_storage(
    world: World, bucket: str, name: str, uri: str
) -> None:
    world.allow()
    world.cloud_readers = CloudReaders(world.clock, NoReader(), None, bucket)
    cloud = cloud_for(world, BUSINESS, ObjectFinalized(bucket="hesabu", name=name, generation="1"))
    assert cloud is not None
    assert cloud.uri == uri


# --- the budget
def test_a_budget_is_for_a_day_in_nairobi(store: Store) -> None:
    assert [spend(store, BUSINESS, "vision", 2, DAY) for _ in range(3)] == [True, True, False]
    assert spend(store, BUSINESS, "gemini", 1, DAY)
    assert spend(store, BUSINESS, "vision", 2, "2026-11-24")
    assert spend(store, OTHER, "vision", 1, DAY)
    assert not spend(store, BUSINESS, "vision", 1, DAY)  # a clock behind ours begins no old day again


def test_the_day_begins_at_midnight_in_nairobi(world: World) -> None:
    world.clock = ManualClock(datetime(2026, 11, 23, 20, 59, tzinfo=UTC))
    world.allow(vision_pages_a_day=1)
    cloud = cloud_for(
        world, BUSINESS, ObjectFinalized(bucket="b", name="receipts/biz_a/x.png", generation="1")
    )
    assert cloud is not None
    assert [cloud.afford("vision"), cloud.afford("vision")] == [True, False]
    world.clock.advance(timedelta(minutes=2).total_seconds())
    assert cloud.afford("vision")
    assert not cloud.afford("crystalball")


def test_nobody_spends_the_same_last_call_twice(store: Store) -> None:
    got: list[bool] = []
    go = threading.Barrier(8)

    def one() -> None:
        go.wait()
        got.extend(spend(store, BUSINESS, "vision", 5, DAY) for _ in range(3))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    doc = store.require(BUSINESS, SPENT)
    assert len(got) == 24
    assert doc.data["vision"] == 5
    assert sum(got) <= 5


def test_a_budget_that_nobody_can_read_is_not_spent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def contended(*_: object) -> None:
        raise Contended("others were faster")

    monkeypatch.setattr(store, "transaction", contended)
    assert not spend(store, BUSINESS, "vision", 5, DAY)


@pytest.mark.parametrize("spoilt", [{"day": DAY, "vision": "many"}, {"day": DAY, "vision": True}])
def test_a_spoilt_count_spends_nothing(store: Store, spoilt: dict[str, Any]) -> None:
    store.put(BUSINESS, SPENT, spoilt)
    assert not spend(store, BUSINESS, "vision", 5, DAY)


# --- the policy
@pytest.mark.parametrize(
    "spoilt",
    [
        {"allowed": 1},
        {"allowed": True},
        {"allowed": True, "vision_pages_a_day": "5", "gemini_calls_a_day": 1},
    ],
)
def test_a_policy_that_cannot_be_read_lets_nothing_out(store: Store, spoilt: dict[str, Any]) -> None:
    store.put(BUSINESS, POLICY, {"changes": [], **spoilt})
    assert read_policy(store.get(BUSINESS, POLICY)) == CloudPolicy()
    assert not CloudPolicy().allowed


def test_changes_are_kept_with_who_made_them(store: Store) -> None:
    for allowed in (True, True, False):
        policy = CloudPolicy(allowed=allowed)
        kept = store.transaction(BUSINESS, lambda tx, new=policy: change_policy(tx, new, "usr_1"))
    assert [change["after"]["allowed"] for change in kept["changes"]] == [False, True]
    assert {change["by"] for change in kept["changes"]} == {"usr_1"}
