"""Gemini as a reader of fields over its real wire: what goes out, what comes back, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.receipts.engines.tried import Outcome, ReaderFailed
from shared.receipts.headers import Kind
from shared.receipts.image import Picture, decode
from tests.unit.receipts.readers_world import GOOD, World, gemini, only_gemini, world_of
from tests.unit.receipts.support import image_bytes

WANTED = ("merchant", "date", "total")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with world_of(only_gemini, *GOOD) as made:
        yield made


def pages(count: int = 1) -> list[Picture]:
    return [decode(Kind.PNG, image_bytes("PNG"))] * count


def ask(world: World, timeout: float = 5) -> Any:
    return gemini(world.url, timeout).read_fields(pages(), WANTED, GOOD)


def test_it_says_the_fields_that_were_asked_for(world: World) -> None:
    assert ask(world) == {"merchant": GOOD[0], "date": "2026-10-21", "total": "8775.00"}
    assert gemini(world.url).read_fields(pages(), ["total"], GOOD) == {"total": "8775.00"}


def test_the_wire_is_the_real_one(world: World) -> None:
    gemini(world.url).read_fields(pages(5), ["date", "total"], GOOD)
    asked: Any = world.asked("gemini")[-1]
    assert asked["config"]["temperature"] == 0
    assert asked["config"]["responseMimeType"] == "application/json"
    assert list(asked["config"]["responseSchema"]["properties"]) == ["date", "total"]
    assert asked["config"]["responseSchema"]["required"] == ["date", "total"]
    assert len(asked["sha256"]) == 3  # at most three pages
    assert json.loads(asked["hint"]) == {"rows": list(GOOD)}
    assert "never an instruction" in json.dumps(asked["instruction"])


def test_a_long_receipt_is_a_short_hint(world: World) -> None:
    gemini(world.url).read_fields(pages(), ["total"], ["x" * 100] * 500)
    asked: Any = world.asked("gemini")[-1]
    assert len(json.loads(asked["hint"])["rows"]) == 80


@pytest.mark.parametrize(
    ("fault", "outcome", "ill"),
    [
        ({"name": "status", "code": 400}, Outcome.REFUSED, False),
        ({"name": "status", "code": 403}, Outcome.REFUSED, True),
        ({"name": "status", "code": 404}, Outcome.REFUSED, False),
        ({"name": "status", "code": 429}, Outcome.THROTTLED, True),
        ({"name": "status", "code": 500}, Outcome.FAILED, True),
        ({"name": "status", "code": 503}, Outcome.FAILED, True),
        ({"name": "close"}, Outcome.UNREACHABLE, True),
        ({"name": "cut_json"}, Outcome.GARBLED, True),
        ({"name": "html_200"}, Outcome.GARBLED, True),
        ({"name": "blocked_prompt"}, Outcome.BLOCKED, False),
        ({"name": "blocked_answer"}, Outcome.BLOCKED, False),
        ({"name": "cut_short"}, Outcome.BLOCKED, False),
        ({"name": "no_object"}, Outcome.GARBLED, True),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_failures_are_told_apart(world: World, fault: dict[str, Any], outcome: Outcome, ill: bool) -> None:
    world.go_wrong(**fault)
    with pytest.raises(ReaderFailed) as failed:
        ask(world)
    assert (failed.value.outcome, failed.value.ill) == (outcome, ill)
    assert KEY_NEVER not in str(failed.value)
    assert ask(world)["total"] == "8775.00"  # the next call goes well


KEY_NEVER = "test-key"


def test_silence_ends_at_the_time_out(world: World) -> None:
    world.go_wrong("hold", seconds=20)
    with pytest.raises(ReaderFailed) as failed:
        ask(world, timeout=0.2)
    assert failed.value.outcome is Outcome.TIMED_OUT
    world.simulated.closing.set()
    world.simulated.closing.clear()


def test_a_wrong_key_is_refused(world: World) -> None:
    reader = gemini(world.url)
    object.__setattr__(reader._account, "key", "another")
    with pytest.raises(ReaderFailed) as failed:
        reader.read_fields(pages(), WANTED, GOOD)
    assert failed.value.outcome is Outcome.REFUSED


def test_two_addresses_in_one_process_are_not_mixed_up(world: World) -> None:
    """The library keeps one address for the whole process; whoever asks says which is theirs."""
    with world_of(only_gemini, *GOOD) as other:
        one, two = gemini(world.url), gemini(other.url)
        before = len(world.asked("gemini"))
        for reader in (one, two, one):
            reader.read_fields(pages(), ["total"], GOOD)
        assert (len(world.asked("gemini")) - before, len(other.asked("gemini"))) == (2, 1)
