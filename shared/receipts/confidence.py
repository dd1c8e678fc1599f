"""How sure each field is, from evidence that means something: a logistic sum of named features.

The weights are fitted offline to labelled receipts (``make train``, docs/decisions/0028), see ``weights``:
plain numbers. An engine's own score is no probability: it is one feature among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from shared.receipts.weights import WEIGHTS

ACCEPT = {"merchant": 700, "date": 800, "total": 920}
"""The least confidence, in thousandths, at which a field needs no person; a total needs arithmetic for it."""


@dataclass(frozen=True)
class Evidence:
    """Features of one field, each 0..1 (or true and false), by the names of the weights."""

    field: str
    features: Mapping[str, float]


def in_thousandths(evidence: Evidence) -> dict[str, int]:
    """The features as whole numbers, as they are stored and as the weights are fitted to them."""
    return {name: round(1000 * float(value)) for name, value in evidence.features.items()}


def probability(evidence: Evidence) -> int:
    """The confidence in thousandths, 1..999; an unknown feature name is a KeyError, not a silent zero."""
    sure = chance(WEIGHTS[evidence.field], in_thousandths(evidence))
    return max(1, min(999, round(1000 * sure)))


def chance(weights: Mapping[str, float], features: Mapping[str, int]) -> float:
    """The logistic sum, 0..1 and unrounded; features in thousandths, KeyError for one without a weight.

    Training judges its weights by this very function, so that what is measured is what runs.
    """
    score = weights["bias"] + sum(weights[name] * value / 1000 for name, value in features.items())
    return 1 / (1 + exp(-score))


def clearness(engine_score: int) -> float:
    """The engine's lowest score over the row that was used, as 0 (under 0.85) to 1 (0.99 and over)."""
    return max(0.0, min(1.0, (engine_score - 850) / 140))


def share_of(margin: int, full: int) -> float:
    """A margin as a part of what counts as a wide one, 0..1."""
    return max(0.0, min(1.0, margin / full))


@dataclass(frozen=True)
class Thresholds:
    """From which confidence (thousandths) on a field needs no person.

    ``proof_from_cents``: a total of this much or more is accepted only when tender, sum, lines or tax agree
    with it. The defaults are those of a business that never chose.
    """

    merchant: int = ACCEPT["merchant"]
    date: int = ACCEPT["date"]
    total: int = ACCEPT["total"]
    proof_from_cents: int = 10_000_00


_PROOFS = frozenset({"total_tender", "total_tender_rounded", "total_sum", "items_sum", "tax_total"})


def decide(
    confidence: Mapping[str, int],
    flags: Sequence[str],
    *,
    trusted: bool,
    thresholds: Thresholds | None = None,
    total_cents: int = 0,
    checks: Sequence[str] = (),
) -> tuple[str, tuple[str, ...]]:
    """``accept`` or ``review`` with every reason: what is missing, unsure, unproven, flagged or untrusted."""
    least = thresholds or Thresholds()
    reasons = [
        f"{field}_{'missing' if field not in confidence else 'unsure'}"
        for field in ACCEPT
        if confidence.get(field, 0) < getattr(least, field)
    ]
    if total_cents >= least.proof_from_cents and not _PROOFS & set(checks):
        reasons.append("proof_wanted")
    reasons += flags
    if not trusted:
        reasons.append("engine_untrusted")
    return ("review" if reasons else "accept"), tuple(dict.fromkeys(reasons))
