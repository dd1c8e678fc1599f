"""Fit the trees that say how sure a match is, and keep them only when they win a replay.

    python -m tools.fit_matching --fit DIR … --hold DIR … [--out shared/matching/fitted.py] [--always]

Sets are folders of ../shared/bench/make_reconciliation_data.py, or their copies by bench.payment_noise. Trees
are fitted to ``--fit``; chances and the least chance to post are measured on ``--hold``, whose noise the fit
has not seen. The new trees and those in use then replay ``--hold``, answers coming 20 payments late: the new
ones are written when they post more right and no more wrong. scikit-learn is imported here and nowhere at run
time.

With ``--answers`` a business's own answers are fitted to as well; then the new trees must also foretell those
that were held back no worse than the trees in use, and may post ``SLACK`` less of the sets for it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.matching_samples import Sample, Tally, replay, samples_of
from shared.matching import fitted, judges
from shared.matching.decide import DecisionRules
from shared.matching.judges import Fitted
from shared.matching.traits import NAMES
from shared.matching.trees import Tree, between, log_odds
from tools.matching_answers import log_loss
from tools.matching_answers import sampled as answered

OUT = Path(__file__).parent.parent / "shared" / "matching" / "fitted.py"
PROCESSES = 2
TREES, LEAVES, LEAST, RATE, PENALTY = 150, 16, 30, 0.07, 5.0
STEP, FEWEST = 0.4, 150
"""Chances are measured in steps of log-odds, each of so many candidates at least."""
SLACK = 0.002
"""Straight-through that may be lost on generated sets for being surer of a business's own."""
LEVELS = (965, 970, 975, 980, 985, 990, 995)
"""Least chances to post, per mille, tried from below."""
MOST_FALSE, LEAST_HIT = 0.001, 0.66
"""The upper 95 % bound on false credits among postings, and the share of first suggestions that are right.

Posting more leaves harder questions: below two right ones in three people stop looking at suggestions.
"""
RISES = (
    "score",
    "share",
    "ahead_of_next",
    "ahead_of_other_customer",
    "ahead_of_other_amount",
    "clue",
    "payer_share",
)
FALLS = (
    "behind_best", "edit_rest", "others_phone", "others_account", "others_payer", "unread", "ignored",
    "said_not_here",
)  # fmt: skip
"""A stronger rival never makes it surer, nor a better clue less sure, whatever the samples held."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, measure, compare, write."""
    options = _options(arguments)
    known = DecisionRules(model=options.watching)
    own = answered(options.answers)
    fitting = [one for case in [*sampled(options.fit, known), *own.fit] for one in case]
    trees, base = fit(fitting)
    held = sampled(options.hold, known)
    odds = [(log_odds(trees, base, one.traits), one.right) for case in [*held, *own.held] for one in case]
    anchors = calibrated(odds)
    before = _replayed(options.hold, DecisionRules())
    made, after = lowest(options.hold, Fitted(trees, base, anchors, LEVELS[-1]))
    won = _rounded(after)
    figures = {
        "candidates": len(fitting),
        "held": len(odds),
        "auto_milli": made.auto_milli,
        "before": _rounded(before),
        "after": won,
    }
    losses = {name: loss(own.held, made_of) for name, made_of in (("in_use", in_use()), ("new", made))}
    told = {"answers": len(own.fit) + len(own.held), "loss_on_answers": losses} if own.held else {}
    wins = better(before, after, options.target, bool(own.held)) and losses["new"] <= losses["in_use"]
    print(json.dumps({**figures, **told, "wins": wins}))
    if wins or options.always:
        options.out.write_text(source(made, won))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fit", type=Path, nargs="+", required=True)
    parser.add_argument("--hold", type=Path, nargs="+", required=True)
    parser.add_argument("--answers", type=Path, nargs="*", default=[], help="of `tools.admin answers`")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--watching", default="clues-1", help="whose postings fill the books while samples are taken"
    )
    parser.add_argument(
        "--target", type=float, default=0.001, help="a rate of wrong postings that is no reason to refuse"
    )
    parser.add_argument("--always", action="store_true", help="write even when the replay is not won")
    return parser.parse_args(arguments)


