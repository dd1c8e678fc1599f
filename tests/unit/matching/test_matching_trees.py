"""Fitted trees: what is exported answers as what was fitted, and a business can go back by one name."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_world import WANJIKU, Desk, payer

from shared.core.errors import Invalid
from shared.matching import fitted
from shared.matching.decide import DecisionRules, considered, decide
from shared.matching.judges import CURRENT, VERSIONS, judge
from shared.matching.policy import AllocationRules
from shared.matching.traits import NAMES, traits
from shared.matching.trees import Tree, between, log_odds


def test_exported_trees_answer_as_the_fitted_ones() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    from tools.fit_matching import exported

    dice = random.Random(3)
    rows = [[dice.gauss(0, 1), dice.randrange(5), dice.choice([0.0, 1.0])] for _ in range(600)]
    answers = [row[0] + row[1] * row[2] + dice.gauss(0, 0.5) > 1 for row in rows]
    model = ensemble.HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=8, random_state=1)
    trees, base = exported(model.fit(rows, answers))
    told = [1 / (1 + math.exp(-log_odds(trees, base, row))) for row in rows]
    assert max(abs(a - b[1]) for a, b in zip(told, model.predict_proba(rows), strict=True)) < 1e-9
    assert len({round(t, 3) for t in told}) > 20, "a model that answers one thing proves nothing"


def test_traits_are_numbers_in_the_order_of_their_names(desk: Desk) -> None:
    desk.invoice("INV-2025-04871", WANJIKU, 150_000)
    case = desk.case(150_000, reference="INV-2025-04871", **payer(WANJIKU, "phone"))
    ranked, identities = considered(case, AllocationRules())
    found = dict(zip(NAMES, traits(case, ranked, identities, 0), strict=True))
    assert all(isinstance(value, int | float) for value in found.values())
    assert (found["clue"], found["step"], found["fit"], found["phone"]) == (5, 6, 6, 4)
    assert (found["open"], found["covered"], found["place"]) == (1, 1, 0)


def _features(tree: Tree) -> set[int]:
    return {tree[0]} | _features(tree[2]) | _features(tree[3]) if isinstance(tree, tuple) else set()


def test_the_trees_ask_only_for_traits_that_exist() -> None:
    asked = set().union(*map(_features, fitted.TREES))
    assert asked <= set(range(len(NAMES)))
    assert len(asked) > len(NAMES) // 2
    assert 900 <= fitted.AUTO_MILLI <= 999


@given(st.floats(-12, 12), st.floats(-12, 12))
def test_more_log_odds_are_never_a_smaller_chance(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= between(fitted.ANCHORS, low) <= between(fitted.ANCHORS, high) < 1000


@given(st.floats(-12, 12))
def test_the_line_goes_through_its_anchors(value: float) -> None:
    anchors = [(-2.0, 100.0), (0.0, 500.0), (2.0, 900.0)]
    assert between(anchors, -2) == 100
    assert between(anchors, 1) == 700
    assert between(anchors, value) == pytest.approx(min(900, max(100, 500 + 200 * value)))


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_every_version_posts_what_is_named_and_fits(desk: Desk, version: str) -> None:
    desk.invoice("INV-2025-04871", WANJIKU, 150_000)
    case = desk.case(150_000, reference="INV-2025-04871", **payer(WANJIKU, "phone"))
    decision = decide(case, DecisionRules(model=version))
    assert (decision.verdict, decision.model) == ("auto", version)


def test_the_current_version_is_taken_and_an_unknown_one_refused() -> None:
    assert judge().version == CURRENT
    with pytest.raises(Invalid) as refused:
        judge("trees-99")
    assert refused.value.code == "model_unknown"
    assert "clues-1" in str(refused.value)


def test_a_stronger_rival_never_makes_a_match_surer(desk: Desk) -> None:
    """The fit is held to it: less lead, more people whose phone or account it is, a closer neighbour."""
    desk.invoice("INV-2025-04871", WANJIKU, 150_000)
    case = desk.case(150_000, reference="INV-2025-04871", **payer(WANJIKU, "phone"))
    ranked, identities = considered(case, AllocationRules())
    at_first = traits(case, ranked, identities, 0)
    before = log_odds(fitted.TREES, fitted.BASE, at_first)
    worse = {
        "ahead_of_next": -900,
        "ahead_of_other_customer": -900,
        "others_phone": 2,
        "edit_rest": 900,
    }
    for name, change in worse.items():
        changed = list(at_first)
        changed[NAMES.index(name)] += change
        assert log_odds(fitted.TREES, fitted.BASE, changed) <= before + 1e-9, name
