"""Confidence: what training fits is what the runtime computes; and what is asked whatever the figures."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest

from bench.receipt_noise import spoil
from bench.receipt_samples import Sample, exported
from bench.receipt_scores import expected_error
from shared.receipts.confidence import ACCEPT, Evidence, Thresholds, chance, decide, probability
from shared.receipts.extract.fields import extract
from shared.receipts.rows import build_rows
from shared.receipts.weights import FIGURES, WEIGHTS
from tests.unit.receipts.support import line
from tools.train import STRENGTH, crossed, fit, source

SURE = {"merchant": 990, "date": 990, "total": 990}


def _samples() -> list[Sample]:
    random = Random(4)
    made = []
    for number in range(300):
        features = {"clear": random.randrange(1001), "label": random.choice((0, 1000))}
        right = random.random() < 0.2 + 0.7 * features["clear"] / 1000
        made.append(Sample("total", features, right, f"page {number % 60}", spoilt=False))
    return made


def test_the_runtime_computes_what_was_fitted() -> None:
    from sklearn.linear_model import LogisticRegression

    samples, names = _samples(), ["clear", "label"]
    weights = fit(samples, names)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    table = [[s.features[n] / 1000 for n in names] for s in samples]
    model.fit(table, [s.right for s in samples])
    told = model.predict_proba(table)[:, 1]
    assert max(abs(chance(weights, s.features) - p) for s, p in zip(samples, told, strict=True)) < 1e-9
    assert weights["clear"] > 2 > abs(weights["label"])


@pytest.mark.parametrize("field", sorted(WEIGHTS))
def test_the_stored_weights_give_the_same_as_training_says(field: str) -> None:
    names = [name for name in WEIGHTS[field] if name != "bias"]
    random = Random(field)
    for _ in range(20):
        features = {name: random.randrange(1001) for name in names}
        evidence = Evidence(field, {name: value / 1000 for name, value in features.items()})
        assert abs(probability(evidence) - 1000 * chance(WEIGHTS[field], features)) <= 1


def test_an_unknown_feature_is_no_silent_zero() -> None:
    with pytest.raises(KeyError):
        probability(Evidence("total", {"invented": 1}))


def test_the_weights_say_how_good_they_are() -> None:
    assert {"total", "date", "merchant"} <= FIGURES.keys()
    assert all(figures["ece"] <= 0.04 for field, figures in FIGURES.items() if field in ACCEPT)
    namespace: dict[str, object] = {}
    exec(source(WEIGHTS, FIGURES), namespace)  # noqa: S102 - what training writes is a module
    assert namespace["WEIGHTS"] == WEIGHTS


def test_accepted_totals_were_right_on_pages_not_fitted_to() -> None:
    assert FIGURES["total"]["coverage"] >= 0.7
    assert FIGURES["total"]["precision"] >= 0.99


@pytest.mark.parametrize(("flagged", "coverage", "precision"), [(False, 0.7436, 0.9852), (True, 0.7326, 1.0)])
def test_what_is_flagged_is_not_counted_as_accepted(flagged: bool, coverage: float, precision: float) -> None:
    def several(count: int, clear: int, right: bool, flagged: bool = False) -> list[Sample]:
        return [
            Sample("total", {"clear": clear}, right, f"{clear} {n}", False, flagged) for n in range(count)
        ]

    samples = several(200, 1000, True) + several(70, 0, False) + several(3, 1000, False, flagged)
    figures = crossed(samples, ["clear"])
    assert (figures["coverage"], figures["precision"]) == (coverage, precision)


def test_calibration_error_is_what_confidences_are_off_by() -> None:
    assert expected_error([(0.95, True)] * 95 + [(0.95, False)] * 5) == pytest.approx(0)
    assert expected_error([(0.95, False)] * 10 + [(0.15, True)] * 10) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({}, ()),
        ({"total": 0}, ("total_unsure",)),
        ({"total": None}, ("total_missing",)),
    ],
)
def test_what_is_unsure_or_missing_is_a_reason(
    change: dict[str, int | None], reasons: tuple[str, ...]
) -> None:
    confidence = {name: value for name, value in {**SURE, **change}.items() if value is not None}
    assert decide(confidence, (), trusted=True)[1] == reasons


def test_a_business_draws_its_own_lines() -> None:
    strict = Thresholds(merchant=995, proof_from_cents=100)
    told = decide(SURE, (), trusted=True, thresholds=strict, total_cents=100)
    assert told == ("review", ("merchant_unsure", "proof_wanted"))
    proven = decide(
        SURE, (), trusted=True, thresholds=Thresholds(), total_cents=10**9, checks=("total_tender",)
    )
    assert proven == ("accept", ())


def test_a_total_printed_before_and_after_the_coin_is_a_question() -> None:
    texts = ("SHOP SDN BHD", "12/02/2018", "NASI 17.22", "TOTAL 17.22", "ROUNDING -0.02", "NETT TOTAL 17.20")
    lines = tuple(line(text, x=0, y=30.0 * n) for n, text in enumerate(texts))
    assert "total_rounded_to_coin" in extract(build_rows(lines), (), date(2026, 1, 1)).flags
    shillings = tuple(
        line(text, x=0, y=30.0 * n)
        for n, text in enumerate(
            ("DUKA", "12/02/2026", "UGALI 17.60", "TOTAL 17.60", "ROUNDING -0.60", "NET TOTAL 17.00")
        )
    )
    assert "total_rounded_to_coin" not in extract(build_rows(shillings), (), date(2026, 3, 1)).flags


def test_spoilt_lines_come_from_a_seed_and_lose_their_score() -> None:
    lines = tuple(line(f"TOTAL KES 1,{n:03d}.00", x=0, y=30.0 * n) for n in range(60))
    one, again = spoil(lines, Random(3)), spoil(lines, Random(3))
    assert one == again
    assert any(a.text != b.text for a, b in zip(lines, one, strict=False))


def test_corrections_are_samples(tmp_path: Path) -> None:
    label = {"receipt_id": "rcp_1", "field": "total", "read": 100, "right": 100, "features": {"clear": 900}}
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(label) + "\n" + json.dumps({**label, "right": 200}) + "\n")
    assert [sample.right for sample in exported(path)] == [True, False]