def better(before: dict[str, float], after: dict[str, float], target: float, own: bool) -> bool:
    """Whether more is posted right and no more wrong; with ``own`` answers nearly as much will do."""
    least = before["straight_through"] - SLACK if own else before["straight_through"]
    more = after["straight_through"] >= least if own else after["straight_through"] > least
    return more and after["false_credit"] <= max(before["false_credit"], target)


def in_use() -> Fitted:
    """The trees that the product runs with."""
    return Fitted(fitted.TREES, fitted.BASE, fitted.ANCHORS, fitted.AUTO_MILLI)


def loss(cases: Sequence[Sequence[Sample]], made: Fitted) -> float:
    """How badly trees foretold answers they were not fitted to: mean log loss over candidates."""
    told = [
        (between(made.anchors, log_odds(made.trees, made.base, one.traits)) / 1000, one.right)
        for case in cases
        for one in case
    ]
    return round(log_loss(told), 5)


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
    """Anchors of log-odds and chance per mille: isotonic over the held samples, read off step by step."""
    from sklearn.isotonic import IsotonicRegression

    ordered = sorted(odds)
    chances = IsotonicRegression().fit_transform([o for o, _ in ordered], [r for _, r in ordered])
    anchors: list[tuple[float, float]] = []
    step: list[tuple[float, float]] = []
    for (place, _), chance in zip(ordered, chances, strict=True):
        step.append((place, float(chance)))
        if len(step) >= FEWEST and place - step[0][0] >= STEP:
            anchors.append(_middle(step))
            step = []
    return [*anchors, _middle(step)] if step else anchors


def _middle(step: Sequence[tuple[float, float]]) -> tuple[float, float]:
    place = sum(o for o, _ in step) / len(step)
    level = 1000 * sum(c for _, c in step) / len(step)
    return round(place, 4), round(min(999.5, level), 2)


def lowest(folders: Sequence[Path], made: Fitted) -> tuple[Fitted, dict[str, float]]:
    """The trees with the lowest level whose replay is safe and whose questions are worth asking."""
    for level in LEVELS:
        made = replace(made, auto_milli=level)
        told = _replayed(folders, DecisionRules(model=_installed(made)))
        wrong = round(told["false_credit"] * told["posted"])
        if upper_bound(wrong, int(told["posted"])) <= MOST_FALSE and told["review_hit"] >= LEAST_HIT:
            break
    return made, told


def upper_bound(wrong: int, count: int, z: float = 1.645) -> float:
    """Wilson's one-sided 95 % bound on a share."""
    share = wrong / count
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (share + z * z / (2 * count) + spread) / (1 + z * z / count)


def _installed(made: Fitted) -> str:
    """Make fitted trees a version of their own for this process."""
    version = f"trees-new-{made.auto_milli}"
    judges.VERSIONS[version] = partial(judges.Trees, made)
    return version


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


def source(made: Fitted, figures: dict[str, float]) -> str:
    """The module that holds the trees."""
    lines = [
        '"""How sure a match is: trees made by ``python -m tools.fit_matching``, not by hand."""',
        "",
        "from __future__ import annotations",
        "",
        "from shared.matching.trees import Tree",
        "",
        f"AUTO_MILLI = {made.auto_milli}",
        f"BASE = {made.base!r}",
        f"ANCHORS: tuple[tuple[float, float], ...] = {tuple(made.anchors)!r}",
        f"FIGURES: dict[str, float] = {figures!r}",
        '"""Of replays of the held-back sets, answers 20 payments late."""',
        "# fmt: off",
        "TREES: tuple[Tree, ...] = (",
        *(f"    {_plain(tree)},  # noqa: E501" for tree in made.trees),
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
