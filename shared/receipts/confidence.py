"""How sure each field is, from evidence that means something: a logistic sum of named features.

The weights were set by hand from the measured worth of each feature (docs/decisions/0003): the tender check
holds on 98 % of right totals, a wide margin on 98-100 %, while an engine's own score is no probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

ACCEPT = {"merchant": 700, "date": 800, "total": 920}
"""The least confidence, in thousandths, at which a field needs no person; a total needs arithmetic for it."""

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "total": {
        "bias": -1.1,
        "label": 1.2,
        "margin": 1.2,
        "tender": 2.2,
        "tender_rounded": 1.5,
        "sum": 1.0,
        "items": 1.4,
        "tax": 0.8,
        "repeats": 0.4,
        "clear": 0.6,
        "contradicted": -1.4,
        "unlabelled": -2.0,
    },
    "date": {
        "bias": 0.4,
        "label": 1.0,
        "margin": 1.8,
        "time": 0.8,
        "clear": 0.8,
        "ambiguous": -0.2,
        "contradicted": -1.2,
    },
    "merchant": {
        "bias": -1.2,
        "legal": 1.6,
        "top": 1.0,
        "margin": 1.8,
        "clear": 1.0,
        "odd": -1.6,
    },
    "tax": {"bias": 0.2, "bands": 1.6, "total": 1.6, "rate": 1.2, "clear": 0.6},
    "kra_pin": {"bias": 0.4, "strict": 1.4, "qr": 3.0, "clear": 0.6},
    "cu_invoice": {"bias": 0.8, "qr": 3.0, "clear": 1.0},
    "mpesa_code": {"bias": -0.8, "label": 1.2, "clear": 0.8},
}


@dataclass(frozen=True)
class Evidence:
    """Features of one field, each 0..1 (or true and false), by the names of the weights."""

    field: str
    features: Mapping[str, float]


def probability(evidence: Evidence) -> int:
    """The confidence in thousandths, 1..999; an unknown feature name is a KeyError, not a silent zero."""
    weights = _WEIGHTS[evidence.field]
    score = weights["bias"] + sum(weights[name] * value for name, value in evidence.features.items())
    return max(1, min(999, round(1000 / (1 + exp(-score)))))


def clearness(engine_score: int) -> float:
    """The engine's lowest score over the row that was used, as 0 (under 0.85) to 1 (0.99 and over)."""
    return max(0.0, min(1.0, (engine_score - 850) / 140))


def share_of(margin: int, full: int) -> float:
    """A margin as a part of what counts as a wide one, 0..1."""
    return max(0.0, min(1.0, margin / full))


def decide(
    confidence: Mapping[str, int], flags: Sequence[str], *, trusted: bool
) -> tuple[str, tuple[str, ...]]:
    """``accept`` or ``review`` with every reason: what is missing, unsure, flagged or untrusted."""
    reasons = [
        f"{field}_{'missing' if field not in confidence else 'unsure'}"
        for field, least in ACCEPT.items()
        if confidence.get(field, 0) < least
    ]
    reasons += flags
    if not trusted:
        reasons.append("engine_untrusted")
    return ("review" if reasons else "accept"), tuple(dict.fromkeys(reasons))
