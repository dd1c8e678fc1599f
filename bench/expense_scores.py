"""How right categories are: strictly, with the second label, at a coverage, and where asking is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.receipt_scores import expected_error
from shared.categories.codes import UNCATEGORISED

COVERAGE = 0.75


@dataclass(frozen=True, slots=True)
class Scored:
    """A line's labels beside what was said of it."""

    label: str
    also: str
    said: str
    confidence: float
    top3: tuple[str, ...]

    @property
    def best(self) -> str:
        """The likeliest category, also where it was too unsure to be said."""
        return self.said if self.said != UNCATEGORISED else next(iter(self.top3), UNCATEGORISED)


def score(rows: Sequence[Scored]) -> dict[str, float]:
    """Figures of labelled lines; those whose label is ``uncategorised`` count for ``abstain`` alone.

    ``strict`` counts a question as wrong. ``at_75_coverage`` is the share right among the surest three
    quarters, ``answered`` the share that got a category, ``answered_right`` the right ones among them.
    """
    told = [row for row in rows if row.label not in ("", UNCATEGORISED)]
    blank = [row for row in rows if row.label == UNCATEGORISED]
    figures: dict[str, float] = {}
    if told:
        answered = [row for row in told if row.said != UNCATEGORISED]
        surest = sorted(told, key=lambda row: -row.confidence)[: math.ceil(COVERAGE * len(told))]
        figures |= {
            "labelled": len(told),
            "strict": _share([row.said == row.label for row in told]),
            "with_alt": _share([row.said in (row.label, row.also) for row in told]),
            "top3": _share([row.label in row.top3 for row in told]),
            "at_75_coverage": _share([row.best == row.label for row in surest]),
            "answered": _share([row.said != UNCATEGORISED for row in told]),
            "answered_right": _share([row.said == row.label for row in answered]),
            "ece": round(expected_error([(row.confidence, row.best == row.label) for row in told]), 4),
        }
    if blank:
        figures |= {
            "abstain": _share([row.said == UNCATEGORISED for row in blank]),
            "unlabelable": len(blank),
        }
    return figures


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 4) if right else 0.0
