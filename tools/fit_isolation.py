"""Fit the isolation forest of alerts on generated ledgers and write it as plain numbers.

    python -m tools.fit_isolation [--trees 60] [--out FILE]

scikit-learn is needed here and never at run time; shared/alerts/batch/forest.py scores the same trees in
plain Python, and a test compares the two.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.anomaly_desk import Judged, looks, moves_of
from bench.anomaly_dev import DEVELOPED_ON
from bench.anomaly_ledger import clean_ledger
from shared.alerts.batch.features import NAMES, features
from shared.alerts.batch.forest import FILE, read_forest
from shared.alerts.habits import NONE

SEEDS = range(9001, 9007)
"""Ledgers that no bench uses."""
SAMPLES = 256
ODD_SHARE = 0.008
"""The part of legitimate movements that is called unusual."""


def rows(seed: int, *, wrongs: bool) -> list[tuple[float, ...]]:
    """The features of every movement of one ledger but refunds, which rules alone judge."""
    ledger = clean_ledger(seed)
    for put in DEVELOPED_ON.values() if wrongs else ():
        put(ledger)
    ledger.sort()
    found = []
    for look in looks(ledger, Judged(moves_of(ledger.docs))):
        habits = look.habits
        for move in look.today:
            if move.way != "refund":
                found.append(features(move, look.past(move), habits.get(move.way, NONE)))
    return found


def fit(data: list[tuple[float, ...]], trees: int) -> Any:
    """scikit-learn's forest on these rows."""
    from sklearn.ensemble import IsolationForest

    return IsolationForest(n_estimators=trees, max_samples=SAMPLES, random_state=7).fit(data)


def told(model: Any, odd_milli: int) -> dict[str, Any]:
    """A fitted forest as ``read_forest`` takes it."""
    usual = _path_length(SAMPLES)
    lines = [_tree(one.tree_) for one in model.estimators_]
    return {"features": list(NAMES), "usual": usual, "odd_milli": odd_milli, "trees": lines}


def _tree(tree: Any) -> str:
    nodes: list[str] = []

    def walk(node: int, depth: int) -> None:
        if tree.children_left[node] < 0:
            nodes.append(f":{depth + _path_length(int(tree.n_node_samples[node])):.4f}")
            return
        here = len(nodes)
        nodes.append("")
        walk(int(tree.children_left[node]), depth + 1)
        nodes[here] = f"{tree.feature[node]}:{tree.threshold[node]:.5f}:{len(nodes)}"
        walk(int(tree.children_right[node]), depth + 1)

    walk(0, 0)
    return " ".join(nodes)


def _path_length(samples: int) -> float:
    """The mean path of an unsuccessful search in a binary tree of so many samples (Liu et al. 2008)."""
    from sklearn.ensemble._iforest import _average_path_length

    return float(_average_path_length([samples])[0])


def main(argv: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=60)
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args(None if argv is None else list(argv))
    data = [row for seed in SEEDS for row in rows(seed, wrongs=True)]
    model = fit(data, given.trees)
    forest = read_forest(told(model, 0))
    scores = sorted(forest.score(row) for row in rows(SEEDS.stop, wrongs=False))
    odd = round(1000 * scores[int(len(scores) * (1 - ODD_SHARE))])
    given.out.write_text(json.dumps(told(model, odd), indent=0) + "\n")
    print(f"{len(data)} rows, {given.trees} trees, unusual from {odd}", file=sys.stderr)


if __name__ == "__main__":
    main()
