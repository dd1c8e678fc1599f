"""Light, lean and the list of stages: measured on drawn pages, applied only where the figure asks for it."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from PIL import Image

from bench.kenya.__main__ import draw
from bench.kenya.degrade import CONDITIONS, FIXED
from shared.receipts.engines.tesseract import TesseractEngine, tesseract_installed
from shared.receipts.lean import WORTH_LEVELLING, lean_of, levelled
from shared.receipts.light import UNEVEN, contrast, evened, unevenness
from shared.receipts.read import read_receipt
from tests.unit.receipts.support import TODAY, ScriptedEngine, image_bytes


@pytest.fixture(scope="module")
def page() -> Image.Image:
    content, _ = draw(5, 1, "train", "clean")
    return Image.open(BytesIO(content)).convert("RGB")


def damaged(page: Image.Image, damage: str) -> Image.Image:
    make = {**CONDITIONS, **FIXED}[damage]
    return Image.open(BytesIO(make(page, Random(2)))).convert("RGB")


def test_a_shadow_is_seen_and_taken_out(page: Image.Image) -> None:
    shadowed = damaged(page.convert("L"), "shadow")
    assert unevenness(page) < UNEVEN <= unevenness(shadowed)
    assert unevenness(evened(shadowed)) < UNEVEN
    assert contrast(damaged(page.convert("L"), "faint")) < contrast(page)


@pytest.mark.parametrize("degrees", [-6, -2, 0, 3, 7])
def test_a_lean_is_measured_and_undone(page: Image.Image, degrees: int) -> None:
    leaning = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255))
    found = lean_of(leaning)
    assert found == pytest.approx(-100 * degrees, abs=60)
    assert abs(lean_of(levelled(leaning, found))) < WORTH_LEVELLING


def test_a_blank_page_leans_nowhere() -> None:
    assert lean_of(Image.new("RGB", (300, 400), "white")) == 0


def test_every_stage_is_reported_with_its_figure() -> None:
    reading = read_receipt(image_bytes("PNG"), engines=[ScriptedEngine("TOTAL KES 100.00")], today=TODAY)
    told = {stage.name: stage for stage in reading.stages}
    assert list(told) == ["guard", "shrink", "codes", "orientation", "tilt", "light", "enlarge"]
    assert told["guard"].measured["width"] == 400
    assert not any(stage.applied for name, stage in told.items() if name != "guard")
    stored = reading.to_document()["stages"]
    assert stored[0]["measured"]["pages"] == 1
    assert all(isinstance(value, int) for stage in stored for value in stage["measured"].values())


@pytest.mark.skipif(not tesseract_installed(), reason="tesseract is not installed")
def test_tesseract_reads_a_shadowed_leaning_page_where_it_stands(page: Image.Image) -> None:
    leaning = damaged(damaged(page, "tilt7").convert("L"), "shadow")
    clean, plain = TesseractEngine().read(leaning), TesseractEngine(clean=False).read(leaning)
    assert {"evened", "levelled"} <= set(clean.steps)
    assert not {"evened", "levelled"} & set(plain.steps)
    assert "TOTAL DUE" in " ".join(line.text for line in clean.lines).upper()
    assert all(-50 <= x <= leaning.width + 50 for line in clean.lines for x, _ in line.corners)
