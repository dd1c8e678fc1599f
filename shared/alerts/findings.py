"""What a detector says: how sure it is, why, and about whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

Detector = Literal[
    "duplicate_payment",
    "duplicate_receipt",
    "unusual_amount",
    "velocity",
    "round_amounts",
    "off_hours",
    "new_payee_large",
    "refund_abuse",
    "missing_callback",
    "callback_vs_statement",
    "day_total",
    "unusual_no_rule",
    "held_back",
]
"""The ten rules, then the day's total, the forest's own, and the summary of what was not told."""
DETECTORS: tuple[Detector, ...] = get_args(Detector)
RAISE = 600
"""The score in thousandths from which something is an alert."""
HIGH, MEDIUM = 850, 700
SURE = 990
"""No score is higher."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One detector's word about one record.

    Args:
        score: in thousandths; from ``RAISE`` on it is an alert by itself.
        code: which of its rules spoke.
        facts: amounts in cents, times, counts and record ids; what a person needs to judge it.
        party: whom it is about, where that is not the movement's own party.
        label: that party as people read it.
        records: other records that belong to it.
        monthly: told once a month instead of once a day.
        tell_from: the occurrence of the day from which the business is told: 1 at once, 0 never, because
            another message tells of it.
    """

    detector: Detector
    score: int
    code: str
    facts: dict[str, int | str] = field(default_factory=dict)
    party: str = ""
    label: str = ""
    records: tuple[str, ...] = ()
    monthly: bool = False
    tell_from: int = 1


def severity(score: int) -> str:
    """``high``, ``medium`` or ``low``."""
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"
