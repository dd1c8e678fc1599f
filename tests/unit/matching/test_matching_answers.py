"""A business's own answers become samples: what people said, what stood, and nothing that is still open."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matching_world import EMPLOYER, OTIENO, WANJIKU, Shop, own

from shared.matching import match_by_hand, reconcile_payment, undo_match
from tools import fit_matching
from tools.admin_matching import answers as write_answers
from tools.fit_matching import SLACK, better, in_use, loss
from tools.matching_answers import exported, is_held, log_loss, sampled


@pytest.fixture
def answered(shop: Shop) -> Shop:
    """One posted and standing, one posted and undone, one asked and answered, one still asked."""
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    other = shop.invoice("inv_2", OTIENO, 50_000)
    shop.invoice("inv_3", OTIENO, 20_000)
    shop.payment("SJA1", 97_000, **own(WANJIKU), reference=number)
    shop.payment("SJA2", 50_000, **own(OTIENO), reference=other)
    shop.payment("SJA3", 20_000, **EMPLOYER)
    shop.payment("SJA4", 1_000, **EMPLOYER)
    for receipt in ("SJA1", "SJA2", "SJA3", "SJA4"):
        reconcile_payment(shop, shop.business, f"mpesa-{receipt}")
    shop.run(lambda tx: undo_match(tx, "mpesa-SJA2", actor="usr_1"))
    shop.run(
        lambda tx: match_by_hand(tx, "mpesa-SJA3", [("inv_3", 20_000)], customer_id=OTIENO, actor="usr_1")
    )
    return shop


def test_what_stands_is_told_and_open_questions_are_not(answered: Shop) -> None:
    told = {line["payment_id"]: line for line in exported(answered.store, answered.business, 100)}
    assert {who: (line["links"], line["by"]) for who, line in told.items()} == {
        "mpesa-SJA1": ({"inv_1": 97_000}, "engine"),
        "mpesa-SJA2": ({}, "person"),
        "mpesa-SJA3": ({"inv_3": 20_000}, "person"),
    }
    assert list(exported(answered.store, "biz_other", 100)) == []


def test_a_file_of_answers_is_private_and_reads_back_as_samples(
    answered: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answers.jsonl"
    app: Any = SimpleNamespace(store=answered.store)
    arguments: Any = SimpleNamespace(id=answered.business, out=out, payments=100)
    write_answers(app, arguments)
    assert json.loads(capsys.readouterr().out)["answers"] == 3
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    found = sampled([out])
    assert len(found.fit) + len(found.held) == 3
    best = [case[0].right for case in (*found.fit, *found.held) if case]
    assert sorted(best) == [False, True], "posted and stood; posted and undone; no candidate at all"


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"payment_id": "p"}', '{"payment_id": "p", "case": "{}", "links": {}}', '{"case": 1}'],
)
def test_a_line_that_is_no_answer_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n" + line if line == "[]" else line)
    with pytest.raises(ValueError, match=r"answers\.jsonl:1 is no answer"):
        sampled([path])


def test_one_of_five_is_held_back_and_always_the_same() -> None:
    held = [is_held(f"mpesa-{n}") for n in range(2000)]
    assert held == [is_held(f"mpesa-{n}") for n in range(2000)]
    assert 300 < sum(held) < 500


def test_loss_is_small_for_who_was_sure_and_right() -> None:
    assert log_loss([]) == 0
    assert log_loss([(0.99, True), (0.01, False)]) < 0.02
    assert log_loss([(0.99, False)]) > 4
    assert log_loss([(1.0, False)]) < 10, "and never without end"


def test_a_replay_is_won_by_more_and_nearly_as_much_will_do_for_own_answers() -> None:
    def told(straight: float, false: float) -> dict[str, float]:
        return {"straight_through": straight, "false_credit": false}

    now = told(0.82, 0.0005)
    assert better(now, told(0.821, 0.001), 0.001, own=False)
    assert not better(now, now, 0.001, own=False)
    assert not better(now, told(0.83, 0.0011), 0.001, own=True)
    assert better(now, told(0.82 - SLACK / 2, 0.0005), 0.001, own=True)
    assert not better(now, told(0.82 - 2 * SLACK, 0.0005), 0.001, own=True)


def test_new_trees_that_foretell_own_answers_worse_are_not_kept(
    answered: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told_all = exported(answered.store, answered.business, 100)
    lines = [line for line in told_all if line["by"] == "engine"]
    out, kept = tmp_path / "answers.jsonl", tmp_path / "fitted.py"
    many = [{**line, "payment_id": f"{line['payment_id']}-{n}"} for line in lines for n in range(30)]
    out.write_text("\n".join(json.dumps(line) for line in many))
    right = sampled([out])
    assert right.held, "some of thirty are held back"
    assert loss(right.held, in_use()) < 3

    def backwards(samples: Any) -> Any:
        assert len(samples) == sum(map(len, right.fit)), "own answers are fitted to"
        return [-9.0], 0.0

    figures = {"straight_through": 0.9, "false_credit": 0.0, "posted": 10.0, "review_hit": 0.9}
    monkeypatch.setattr(fit_matching, "fit", backwards)
    monkeypatch.setattr(fit_matching, "calibrated", lambda odds: [(-1.0, 1.0), (1.0, 999.0)])
    monkeypatch.setattr(fit_matching, "sampled", lambda folders, rules: [])
    monkeypatch.setattr(fit_matching, "_replayed", lambda folders, rules: figures)
    arguments = ["--fit", "x", "--hold", "y", "--answers", str(out), "--out", str(kept)]
    assert fit_matching.main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["answers"] == 30
    assert told["wins"] is False
    assert told["loss_on_answers"]["new"] > told["loss_on_answers"]["in_use"]
    assert not kept.exists()
