"""First digits against Benford's law: a hint for a person, never an alert by itself."""

from __future__ import annotations

import math

from shared.alerts.habits import Habits

LEAST = 300
UNLIKELY = 20.09
"""Chi-square of nine digits (eight degrees of freedom) that chance passes once in a hundred."""


def digits_differ(habits: Habits) -> int | None:
    """The chi-square in thousandths when it is unlikely; None for likely digits, or fewer than 300."""
    total = sum(habits.digits.values())
    if total < LEAST:
        return None
    chi2 = sum(_part(habits.digits[str(digit)], total, digit) for digit in range(1, 10))
    return round(1000 * chi2) if chi2 > UNLIKELY else None


def _part(count: int, total: int, digit: int) -> float:
    expected = total * math.log10(1 + 1 / digit)
    return (count - expected) ** 2 / expected
