"""Training: folds by merchant, phrases withheld, a file replaced only by a better one; and the benchmark."""

from __future__ import annotations

import csv
import json
import zlib
from pathlib import Path

import pytest

from bench import expenses as bench
from bench.expense_scores import Scored, score
from shared.categories.codes import CODES
from shared.categories.dictionary import entries
from shared.categories.linear import FILE, from_bytes, to_bytes
from tools.expenses import train
from tools.expenses.crossed import Judged, allowed, sharpen
from tools.expenses.noise import cut, misread
from tools.expenses.samples import Sample, folds, merchants, read_samples
from tools.expenses.strings import made_lines

SAMPLES = [
    Sample("1", "bank", "RUBIS ENERGY KAREN diesel", 100, "fuel"),
    Sample("2", "bank", "RUBIS ENERGY THIKA", 100, "fuel"),
    Sample("3", "bank", "ZUNGUKA LTD office rent", 100, "rent"),
    Sample("4", "bank", "ZUNGUKA parking", 100, "vehicle_costs", "rent"),
    Sample("5", "bank", "CHEQUE NO 1", 100, "uncategorised"),
    Sample("6", "bank", "KPLC tokens", 100, "utilities"),
]


def test_lines_of_one_merchant_are_in_one_fold() -> None:
    assert sorted(map(sorted, merchants(SAMPLES))) == [[0, 1], [2, 3], [4], [5]]
    found = list(folds(SAMPLES, 3))
    assert sorted(at for fold in found for at in fold) == list(range(6))
    for pair in ({0, 1}, {2, 3}):
        assert any(pair <= set(fold) for fold in found)


def test_a_test_folds_names_and_words_are_withheld() -> None:
    def phrases(withheld: str) -> set[str]:
        return {entry.phrase for entry in allowed(SAMPLES[:1], SAMPLES[2:], withheld)}  # type: ignore[arg-type]

    assert {"rubis", "diesel"} <= phrases("nothing")
    assert "rubis" not in phrases("names")
    assert "diesel" in phrases("names")
    assert not {"rubis", "diesel"} & phrases("words")


def test_made_up_lines_are_the_same_each_time_and_of_every_category() -> None:
    some = list(entries())
    first, again = list(made_lines(some, 1, 1)), list(made_lines(some, 1, 1))
    assert first == again
    assert {made.category for made in first} == set(CODES)
    assert first != list(made_lines(some, 2, 1))


def test_spoiling_is_bounded() -> None:
    from random import Random

    assert cut(Random(1), "a" * 100)
    assert len(cut(Random(1), "a" * 100)) <= 80
    assert misread(Random(1), "KPLC tokens office") != ""


def test_sharpness_makes_shares_true() -> None:
    right = tuple(6.0 if code == "fuel" else 0.0 for code in CODES)
    wrong = tuple(6.0 if code == "rent" else 0.0 for code in CODES)
    always = [_judged(right)] * 20
    half = [_judged(right), _judged(wrong)] * 10
    assert sharpen(always)[1] > sharpen(half)[1]
    assert sharpen(always)[0] == 1.0, "no line to tell"


def _judged(scores: tuple[float, ...]) -> Judged:
    from shared.categories.subject import Subject

    subject = Subject("diesel")
    return Judged(SAMPLES[0], "", subject, subject.line, scores)


def test_figures_count_a_question_as_wrong_and_the_second_label_apart() -> None:
    rows = [
        Scored("fuel", "", "fuel", 0.9, ("fuel",)),
        Scored("rent", "", "fuel", 0.8, ("fuel", "rent")),
        Scored("rent", "taxes", "taxes", 0.3, ("taxes",)),
        Scored("rent", "", "uncategorised", 0.2, ("rent",)),
        Scored("uncategorised", "", "uncategorised", 0.0, ()),
        Scored("uncategorised", "", "fuel", 0.4, ("fuel",)),
    ]
    figures = score(rows)
    assert (figures["strict"], figures["with_alt"], figures["top3"]) == (0.25, 0.5, 0.75)
    assert (figures["at_75_coverage"], figures["answered"], figures["abstain"]) == (0.3333, 0.75, 0.5)
    assert score([]) == {}


def test_a_file_is_replaced_only_by_a_better_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled, out = tmp_path / "labelled.csv", tmp_path / "model.bin"
    _write(labelled, SAMPLES)
    shipped = from_bytes(FILE.read_bytes())

    def told(strict: float, *more: str) -> bool:
        one = dict.fromkeys(("strict", "ocr_strict", "trunc_strict"), strict)
        made = type(shipped)(
            **{**shipped.__dict__, "figures": {"unseen_merchants": one, "unseen_words": one}}
        )
        monkeypatch.setattr(train, "refit", lambda samples: made)
        assert train.main(["--labelled", str(labelled), "--out", str(out), *more]) == 0
        return bool(json.loads(capsys.readouterr().out)["written"])

    assert told(0.5), "there was none"
    before = out.read_bytes()
    assert not told(0.5)
    assert not told(0.4)
    assert out.read_bytes() == before
    assert told(0.6)
    assert told(0.1, "--force")
    assert from_bytes(out.read_bytes()).figures["unseen_words"]["strict"] == 0.1
    assert to_bytes(from_bytes(before)) == before


def test_without_labelled_lines_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.bin"
    assert train.main(["--labelled", str(tmp_path / "none.csv"), "--out", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["written"] is False
    assert not out.exists()


def test_the_benchmark_writes_a_line_for_each_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled, out = tmp_path / "labelled.csv", tmp_path / "out.jsonl"
    _write(labelled, SAMPLES)
    assert bench.main(["--labelled", str(labelled), "--out", str(out)]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["lines"], figures["labelled"], figures["abstain"]) == (6, 5, 1.0)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == [sample.id for sample in SAMPLES]
    assert all({"id", "category", "confidence", "top3"} <= line.keys() for line in lines)
    assert lines[4]["category"] == "uncategorised"


def test_the_benchmark_needs_no_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text("id,channel,text,amount_kes\n1,bank,KPLC tokens,100\n")
    assert bench.main(["--labelled", str(plain)]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert "strict" not in figures
    assert figures["lines"] == 1


@pytest.mark.shared_data
def test_labelled_lines_are_read_whole(shared_data: Path) -> None:
    samples = read_samples(shared_data / "expenses" / "labelled.csv")
    assert len(samples) == 420
    assert {sample.category for sample in samples} == {*CODES, "uncategorised"}


@pytest.mark.shared_data
def test_the_model_holds_numbers_and_no_labelled_text(shared_data: Path) -> None:
    content = zlib.decompress(FILE.read_bytes()).lower()
    for sample in read_samples(shared_data / "expenses" / "labelled.csv"):
        assert sample.text.encode().lower() not in content


def _write(path: Path, samples: list[Sample]) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "channel", "text", "amount_kes", "category", "alt_category", "noise"])
        rows.writerows([s.id, s.channel, s.text, s.amount_kes, s.category, s.also, s.noise] for s in samples)
