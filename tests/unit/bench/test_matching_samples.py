"""Noise of our own keeps the answers; replays count as the scorer does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.matching_samples import exactly, false_cents, replay, samples_of
from bench.payment_noise import KINDS, main, spoil
from bench.receipt_scores import expected_error
from shared.matching.decide import DecisionRules
from shared.matching.traits import NAMES
from tools.fit_matching import calibrated, upper_bound

CUSTOMERS = [
    {"customer_id": "C1", "name": "Grace Wanjiku", "phones": ["254712345678"], "account_no": "HW-17A"},
    {"customer_id": "C2", "name": "Peter Otieno Ouma", "phones": ["254722000111"], "account_no": None},
]


def invoice(id_: str, number: str, customer: str, cents: int) -> dict[str, Any]:
    issued = {"issued_at": "2026-01-01T08:00:00+03:00", "due_at": "2026-01-15T08:00:00+03:00"}
    owed = {"total_cents": cents, "opening_cents": cents, "currency": "KES"}
    return {"invoice_id": id_, "number": number, "customer_id": customer, **issued, **owed}


def payment(id_: str, cents: int, **fields: Any) -> dict[str, Any]:
    when = {"received_at": "2026-02-01T10:00:00+03:00", "paid_at": "2026-02-01T10:00:00+03:00"}
    unsaid = dict.fromkeys(("bill_ref", "msisdn", "payer_name", "narration", "reverses"))
    usual = {"channel": "mpesa_paybill", "type": "payment", "currency": "KES", "trans_id": f"T{id_}"}
    return {"payment_id": id_, "amount_cents": cents, **when, **usual, **unsaid, **fields}


def answer(id_: str, links: dict[str, int], customer: str | None) -> dict[str, Any]:
    return {"payment_id": id_, "links": list(links.items()), "customer_id": customer}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two named payments, one of a stranger, and a hand-typed one that another row is for."""
    folder = tmp_path / "set"
    folder.mkdir()
    files: dict[str, list[dict[str, Any]]] = {
        "customers": CUSTOMERS,
        "invoices": [
            invoice("I1", "INV-2025-04871", "C1", 50_000),
            invoice("I2", "INV-2025-04999", "C2", 30_000),
        ],
        "history": [],
        "payments": [
            payment("P1", 50_000, bill_ref="INV-2025-04871", msisdn="254712345678"),
            payment("P2", 9_900, bill_ref="FEES", payer_name="ZAKAYO MWAURA"),
            payment(
                "P3", 30_000, bill_ref="INV-2025-04999", payer_name="PETER OTIENO OUMA", msisdn="2547*****111"
            ),
        ],
        "truth": [
            answer("P1", {"I1": 50_000}, "C1"),
            answer("P2", {}, None),
            answer("P3", {"I2": 30_000}, "C2"),
        ],
    }
    for name, found in files.items():
        text = "".join(json.dumps(row) + "\n" for row in found)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_a_replay_counts_what_was_posted_right_and_asked(data: Path) -> None:
    figures = replay(data, DecisionRules()).figures()
    assert (figures["straight_through"], figures["false_credit"], figures["payments"]) == (1, 0, 3)
    assert figures["review_load"] == pytest.approx(1 / 3), "a stranger's money reaches a person"
    nothing = replay(data, DecisionRules(posting=False)).figures()
    assert (nothing["straight_through"], nothing["review_load"], nothing["review_hit"]) == (0, 1, 1)


def test_samples_are_the_candidates_with_the_answer(data: Path) -> None:
    cases, _ = samples_of(data, DecisionRules())
    assert [[one.right for one in case][:1] for case in cases] == [[True], [], [True]]
    assert all(len(one.traits) == len(NAMES) for case in cases for one in case)


@pytest.mark.parametrize(
    ("links", "wanted", "right", "false"),
    [
        ({"I1": 100_00}, {"I1": 100_00}, True, 0),
        ({"I1": 100_50}, {"I1": 100_00}, True, 0),
        ({"I1": 90_00}, {"I1": 100_00}, False, 0),
        ({"I1": 110_00}, {"I1": 100_00}, False, 10_00),
        ({"I2": 100_00}, {"I1": 100_00}, False, 100_00),
        ({"I1": 100_00}, {"I1": -100_00}, False, 100_00),
        ({}, {}, True, 0),
    ],
)
def test_right_and_false_as_the_scorer_means_them(
    links: dict[str, int], wanted: dict[str, int], right: bool, false: int
) -> None:
    assert exactly(links, wanted) is right
    assert false_cents(links, wanted) == false


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    assert expected_error([(0.9, True)] * 9 + [(0.9, False)]) == pytest.approx(0)
    assert expected_error([(0.95, False)] * 10) == pytest.approx(0.95)


def test_chances_rise_with_log_odds_and_follow_what_was_right() -> None:
    odds = [(k / 100, k % 10 < 3) for k in range(500)] + [(5 + k / 100, k % 10 != 0) for k in range(500)]
    anchors = calibrated(odds)
    assert [level for _, level in anchors] == sorted(level for _, level in anchors)
    assert anchors[0][1] == pytest.approx(300, abs=40)
    assert anchors[-1][1] == pytest.approx(900, abs=40)


def test_the_bound_shrinks_with_more_of_the_same() -> None:
    assert upper_bound(0, 100) > upper_bound(0, 10_000) > 0
    assert upper_bound(5, 10_000) > 0.0005


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_noise_changes_what_is_shown_and_nothing_else(data: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / kind
    changed = spoil(data, out, [kind], seed=3, rate=1.0)
    assert (out / "truth.jsonl").read_text() == (data / "truth.jsonl").read_text()
    before = [json.loads(line) for line in (data / "payments.jsonl").read_text().splitlines()]
    after = [json.loads(line) for line in (out / "payments.jsonl").read_text().splitlines()]
    shown = {"bill_ref", "payer_name", "msisdn", "narration"}
    for one, other in zip(before, after, strict=True):
        assert {k for k in one if one[k] != other[k]} <= shown
    assert changed > 0 or kind == "bank", "there is no bank line in this set"
    spoil(data, tmp_path / "again", [kind], seed=3, rate=1.0)
    assert (tmp_path / "again" / "payments.jsonl").read_bytes() == (out / "payments.jsonl").read_bytes()


def test_an_unknown_kind_is_refused_with_those_there_are(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(data), "--out", str(tmp_path / "x"), "--kinds", "rain"])
    assert "words" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
