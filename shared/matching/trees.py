"""Decision trees as plain numbers: what scikit-learn fitted, answered without it.

A tree is a leaf (a float) or ``(feature, threshold, below, above)``: the branch ``below`` is taken where the
feature is at most the threshold. The sum of all trees is the log-odds of being right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Union

Tree = Union[float, "Branch"]
Branch = tuple[int, float, Tree, Tree]
Anchors = Sequence[tuple[float, float]]


def log_odds(trees: Sequence[Tree], base: float, features: Sequence[float]) -> float:
    """What the trees add up to for one candidate."""
    total = base
    for tree in trees:
        node = tree
        while isinstance(node, tuple):
            at, threshold, below, above = node
            node = below if features[at] <= threshold else above
        total += node
    return total


def between(anchors: Anchors, value: float) -> float:
    """The line through ``anchors`` (both coordinates rising) at ``value``; flat beyond its ends."""
    if value <= anchors[0][0]:
        return anchors[0][1]
    for (low, from_), (high, to) in pairwise(anchors):
        if value <= high:
            return from_ + (to - from_) * (value - low) / (high - low)
    return anchors[-1][1]
