"""The worker: what a function answers decides whether its event is gone, repeated or dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runtime_world import EVENT, START, function, write_function

from local.feed import Feed
from local.functions import Functions
from local.worker import Worker
from shared.bus.local import LocalBus, Policy
from shared.core.clock import Clock, ManualClock, SystemClock
from shared.core.ids import SeededIds


class World:
    """One consumer with a handler that is Python text, a bus and a worker."""

    def __init__(self, folder: Path, name: str, body: str, clock: Clock) -> None:
        write_function(folder, name, body, EVENT)
        self.name, self.feed = name, Feed()
        self.bus = LocalBus(
            folder / "q.db", {name: {"x.v1"}}, clock, SeededIds(1), policy=Policy(attempts=3, base_seconds=1)
        )
        functions = Functions([function(name, kind="event", types=["x.v1"])], folder)
        self.worker = Worker(self.bus, functions, self.feed, clock)

    def publish(self, identity: str, **data: Any) -> None:
        event = {"specversion": "1.0", "id": identity, "source": "//t", "type": "x.v1", "business": "biz_a"}
        self.bus.publish([{**event, "subject": "things/1", "data": data}])

    def outcomes(self) -> list[str]:
        return [entry["outcome"] for entry in reversed(self.feed.latest())]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def closing() -> Iterator[list[World]]:
    worlds: list[World] = []
    yield worlds
    for world in worlds:
        world.bus.close()


def test_the_function_receives_the_structured_event_and_success_ends_it(
    tmp_path: Path, clock: ManualClock, closing: list[World]
) -> None:
    out = tmp_path / "seen.txt"
    text = "event['id'] + event['business'] + event.get_data()['name']"
    body = f"import pathlib; pathlib.Path({str(out)!r}).write_text({text})"
    world = World(tmp_path, "listener", body, clock)
    closing.append(world)
    world.publish("e1", name="Njĩ\n")
    assert world.worker.step() is True
    assert world.worker.step() is False
    assert out.read_text() == "e1biz_aNjĩ\n"
    assert world.bus.depths()["listener"].waiting == 0
    assert world.outcomes() == ["done"]


def test_a_crash_is_repeated_and_then_kept_as_a_dead_letter(
    tmp_path: Path, clock: ManualClock, closing: list[World]
) -> None:
    world = World(tmp_path, "crasher", "raise RuntimeError('no')", clock)
    closing.append(world)
    world.publish("e1")
    for _ in range(3):
        assert world.worker.step()
        clock.advance(10)
    assert world.worker.step() is False
    assert world.outcomes() == ["again", "again", "dead"]
    (letter,) = world.bus.dead_letters()
    assert letter.last_error == "the function answered 500"


def test_an_event_for_a_function_that_is_gone_is_not_lost(
    tmp_path: Path, clock: ManualClock, closing: list[World]
) -> None:
    world = World(tmp_path, "present", "return None", clock)
    closing.append(world)
    world.bus.send("gone", {"id": "e1", "type": "x.v1", "business": "biz_a", "data": {}})
    assert world.worker.step()
    assert world.outcomes() == ["again"]
    assert world.bus.depths()["gone"].waiting == 1


def test_threads_deliver_everything_and_stop_with_nothing_in_the_middle(
    tmp_path: Path, closing: list[World]
) -> None:
    world = World(tmp_path, "threaded", "return None", SystemClock())
    closing.append(world)
    for n in range(30):
        world.publish(f"e{n}")
    world.worker.start()
    done = threading.Event()
    for _ in range(200):
        if world.bus.depths()["threaded"] == world.bus.depths()["threaded"].__class__():
            break
        done.wait(0.02)
    assert world.worker.stop(5)
    assert world.outcomes() == ["done"] * 30


def test_stop_lets_the_event_at_hand_finish(tmp_path: Path, closing: list[World]) -> None:
    begun = tmp_path / "begun"
    body = f"import time; open({str(begun)!r}, 'w').close(); time.sleep(0.3)"
    world = World(tmp_path, "slow", body, SystemClock())
    closing.append(world)
    world.publish("e1")
    world.publish("e2")
    world.worker.start()
    pause = threading.Event()
    while not begun.exists():
        pause.wait(0.01)
    assert world.worker.stop(5)
    assert world.outcomes() == ["done"]
    assert world.bus.depths()["slow"].waiting == 1
