"""The forest in plain numbers scores as scikit-learn's does, and keeps to its slots."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from alerts_world import BUSINESS, MONDAY, Desk, move, past

from shared.alerts.batch import unruled
from shared.alerts.batch.daily import look_back
from shared.alerts.batch.features import NAMES, features
from shared.alerts.batch.forest import FILE, forest, read_forest
from shared.alerts.habits import NONE, Habits
from shared.alerts.moves import Move
from shared.alerts.places import STATE
from shared.alerts.profile import NOBODY, Party
from tools.fit_isolation import fit, told

DAY = timedelta(days=1)


def rows(count: int, seed: int) -> list[tuple[float, ...]]:
    draw = random.Random(seed)
    return [tuple(draw.gauss(0, 1 + n) for n in range(len(NAMES))) for _ in range(count)]


def test_plain_python_scores_as_scikit_learn() -> None:
    data = rows(400, 1)
    model = fit(data, 12)
    ours = read_forest(json.loads(json.dumps(told(model, 600))))
    others = [*rows(200, 2), tuple(9.0 for _ in NAMES)]
    # scikit-learn compares in single precision and cuts are written to five decimals
    for row, theirs in zip(others, -model.score_samples(others), strict=True):
        assert ours.score(row) == pytest.approx(theirs, abs=2e-3)


def test_what_is_shipped_is_read_and_small() -> None:
    trees = forest()
    assert trees.names == NAMES
    assert len(trees.roots) == 60
    assert FILE.stat().st_size < 100_000
    assert 500 < trees.odd_milli < 900
    usual = features(move(1000), past(*(move(1000 + n, MONDAY - n * DAY) for n in range(1, 9))), NONE)
    odd = (20.0, 8.0, 8.0, 0.1, 9.0, 12.0, 1.0, 1.0, 0.0, 1.0, 3.0)
    assert 0 < trees.score(usual) < trees.score(odd) < 1


def test_features_of_a_stranger_are_in_the_middle() -> None:
    found = features(move(1000), NOBODY, Habits())
    assert len(found) == len(NAMES)
    assert (found[1], found[2], found[3]) == (0.0, 0.0, 0.0)


def test_three_slots_a_day_for_what_is_odd_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    always = read_forest({"features": list(NAMES), "usual": 5.0, "odd_milli": 1, "trees": [":2.0"]})
    monkeypatch.setattr(unruled, "forest", lambda: always)

    def who(one: Move) -> Party:
        return NOBODY

    moves = [move(100 + n, subject=f"x/{n}") for n in reversed(range(9))]
    found = unruled.unusual(moves, who, {})
    assert [one.subject for one, _ in found] == ["x/0", "x/1", "x/2"]
    never = read_forest({"features": list(NAMES), "usual": 5.0, "odd_milli": 999, "trees": [":2.0"]})
    monkeypatch.setattr(unruled, "forest", lambda: never)
    assert unruled.unusual(moves, who, {}) == []
    assert {finding.detector for _, finding in found} == {"unusual_no_rule"}


def test_they_are_listed_not_told_and_keep_their_slots_over_a_store(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    always = read_forest({"features": list(NAMES), "usual": 5.0, "odd_milli": 1, "trees": [":2.0"]})
    monkeypatch.setattr(unruled, "forest", lambda: always)
    for who in "abcde":
        for n in range(4):
            desk.paid(f"{who}{n}", 100 + 7 * n, MONDAY - (3 - n) * DAY, payer_hash=who * 64)
    desk.morning(MONDAY)
    desk.store.delete(BUSINESS, STATE)
    look_back(desk, BUSINESS)
    alerts = [doc.data for doc in desk.alerts() if doc.data["detector"] == "unusual_no_rule"]
    today = [one for one in alerts if one["day"] == MONDAY.date().isoformat()]
    assert len(today) == 3
    assert not any(one["told"] for one in alerts)
    assert desk.told() == []
