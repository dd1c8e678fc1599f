"""Three real labelled photos, where the data stands beside the checkout (skipped plainly where not)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.receipt_scores import judge
from bench.receipts import predict, read_labels
from shared.receipts import build_engines

_FOLDER = (
    Path(os.environ.get("HESABU_SHARED", Path(__file__).parents[3].parent / "shared")) / "data" / "receipts"
)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["005.jpg", "161.jpg", "547.jpg"])
def test_a_real_photo_is_read_as_labelled(name: str) -> None:
    label = read_labels(_FOLDER / "labels.jsonl")[name]
    line = predict(_FOLDER / "images" / name, build_engines("rapidocr"), root=_FOLDER)
    assert judge(line, label)["all_three"], line
