"""The model in plain Python is scikit-learn's, and the file as shipped is whole."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from shared.categories import linear
from shared.categories.codes import CODES
from shared.categories.dictionary import entries
from shared.categories.features import CLUE_SIZE, SIZE, Line, clues, read_line
from shared.categories.linear import Model, from_bytes, model, softmax, to_bytes
from tools.expenses.fit import Fitted, Reader, export, fit, rows_of

ROOT = Path(__file__).parents[3]
LINES = (
    ("Pay Bill to 888880 - KPLC PREPAID Acc. 5440", "mpesa_paybill"),
    ("mshahara wa wiki", "mpesa_send"),
    ("RUB1S ENERGY dies", "receipt"),
    ("XYLOQ ZZWUKA 99", ""),
    ("", "bank"),
)


@pytest.fixture(scope="module")
def fitted() -> tuple[Fitted, Model, list[tuple[Line, str]]]:
    """A small fit: an eighth of the dictionary's phrases, no labelled line."""
    some = [entry for at, entry in enumerate(entries()) if at % 8 == 0]
    reader = Reader.of(some)
    made = fit(rows_of([], some, reader)[::6])
    lines = [(reader.line(text), channel) for text, channel in LINES]
    return made, export(made, version="small", sharpness=(1.0, 1.0, 1.0), figures={"lines": 0}), lines


def test_the_runtime_says_what_scikit_learn_says(
    fitted: tuple[Fitted, Model, list[tuple[Line, str]]],
) -> None:
    made, exported, lines = fitted
    steps = [
        [exported.weights[b * len(CODES) + k] * exported.scale[k] for b in range(SIZE)]
        for k in range(len(CODES))
    ]
    before = made.logistic.coef_.copy()
    made.logistic.coef_[:, :SIZE] = steps  # the same rounded weights on both sides: then nothing may differ
    try:
        wanted = made.shares(lines)
    finally:
        made.logistic.coef_ = before
    for (line, channel), row in zip(lines, wanted, strict=True):
        assert exported.shares(line, channel) == pytest.approx(list(row), abs=1e-6)


def test_rounding_weights_moves_no_share_by_a_hundredth(
    fitted: tuple[Fitted, Model, list[tuple[Line, str]]],
) -> None:
    made, exported, lines = fitted
    for (line, channel), row in zip(lines, made.shares(lines), strict=True):
        assert exported.shares(line, channel) == pytest.approx(list(row), abs=0.01)


def test_a_file_is_read_as_it_was_written(fitted: tuple[Fitted, Model, list[tuple[Line, str]]]) -> None:
    _, exported, lines = fitted
    again = from_bytes(to_bytes(exported))
    assert (again.version, again.figures) == ("small", {"lines": 0})
    for line, channel in lines:
        assert again.scores(line, channel) == pytest.approx(exported.scores(line, channel), abs=1e-5)


@pytest.mark.parametrize("content", [b"", b"no model", zlib.compress(b"{}"), zlib.compress(b"[1]\n123")])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_bytes(content)


def test_a_model_of_other_categories_is_refused() -> None:
    head, _, body = zlib.decompress(linear.FILE.read_bytes()).partition(b"\n")
    other = {**json.loads(head), "codes": ["rent"]}
    with pytest.raises(ValueError, match="make train"):
        from_bytes(zlib.compress(json.dumps(other).encode() + b"\n" + body))


def test_the_shipped_model_is_whole_small_and_says_how_good_it_is() -> None:
    shipped = model()
    assert linear.FILE.stat().st_size < 400_000
    assert len(shipped.idf) == SIZE
    assert len(shipped.clue_weights) == CLUE_SIZE
    assert shipped.version.startswith("expenses-")
    unseen = shipped.figures["unseen_merchants"]
    assert unseen["strict"] >= 0.75
    assert unseen["at_75_coverage"] >= 0.90
    assert unseen["abstain"] >= 0.85
    shares = shipped.shares(read_line("diesel"))
    assert sum(shares) == pytest.approx(1)
    assert all(share > 0 for share in shares)


def test_shares_of_large_scores_do_not_overflow() -> None:
    assert softmax([1e6, 0.0, -1e6]) == [1.0, 0.0, 0.0]
    assert max(clues(read_line("fuel petrol diesel super petrol"))) <= 1


def test_filing_loads_no_numerical_library() -> None:
    script = (
        "import sys; from shared.categories import Subject, propose; propose(Subject('mafuta ya gari'));"
        "print([name for name in ('sklearn', 'numpy', 'scipy', 'rapidfuzz') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_naming_the_room_reads_no_dictionary_and_no_model() -> None:
    script = (
        "import sys; import shared.categories.api, shared.categories.filing;"
        "from shared.categories import dictionary, linear, repair;"
        "print(dictionary.dictionary.cache_info().currsize, linear.model.cache_info().currsize)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "0 0"
