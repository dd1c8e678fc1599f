"""Ridge regression that forgets: sums are kept from day to day, so that any day can be an origin.

Each new day costs one outer product, each origin one small triangular solve, so a backtest of many origins
costs hardly more than one fit. No library: eighteen features are solved by Cholesky's method in plain
Python.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from shared.insights.forecasting.days import SIZE

FORGET = 0.5 ** (1 / 240)
"""What a day counts beside the next one: half after 240 days."""
PENALTY = 4.0
"""As much as so many days that say nothing; the level itself is not held back."""


class Ridge:
    """Sums over the days seen so far, of features and of ratios to the level."""

    def __init__(self) -> None:
        self._gram = [[0.0] * SIZE for _ in range(SIZE)]
        self._right = [0.0] * SIZE

    def see(self, features: Sequence[float], ratio: float) -> None:
        """Learn from one more day: everything before it counts a little less."""
        said = [k for k, value in enumerate(features) if value]
        for row in self._gram:
            for k in range(SIZE):
                row[k] *= FORGET
        self._right = [value * FORGET for value in self._right]
        for i in said:
            self._right[i] += features[i] * ratio
            for k in said:
                self._gram[i][k] += features[i] * features[k]

    def weights(self) -> list[float]:
        """What each feature adds to the ratio, as far as the days tell."""
        matrix = [list(row) for row in self._gram]
        for k in range(SIZE):
            matrix[k][k] += PENALTY if k else 1e-6
        return solve(matrix, self._right)


def solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """The solution of a symmetric positive definite system, by Cholesky's method."""
    size = len(right)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for k in range(i + 1):
            rest = matrix[i][k] - sum(a * b for a, b in zip(lower[i][:k], lower[k][:k], strict=True))
            lower[i][k] = math.sqrt(max(rest, 1e-12)) if i == k else rest / lower[k][k]
    middle: list[float] = []
    for i in range(size):
        rest = right[i] - sum(a * b for a, b in zip(lower[i][:i], middle, strict=True))
        middle.append(rest / lower[i][i])
    found = [0.0] * size
    for i in reversed(range(size)):
        rest = middle[i] - sum(lower[k][i] * found[k] for k in range(i + 1, size))
        found[i] = rest / lower[i][i]
    return found
