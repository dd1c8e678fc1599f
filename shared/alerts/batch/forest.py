"""An isolation forest in plain numbers, made by ``python -m tools.fit_isolation``; scored without numpy.

Liu, Ting, Zhou 2008: what few random cuts set apart is odd. Only the trees are scikit-learn's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("forest.json")
LEAF = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """Flat trees.

    Args:
        names: the features, in order.
        roots: the first node of each tree.
        feature: of each node, -1 for a leaf.
        cut: of each node; a value at or below it goes left, to the next node. Of a leaf its path length.
        right: the other child of each node.
        usual: the mean path length in a tree of as many samples as each was made of.
        odd_milli: the score in thousandths from which a movement is unusual.
    """

    names: tuple[str, ...]
    roots: tuple[int, ...]
    feature: tuple[int, ...]
    cut: tuple[float, ...]
    right: tuple[int, ...]
    usual: float
    odd_milli: int

    def score(self, values: Sequence[float]) -> float:
        """From 0 to 1, more is odder: ``2 ** -(mean path / usual)``, as scikit-learn's ``-score_samples``."""
        total = sum(self._path(root, values) for root in self.roots)
        return float(2 ** -(total / (len(self.roots) * self.usual)))

    def _path(self, node: int, values: Sequence[float]) -> float:
        feature, cut, right = self.feature, self.cut, self.right
        while (which := feature[node]) != LEAF:
            node = node + 1 if values[which] <= cut[node] else right[node]
        return cut[node]


@cache
def forest() -> Forest:
    """The forest that is shipped, read once a process."""
    return read_forest(json.loads(FILE.read_text()))


def read_forest(told: dict[str, Any]) -> Forest:
    """A forest from its JSON: a tree a line, its nodes ``feature:cut:right``, or ``:path`` of a leaf."""
    feature: list[int] = []
    cut: list[float] = []
    right: list[int] = []
    roots: list[int] = []
    for line in told["trees"]:
        start = len(feature)
        roots.append(start)
        for node in line.split():
            which, value, *other = node.split(":")
            feature.append(int(which) if which else LEAF)
            cut.append(float(value))
            right.append(start + int(other[0]) if other else 0)
    names = tuple(told["features"])
    return Forest(
        names, tuple(roots), tuple(feature), tuple(cut), tuple(right), told["usual"], told["odd_milli"]
    )
