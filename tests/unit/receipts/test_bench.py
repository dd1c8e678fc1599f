"""The bench judges as its page says, and runs on a folder without labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.ocr_cache import CachedEngine
from bench.receipt_degraded import chosen, damaged, degraded_figures
from bench.receipt_scores import accuracy, judge
from bench.receipts import find_images, main
from local.demo.receipts import demo_specs, draw_receipt
from shared.receipts.model import EngineText
from tests.unit.receipts.support import TODAY, line

_LINE = {"total": "23.26", "date": "2018-03-06", "company": "Syl Roasted Delights Sdn Bhd"}
_LABEL = {"total": "RM23.25", "date": "06/03/2018", "company": "SYL ROASTED DELIGHTS SDN. BHD."}


def test_a_total_a_cent_off_is_near_and_not_right() -> None:
    assert judge(_LINE, _LABEL) == {
        "total": False,
        "total_near": True,
        "date": True,
        "merchant": True,
        "all_three": False,
    }
    assert judge(_LINE | {"total": "23.25"}, _LABEL)["all_three"]
    assert not any(judge({"total": None, "date": None, "company": None}, _LABEL).values())


def test_a_folder_of_images_or_the_folder_above_it(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    (images / "b.JPG").write_bytes(b"x")
    (images / "notes.txt").write_bytes(b"x")
    assert find_images(tmp_path) == find_images(images) == [images / "b.JPG"]


def test_it_prints_one_line_of_figures_and_writes_predictions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = next(spec for spec in demo_specs(TODAY) if spec.name == "electricity")
    (tmp_path / "a.jpg").write_bytes(draw_receipt(spec, 1))
    (tmp_path / "b.png").write_bytes(b"no picture at all")
    out = tmp_path / "predictions.jsonl"
    assert main(["--images", str(tmp_path), "--out", str(out), "--compare-bare"]) == 0
    figures = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert figures["images"] == 2
    assert figures["ratio_to_bare_engine"] > 0
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["file"], first["total"], first["company"]) == ("a.jpg", "2500.00", spec.merchant)
    assert (second["decision"], second["reasons"]) == ("review", ["receipt_unsupported_type"])


def _line(**changes: Any) -> dict[str, Any]:
    sure = {"confidence": {"total": 0.99}, "decision": "accept", "reasons": [], "items": []}
    return _LINE | sure | {"total": "23.25"} | changes


def test_an_accepted_total_is_one_that_no_reason_is_about() -> None:
    lines = [
        _line(),
        _line(decision="review", reasons=["merchant_unsure"]),
        _line(decision="review", reasons=["total_rounded_to_coin"], total="23.20"),
        _line(decision="review", reasons=["total_missing"], total=None),
    ]
    figures = accuracy([(one, _LABEL) for one in lines])
    assert (figures["sure_total_coverage"], figures["sure_total_right"]) == (0.5, 1.0)
    assert (figures["total"], figures["total_near"], figures["accept_coverage"]) == (0.5, 0.75, 0.25)


def test_codes_count_raw_and_folded_and_only_where_printed() -> None:
    label = _LABEL | {"mpesa_code": "TFO0ABC123", "kra_pin": None, "module_px": 4, "qr": "https://x"}
    figures = accuracy([(_line(mpesa_code="TF00ABC123", qr="https://x"), label), (_line(), _LABEL)])
    assert (figures["mpesa_code"], figures["mpesa_code_raw"], figures["mpesa_code_count"]) == (1, 0, 1)
    assert figures["qr_4px"] == 1
    assert "kra_pin" not in figures


def test_an_item_is_found_by_its_amount_and_its_name() -> None:
    wanted = [{"description": "UNGA 2KG", "amount": "200.00"}, {"description": "SUKARI", "amount": "150.00"}]
    read = [{"description": "Unga 2kg", "amount": "200.00"}, {"description": "SUKARI", "amount": "15.00"}]
    assert accuracy([(_line(items=read), _LABEL | {"items": wanted})])["items_f1"] == 0.5


def test_damaged_copies_are_scored_as_a_share_of_the_clean_ones(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGB", (60, 40), (number, 0, 0)).save(tmp_path / f"{number}.png")
    (tmp_path / "no.png").write_bytes(b"no picture")
    files = find_images(tmp_path)
    assert [path.name for path in chosen(files, 2)] == ["0.png", "1.png"]
    assert damaged(files[0], "photo") == damaged(files[0], "photo")
    labels = {path.name: _LABEL for path in files}
    clean = {path.name: _line() for path in files} | {"2.png": _line(total="1.00")}
    sizes: list[tuple[int, int]] = []

    def read(path: Path) -> dict[str, Any]:
        with Image.open(path) as picture:
            sizes.append(picture.size)
        return _line() if path.stem == "turn90-0" else _line(total="9.00", decision="review")

    figures = degraded_figures(files, ("turn90",), labels, clean, read)
    assert sizes == [(40, 60)] * 3
    assert figures["turn90"] == figures["all"]
    assert (figures["all"]["total"], figures["all"]["total_of_clean"]) == (0.3333, 0.5)
    assert (figures["all"]["accepted"], figures["all"]["accepted_total_right"]) == (1, 1)
    assert degraded_figures(files, ("turn90",), {}, {}, read)["all"] == {"images": 3, "accepted": 1}


@pytest.mark.parametrize(
    "wrong", [["--degrade", "tilt7,eaten"], ["--ocr-cache", "x", "--compare-bare"], ["--labels", "x"]]
)
def test_arguments_that_make_no_sense_are_refused(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    images = [] if wrong[0] == "--labels" else ["--images", "x"]
    with pytest.raises(SystemExit):
        main([*images, *wrong])
    assert "error" in capsys.readouterr().err


def test_a_cache_reads_once_and_again_for_another_version(tmp_path: Path) -> None:
    class Counting:
        name, version, reads = "counting", "1", 0

        def read(self, picture: Image.Image) -> EngineText:
            self.reads += picture.width > 64
            return EngineText((line("TOTAL 5.00", x=0, y=0),), self.name, self.version)

    engine, page = Counting(), Image.new("RGB", (100, 50))
    first = CachedEngine(engine, tmp_path).read(page)
    again = CachedEngine(engine, tmp_path)
    assert again.read(page) == first
    assert (again.hits, engine.reads) == (1, 1)
    engine.version = "2"
    assert CachedEngine(engine, tmp_path).read(page).version == "2"
    assert engine.reads == 2
