"""The bench judges as its page says, and runs on a folder without labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.receipt_scores import judge
from bench.receipts import find_images, main
from local.demo.receipts import demo_specs, draw_receipt
from tests.unit.receipts.support import TODAY

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
