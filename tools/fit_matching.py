"""Fit the trees that say how sure a match is, and keep them only when they win a replay.

    python -m tools.fit_matching --fit DIR … --hold DIR … [--out shared/matching/fitted.py] [--always]

Sets are folders of ../shared/bench/make_reconciliation_data.py, or their copies by bench.payment_noise. Trees are
fitted to ``--fit``; chances and the least chance to post are measured on ``--hold``, whose noise the fit has not
seen. The new trees and those in use then replay ``--hold``, answers coming 20 payments late: the new ones are
written when they post more right and no more wrong. scikit-learn is imported here and nowhere at run time.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.matching_samples import Sample, Tally, replay, samples_of
from shared.matching import judges
from shared.matching.decide import DecisionRules
from shared.matching.traits import NAMES
from shared.matching.trees import Tree, between, log_odds

OUT = Path(__file__).parent.parent / "shared" / "matching" / "fitted.py"
PROCESSES = 2
TREES, LEAVES, LEAST, RATE, PENALTY = 150, 16, 30, 0.07, 5.0
ANCHORS = (0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.14, 0.17, 0.2, 0.3, 0.5, 1)
"""Quantiles of the log-odds at which the chance is measured."""
MOST_FALSE = 0.001
"""The upper 95 % bound on postings that are not exactly right, of those that no veto stops."""
RISES = (
    "score", "share", "ahead_of_next", "ahead_of_other_customer", "ahead_of_other_amount", "clue", "payer_share",
)  # fmt: skip
FALLS = (
    "behind_best", "held", "edit_rest", "others_phone", "others_account", "others_payer", "unread", "ignored",
    "said_not_here",
)  # fmt: skip
"""A stronger rival never makes it surer, nor a better clue less sure, whatever the samples happened to hold."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, measure, compare, write."""
    options = _options(arguments)
    known = DecisionRules(model=options.watching)
    fitting = [one for case in sampled(options.fit, known) for one in case]
    trees, base = fit(fitting)
    held = sampled(options.hold, known)
    odds = [(log_odds(trees, base, one.traits), one.right) for case in held for one in case]
    anchors = calibrated(odds)
    least = least_chance(trees, base, anchors, held)
    made = SimpleNamespace(TREES=trees, BASE=base, ANCHORS=anchors, AUTO_MILLI=least)
    before = _replayed(options.hold, DecisionRules())
    after = _replayed(options.hold, DecisionRules(model=_installed(made)))
    figures = {
        "candidates": len(fitting),
        "held": len(odds),
        "auto_milli": least,
        "before": _rounded(before),
        "after": _rounded(after),
    }
    wins = (
        after["straight_through"] > before["straight_through"]
        and after["false_credit"] <= max(before["false_credit"], options.target)
    )
    print(json.dumps({**figures, "wins": wins}))
    if wins or options.always:
        options.out.write_text(source(made, figures["after"]))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fit", type=Path, nargs="+", required=True)
    parser.add_argument("--hold", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--watching", default="clues-1", help="whose postings fill the books while samples are taken")
    parser.add_argument("--target", type=float, default=0.001, help="a rate of wrong postings that is no reason to refuse")
    parser.add_argument("--always", action="store_true", help="write even when the replay is not won")
    return parser.parse_args(arguments)


def sampled(folders: Sequence[Path], rules: DecisionRules) -> list[list[Sample]]:
    """The candidates of several sets, payment by payment."""
    with get_context("fork").Pool(PROCESSES) as pool:
        found = pool.map(partial(_sampled, rules=rules), folders, chunksize=1)
    return [case for cases in found for case in cases]


def _sampled(folder: Path, rules: DecisionRules) -> list[list[Sample]]:
    return samples_of(folder, rules)[0]


def fit(samples: Sequence[Sample]) -> tuple[list[Tree], float]:
    """Boosted trees over the traits, as plain numbers."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST,
        learning_rate=RATE,
        l2_regularization=PENALTY,
        monotonic_cst=[(name in RISES) - (name in FALLS) for name in NAMES],
        early_stopping=False,
        random_state=1,
    )
    model.fit([one.traits for one in samples], [one.right for one in samples])
    return exported(model)


def exported(model: Any) -> tuple[list[Tree], float]:
    """The trees of a fitted model in the form of shared/matching/trees.py."""
    trees = [_branch(rounds[0].nodes, 0) for rounds in model._predictors]
    return trees, float(model._baseline_prediction.ravel()[0])


def _branch(nodes: Any, at: int) -> Tree:
    node = nodes[at]
    if node["is_leaf"]:
        return float(node["value"])
    below, above = _branch(nodes, int(node["left"])), _branch(nodes, int(node["right"]))
    return int(node["feature_idx"]), float(node["num_threshold"]), below, above


def calibrated(odds: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Anchors of log-odds and chance per mille: isotonic over the held samples, read off at ``ANCHORS``."""
    from sklearn.isotonic import IsotonicRegression

    ordered = sorted(odds)
    chances = IsotonicRegression().fit_transform([o for o, _ in ordered], [r for _, r in ordered])
    anchors: list[tuple[float, float]] = []
    for share, following in zip(ANCHORS[:-1], ANCHORS[1:], strict=True):
        part = slice(int(share * len(ordered)), max(int(share * len(ordered)) + 1, int(following * len(ordered))))
        place = sum(o for o, _ in ordered[part]) / len(ordered[part])
        level = 1000 * float(sum(chances[part])) / len(chances[part])
        anchors.append((round(place, 4), round(min(999.5, level), 2)))
    return anchors


def least_chance(
    trees: Sequence[Tree], base: float, anchors: Sequence[tuple[float, float]], cases: Iterable[Sequence[Sample]]
) -> int:
    """The lowest chance per mille above which the upper bound on wrong postings is within ``MOST_FALSE``."""
    best = []
    for case in cases:
        told = [(between(anchors, log_odds(trees, base, one.traits)), one.right) for one in case]
        if told and case[0].postable:
            best.append(max(told, key=lambda pair: pair[0]))
    best.sort(reverse=True)
    lowest, wrong = 1000, 0
    for count, (sure, right) in enumerate(best, 1):
        wrong += not right
        if upper_bound(wrong, count) <= MOST_FALSE:
            lowest = math.ceil(sure)
    return lowest


def upper_bound(wrong: int, count: int, z: float = 1.645) -> float:
    """Wilson's one-sided 95 % bound on a share."""
    share = wrong / count
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (share + z * z / (2 * count) + spread) / (1 + z * z / count)


def _installed(made: SimpleNamespace) -> str:
    """Make fitted trees a version of their own for this process."""
    judge = judges.Trees.__new__(judges.Trees)
    judge._fitted, judge.auto_milli, judge.version = made, made.AUTO_MILLI, "trees-new"  # type: ignore[assignment, misc]
    judges.VERSIONS[judge.version] = judges.Trees
    judges._made[judge.version] = judge
    return judge.version


def _replayed(folders: Sequence[Path], rules: DecisionRules) -> dict[str, float]:
    """The figures of several sets together."""
    whole = Tally()
    with get_context("fork").Pool(PROCESSES) as pool:
        tallies = pool.map(partial(replay, rules=rules), folders, chunksize=1)
    for one in tallies:
        for name in Tally.__dataclass_fields__:
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole.figures()


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in figures.items()}


def source(made: SimpleNamespace, figures: dict[str, float]) -> str:
    """The module that holds the trees."""
    lines = [
        '"""How sure a match is: trees made by ``python -m tools.fit_matching``, not by hand."""',
        "",
        "from __future__ import annotations",
        "",
        "from shared.matching.trees import Tree",
        "",
        f"AUTO_MILLI = {made.AUTO_MILLI}",
        f"BASE = {made.BASE!r}",
        f"ANCHORS: tuple[tuple[float, float], ...] = {tuple(made.ANCHORS)!r}",
        f"FIGURES: dict[str, float] = {figures!r}",
        '"""Of replays of the held-back sets, answers 20 payments late."""',
        "# fmt: off",
        "TREES: tuple[Tree, ...] = (",
        *(f"    {_plain(tree)},  # noqa: E501" for tree in made.TREES),
        ")",
        "",
    ]
    return "\n".join(lines)


def _plain(tree: Tree) -> str:
    if isinstance(tree, float):
        return repr(round(tree, 5))
    return f"({tree[0]}, {tree[1]!r}, {_plain(tree[2])}, {_plain(tree[3])})"


if __name__ == "__main__":
    sys.exit(main())
