"""Simulated Vision and Gemini: their real paths and forms, honest about the picture, with switches."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from local.readers import FAULTS, Readers, build_readers
from local.readers.eyes import see
from local.safaricom.state import State
from shared.core.clock import ManualClock
from shared.receipts.model import EngineText, Line

CLOCK = ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
BOX = ((10.0, 0.0), (110.0, 0.0), (110.0, 20.0), (10.0, 20.0))
VISION, GEMINI = "/v1/images:annotate", "/v1beta/models/gemini-x:generateContent"


def eyes(content: bytes) -> tuple[EngineText, tuple[int, int]]:
    if content != b"picture":
        raise ValueError("no picture")
    return EngineText((Line("TOTAL KES 12.50", BOX, 900),), "eyes", "1"), (200, 100)


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = build_readers(State(), CLOCK, key="k", eyes=eyes)
    yield made
    made.close()


def post(readers: Readers, path: str, body: Any, key: str = "k") -> tuple[int, Any]:
    client = readers._app.test_client()
    answer = client.post(path, data=json.dumps(body), headers={"x-goog-api-key": key})
    return answer.status_code, answer.get_json()


def picture(raw: bytes = b"picture", kind: Any = 11, image: Any = None) -> dict[str, Any]:
    image = image or {"content": base64.b64encode(raw).decode()}
    return {"image": image, "features": [{"type": kind}], "imageContext": {"languageHints": ["en"]}}


def test_vision_tells_words_and_breaks_and_no_line(readers: Readers) -> None:
    status, body = post(readers, VISION, {"requests": [picture()]})
    assert status == 200
    full = body["responses"][0]["fullTextAnnotation"]
    assert full["text"] == "TOTAL KES 12.50\n"
    (page,) = full["pages"]
    words = page["blocks"][0]["paragraphs"][0]["words"]
    spelt = ["".join(symbol["text"] for symbol in word["symbols"]) for word in words]
    assert (page["width"], page["height"], spelt) == (200, 100, ["TOTAL", "KES", "12.50"])
    breaks = [word["symbols"][-1]["property"]["detectedBreak"]["type"] for word in words]
    assert breaks == [1, 1, 5]
    assert words[0]["boundingBox"]["vertices"] == [
        {"x": 10},
        {"x": 43},
        {"x": 43, "y": 20},
        {"x": 10, "y": 20},
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "requests is empty"),
        ([], "requests is empty"),
        ({"requests": []}, "requests is empty"),
        ({"requests": [picture()] * 17}, "Too many images per request."),
        ({"requests": ["picture"]}, "a request must be an object"),
        ({"requests": [picture(kind=1)]}, "only DOCUMENT_TEXT_DETECTION is simulated"),
        ({"requests": [picture(image={"content": "***"})]}, "Base64 decoding failed"),
        (
            {"requests": [picture(image={"source": {"imageUri": "https://x"}})]},
            "image has neither content nor",
        ),
    ],
)
def test_vision_refuses_what_the_real_one_refuses(readers: Readers, body: Any, why: str) -> None:
    status, answer = post(readers, VISION, body)
    assert (status, answer["error"]["code"], answer["error"]["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert answer["error"]["message"].startswith(why)


@pytest.mark.parametrize(
    ("request_", "code"),
    [(picture(b"no picture"), 3), (picture(image={"source": {"imageUri": "gs://bucket/gone.jpeg"}}), 5)],
)
def test_an_error_of_one_picture_is_told_beside_the_others(
    readers: Readers, request_: Any, code: int
) -> None:
    status, body = post(readers, VISION, {"requests": [request_, picture()]})
    assert (status, body["responses"][0]["error"]["code"]) == (200, code)
    assert "fullTextAnnotation" in body["responses"][1]


def prompt(text: str = "", *fields: str, pictures: int = 1) -> dict[str, Any]:
    data = {"mimeType": "image/jpeg", "data": base64.b64encode(b"picture").decode()}
    parts: list[dict[str, Any]] = [{"inlineData": data}] * pictures
    schema = {"properties": {name: {} for name in fields or ("total",)}}
    return {"contents": [{"parts": [*parts, {"text": text}]}], "generationConfig": {"responseSchema": schema}}


def said(body: Any) -> Any:
    return json.loads(body["candidates"][0]["content"]["parts"][0]["text"])


def test_gemini_reads_the_rows_it_is_given_else_the_picture(readers: Readers) -> None:
    rows = json.dumps({"rows": ["MAJI LTD", "DATE 21/10/2026", "TOTAL KES 99.00"]})
    assert said(post(readers, GEMINI, prompt(rows, "date", "total"))[1]) == {
        "date": "2026-10-21",
        "total": "99.00",
    }
    assert said(post(readers, GEMINI, prompt())[1]) == {"total": "12.50"}


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (prompt(), "wrong"),
        ({"contents": []}, "k"),
        ({"contents": [{"parts": "x"}]}, "k"),
        ({"contents": [{"parts": [{"inlineData": {"data": "***"}}]}]}, "k"),
        ([], "k"),
    ],
)
def test_gemini_refuses_what_the_real_one_refuses(readers: Readers, body: Any, key: str) -> None:
    status, answer = post(readers, GEMINI, body, key)
    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_no_other_path_is_served(readers: Readers) -> None:
    assert post(readers, "/v1/files:annotate", {})[0] == 404


def test_pictures_are_never_kept(readers: Readers) -> None:
    """What was asked is remembered by fingerprints, and only the latest of it."""
    for _ in range(3):
        post(readers, VISION, {"requests": [picture()]})
    kept = readers._app.test_client().get("/control/requests").get_json()
    assert len(kept["vision"]) == 3
    assert base64.b64encode(b"picture").decode() not in json.dumps(kept)


def test_switches_go_on_work_once_and_go_off(readers: Readers) -> None:
    client = readers._app.test_client()
    assert (
        client.post("/control/faults", json={"name": "status", "code": 429, "route": "vision"}).status_code
        == 201
    )
    assert post(readers, GEMINI, prompt())[0] == 200  # meant for the other
    assert [post(readers, VISION, {"requests": [picture()]})[0] for _ in range(2)] == [429, 200]
    client.post("/control/faults", json={"name": "status", "times": None})
    assert set(client.get("/control/faults").get_json()["known"]) == set(FAULTS)
    client.delete("/control/faults")
    assert post(readers, GEMINI, prompt())[0] == 200


@pytest.mark.parametrize(
    "wrong",
    [{"name": "weather"}, {}, [], {"name": "lie", "value": 5}, {"name": "hold", "seconds": -1},
     {"name": "status", "code": 0}, {"name": "status", "times": 0}, {"name": "status", "route": "maps"},
     {"name": "status", "until": "noon"}],
)  # fmt: skip
def test_a_wrong_switch_is_refused(readers: Readers, wrong: Any) -> None:
    client = readers._app.test_client()
    assert client.post("/control/faults", json=wrong).status_code == 400
    assert client.get("/control/faults").get_json()["on"] == {}


def test_what_was_told_outlives_a_crash(tmp_path: Path) -> None:
    first = build_readers(State(tmp_path / "r.db"), CLOCK, eyes=eyes)
    post(first, VISION, {"requests": [picture()]})
    first.close()
    second = build_readers(State(tmp_path / "r.db"), CLOCK, eyes=eyes)
    assert len(second.desk.requests("vision")) == 1
    second.close()


def test_its_eyes_really_look() -> None:
    """RapidOCR reads what was sent: a picture of other words gets another answer."""
    buffer = BytesIO()
    page = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(page).text((20, 24), "TOTAL 1250", fill="black", font=ImageFont.load_default(40))
    page.save(buffer, "PNG")
    text, size = see(buffer.getvalue())
    assert "".join(line.text for line in text.lines).replace(" ", "") == "TOTAL1250"
    assert size == (320, 96)
    with pytest.raises(ValueError, match="bad image data"):
        see(b"%PDF-1.7")
