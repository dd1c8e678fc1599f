"""EasyOCR behind the port, with its library stood in for: the extra is six gigabytes and off by default."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from shared.core.errors import Unavailable
from shared.receipts import build_engines
from shared.receipts.engines import easy

BOX = [[10, 10], [110, 10], [110, 30], [10, 30]]
TALL = [[10, 10], [30, 10], [30, 110], [10, 110]]


class Reader:
    """Takes what easyocr 1.7.2's Reader takes, and answers as its readtext does."""

    made: list[dict[str, Any]] = []  # noqa: RUF012 - one list for the class is the point
    fails: Exception | None = None
    answers: list[list[Any]] = []  # noqa: RUF012

    def __init__(self, languages: list[str], **how: Any) -> None:
        if self.fails is not None:
            raise self.fails
        self.made.append({"languages": languages, **how})

    def readtext(self, pixels: Any) -> list[Any]:
        assert pixels.shape[2] == 3
        return self.answers.pop(0)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Reader]]:
    easyocr, models = ModuleType("easyocr"), ModuleType("easyocr_en_models")
    easyocr.Reader = Reader  # type: ignore[attr-defined]
    models.model_dir = lambda: "/models"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "easyocr", easyocr)
    monkeypatch.setitem(sys.modules, "easyocr_en_models", models)
    monkeypatch.setattr(easy, "version", lambda _: "1.7.2")
    monkeypatch.setattr(Reader, "made", [])
    monkeypatch.setattr(Reader, "fails", None)
    easy._reader.cache_clear()
    easy._version.cache_clear()
    yield Reader
    easy._reader.cache_clear()
    easy._version.cache_clear()


def picture() -> Image.Image:
    return Image.new("RGB", (200, 100), "white")


def test_lines_come_in_the_one_form_and_nothing_is_fetched(library: type[Reader]) -> None:
    library.answers = [[(BOX, " TOTAL ", 0.87654), (BOX, "  ", 0.9)]]
    (engine,) = build_engines("easyocr")
    text = engine.read(picture())
    ((line),) = text.lines
    assert (line.text, line.score, line.corners[2]) == ("TOTAL", 877, (110.0, 30.0))
    assert (text.engine, text.version) == ("easyocr", "easyocr 1.7.2 craft_mlt_25k english_g2")
    (made,) = library.made
    assert (made["download_enabled"], made["gpu"], made["model_storage_directory"]) == (
        False,
        False,
        "/models",
    )


def test_a_sideways_page_is_turned_and_read_again(library: type[Reader]) -> None:
    library.answers = [[(TALL, "A", 0.9)] * 4, [(BOX, "TOTAL", 0.9)]]
    text = easy.EasyEngine().read(picture())
    assert ([line.text for line in text.lines], text.turned) == (["TOTAL"], 270)


@pytest.mark.parametrize(
    "error", [FileNotFoundError("Missing craft_mlt_25k.pth"), ValueError("not supported")]
)
def test_missing_models_pass_the_turn(
    library: type[Reader], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(library, "fails", error)
    with pytest.raises(Unavailable) as failed:
        easy.EasyEngine().read(picture())
    assert failed.value.code == "ocr_unavailable"


def test_without_the_extra_it_passes_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", None)
    easy._reader.cache_clear()
    with pytest.raises(Unavailable):
        easy.EasyEngine().read(picture())
