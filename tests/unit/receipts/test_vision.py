"""Cloud Vision over its real wire, REST and gRPC: what goes out, what comes back, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.readers import serve_grpc
from shared.receipts.engines import vision
from shared.receipts.engines.tried import Outcome, ReaderFailed
from shared.receipts.engines.vision import VisionReader
from shared.receipts.headers import Kind
from shared.receipts.image import Picture, decode
from shared.receipts.rows import build_rows
from tests.unit.receipts.readers_world import GOOD, World, only_vision, world_of
from tests.unit.receipts.support import image_bytes


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with world_of(only_vision, *GOOD) as made:
        yield made


@pytest.fixture(scope="module", params=["rest", "grpc"])
def reader(world: World, request: pytest.FixtureRequest) -> Iterator[VisionReader]:
    if request.param == "rest":
        made = VisionReader("rest", world.url, timeout=5)
        yield made
        made.close()
        return
    with serve_grpc(world.simulated) as address:
        made = VisionReader("grpc", address, timeout=5)
        yield made
        made.close()
    world.simulated.closing.clear()


def picture() -> Picture:
    return decode(Kind.PNG, image_bytes("PNG"))


def failure(reader: VisionReader) -> ReaderFailed:
    with pytest.raises(ReaderFailed) as failed:
        reader.read_page(picture())
    return failed.value


def test_the_rows_of_a_page_come_back(reader: VisionReader) -> None:
    text = reader.read_page(picture())
    assert tuple(row.text for row in build_rows(text.lines)) == GOOD
    assert (text.engine, text.turned, text.trusted) == ("vision", 0, True)
    assert {line.score for line in text.lines} == {980}


def test_what_goes_out_is_our_own_picture_with_hints_and_without_the_cameras_notes(
    world: World, reader: VisionReader
) -> None:
    buffer = BytesIO()
    exif = Image.Exif()
    exif[0x9286] = "taken at home"
    Image.new("RGB", (400, 600), "white").save(buffer, "JPEG", exif=exif)
    sent: list[bytes] = []
    eyes, world.simulated.desk.__dict__["eyes"] = world.eyes, lambda raw: (sent.append(raw), eyes(raw))[1]
    try:
        reader.read_page(decode(Kind.JPEG, buffer.getvalue()))
    finally:
        world.simulated.desk.__dict__["eyes"] = eyes
    assert world.asked("vision")[-1]["hints"] == ["en", "sw"]
    assert sent[0].startswith(b"\xff\xd8")
    assert b"taken at home" in buffer.getvalue()
    assert b"taken at home" not in sent[0]


def test_an_empty_page_is_a_reading_of_nothing(world: World, reader: VisionReader) -> None:
    world.eyes.texts = ()
    assert reader.read_page(picture()).lines == ()
    world.eyes.texts = GOOD


@pytest.mark.parametrize(
    ("fault", "outcome", "ill"),
    [
        ({"name": "status", "code": 400}, Outcome.REFUSED, False),
        ({"name": "status", "code": 403}, Outcome.REFUSED, True),
        ({"name": "status", "code": 429}, Outcome.THROTTLED, True),
        ({"name": "status", "code": 500}, Outcome.FAILED, True),
        ({"name": "status", "code": 503}, Outcome.FAILED, True),
        ({"name": "status", "code": 504}, Outcome.TIMED_OUT, True),
        ({"name": "picture_refused", "code": 3}, Outcome.REFUSED, False),
        ({"name": "picture_refused", "code": 8}, Outcome.THROTTLED, True),
        ({"name": "picture_refused", "code": 14}, Outcome.FAILED, True),
        ({"name": "no_answers"}, Outcome.GARBLED, True),
        ({"name": "odd_boxes"}, Outcome.GARBLED, True),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_failures_are_told_apart(
    world: World, reader: VisionReader, fault: dict[str, Any], outcome: Outcome, ill: bool
) -> None:
    world.go_wrong(**fault)
    failed = failure(reader)
    assert (failed.outcome, failed.ill) == (outcome, ill)
    assert len(reader.read_page(picture()).lines) == len(GOOD)  # the next call goes well


@pytest.mark.parametrize(
    ("fault", "over_rest", "over_grpc"),
    [
        ("close", Outcome.UNREACHABLE, Outcome.FAILED),
        ("cut_json", Outcome.GARBLED, Outcome.FAILED),
        ("html_200", Outcome.GARBLED, Outcome.FAILED),
    ],
)
def test_broken_answers(
    world: World, reader: VisionReader, fault: str, over_rest: Outcome, over_grpc: Outcome
) -> None:
    world.go_wrong(fault)
    failed = failure(reader)
    assert failed.outcome == (over_rest if reader._transport == "rest" else over_grpc)
    assert failed.ill


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_silence_ends_at_the_time_out(world: World, transport: str) -> None:
    world.go_wrong("hold", seconds=20)
    if transport == "rest":
        hasty = VisionReader("rest", world.url, timeout=0.2)
        assert failure(hasty).outcome is Outcome.TIMED_OUT
    else:
        with serve_grpc(world.simulated) as address:
            hasty = VisionReader("grpc", address, timeout=0.2)
            assert failure(hasty).outcome is Outcome.TIMED_OUT
    hasty.close()
    world.simulated.closing.set()
    world.simulated.closing.clear()


@pytest.mark.parametrize(("transport", "outcome"), [("rest", Outcome.UNREACHABLE), ("grpc", Outcome.FAILED)])
def test_nobody_there(transport: str, outcome: Outcome) -> None:
    reader = VisionReader(transport, "http://127.0.0.1:9", timeout=2)
    assert failure(reader).outcome is outcome
    reader.close()


def test_a_picture_too_large_to_send_is_fetched_from_cloud_storage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = VisionReader("rest", world.url, timeout=5)
    monkeypatch.setattr(vision, "INLINE_BYTES", 100)
    uri = "gs://hesabu-receipts/receipts/biz_a/large.jpeg"
    world.simulated.desk.stored[uri] = image_bytes("JPEG")
    assert len(reader.read_page(picture(), uri).lines) == len(GOOD)
    assert world.asked("vision")[-1]["source"] == uri
    assert failure_of_missing(reader).outcome is Outcome.REFUSED
    assert len(reader.read_page(picture()).lines) == len(GOOD)  # nothing stored: sent as small as we read it
    assert world.asked("vision")[-1]["source"] == "inline"
    reader.close()


def failure_of_missing(reader: VisionReader) -> ReaderFailed:
    with pytest.raises(ReaderFailed) as failed:
        reader.read_page(picture(), "gs://hesabu-receipts/receipts/biz_a/gone.jpeg")
    return failed.value
