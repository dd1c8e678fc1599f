"""The model of intents: held to scikit-learn, whole as shipped, right on questions it was not fitted to."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bench.questions import main, prediction, summary, whole
from shared.core.linear import Linear, from_bytes, to_bytes
from shared.insights.intents import CLUES, FILE, OTHER, SIZE, TARGETS, chances, clues, counts, model
from shared.insights.plan import INTENTS
from shared.insights.router import route
from shared.insights.rules import MEANINGS
from tools.questions.held import questions
from tools.questions.phrasings import Phrasing, lines, phrasings, seen
from tools.questions.train import Fitted, export, figures_of, fit, sharpened

ROOT = Path(__file__).parents[3]
ASKED = ("how much did we sell", "nani hajalipa", "zzz qqq", "", "pesa zetu zimeenda wapi")


@pytest.fixture(scope="module")
def fitted() -> tuple[Fitted, Linear]:
    """A small fit: one copy of every line."""
    made = fit(list(phrasings(copies=1)))
    return made, export(made, sharpness=1.0, figures={"accuracy": 0.0})


def test_the_runtime_says_what_scikit_learn_says(fitted: tuple[Fitted, Linear]) -> None:
    made, exported = fitted
    rows = [seen(OTHER, 0, text) for text in ASKED]
    for row, wanted in zip(rows, made.logistic.decision_function(made.table(rows)), strict=True):
        said = exported.scored(counts(row.bare), clues(row.ranked, row.found))
        assert said == pytest.approx(list(wanted), abs=0.05), row.bare


def test_a_file_is_read_as_it_was_written(fitted: tuple[Fitted, Linear]) -> None:
    _, exported = fitted
    again = from_bytes(to_bytes(exported), TARGETS, size=SIZE, clues=len(CLUES))
    assert list(again.weights) == exported.weights
    with pytest.raises(ValueError, match="make train"):
        from_bytes(to_bytes(exported), TARGETS[1:], size=SIZE, clues=len(CLUES))
    with pytest.raises(ValueError, match="no model"):
        from_bytes(b"text", TARGETS, size=SIZE, clues=len(CLUES))


def test_every_intent_can_be_told_and_shares_add_up() -> None:
    assert {intent for intent, _ in MEANINGS.values()} | {"out_of_scope"} == set(INTENTS)
    for text in ASKED:
        row = seen(OTHER, 0, text)
        told = chances(row.bare, row.ranked, row.found)
        assert sum(share for _, share in told) == pytest.approx(1)
        assert {target for target, _ in told} == set(TARGETS)


def test_the_shipped_model_was_fitted_to_the_phrasings_there_are() -> None:
    assert model().figures["phrasings"] == len(list(phrasings()))
    assert FILE.stat().st_size < 400_000


def test_every_phrasing_has_a_target_and_no_measured_question_is_among_them() -> None:
    told = lines()
    assert {target for target, _ in told} == set(TARGETS)
    plain = {text.casefold().strip("?!. ") for _, text in told}
    assert not [q["text"] for q in questions() if q["text"].casefold().strip("?!. ") in plain]


def test_questions_it_was_not_fitted_to_are_read() -> None:
    rows = list(questions())
    said = [prediction(row["id"], route(row["text"], date.fromisoformat(row["today"]))) for row in rows]
    told = summary(rows, said, [0.0], 0.0)
    assert told["questions"] > 200
    assert told["intent"] >= 0.9, told
    assert told["whole"] >= 0.88, told


@pytest.mark.shared_data
def test_the_development_set_is_read(shared_data: Path) -> None:
    text = (shared_data / "questions" / "dev.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    said = [prediction(row["id"], route(row["text"], date.fromisoformat(row["today"]))) for row in rows]
    missed = [row["text"] for row, one in zip(rows, said, strict=True) if not whole(row, one)]
    assert len(missed) <= len(rows) * 0.05, missed
    plain = {text.casefold().strip("?!. ") for _, text in lines()}
    assert not [row["text"] for row in rows if row["text"].casefold().strip("?!. ") in plain]


def test_the_bench_counts_without_labels_and_scores_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(questions())[:5]
    bare = [{name: row[name] for name in ("id", "lang", "today", "text")} for row in rows]
    told = []
    for name, given in (("bare", bare), ("labelled", rows)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in given), encoding="utf-8")
        assert main(["--questions", str(path), "--out", str(tmp_path / "out.jsonl")]) == 0
        told.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert "intent" not in told[0]
    assert told[1]["questions"] == told[0]["questions"] == 5
    first = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert set(first) >= {"id", "intent", "metric", "period", "compare_to", "filters", "limit", "confidence"}


def test_folds_hold_back_whole_lines_and_sharpness_follows_the_truth() -> None:
    told = [([2.0, 0.0], 0), ([0.0, 2.0], 1), ([2.0, 0.0], 1), ([2.0, 0.0], 0)]
    assert figures_of(told) == {"phrasings": 4, "accuracy": 0.75}
    assert sharpened([([1.0, 0.0], 0)] * 5) > sharpened([([1.0, 0.0], 0), ([1.0, 0.0], 1)] * 5)


def test_a_question_is_answered_without_numerical_libraries() -> None:
    code = (
        "import sys; from datetime import date; from shared.insights.router import route;"
        "route('how much did we sell', date(2026, 1, 1));"
        "print(sorted(m for m in ('numpy', 'sklearn', 'scipy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_phrasing_is_seen_without_its_days() -> None:
    row: Phrasing = seen(OTHER, 0, "Sales in March 2026?")
    assert "march" not in row.bare
    assert row.found == frozenset({"revenue"})
