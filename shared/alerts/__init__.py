"""Alerts: what looks wrong in the money of a business, with reasons, within a budget a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.alerts.batch.daily import look_back
    from shared.alerts.findings import DETECTORS, Finding
    from shared.alerts.judging import judge, learn
    from shared.alerts.moves import Move

__all__ = ["DETECTORS", "Finding", "Move", "judge", "learn", "look_back"]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("DETECTORS", "Finding"), "findings"),
        **dict.fromkeys(("judge", "learn"), "judging"),
        "Move": "moves",
        "look_back": "batch.daily",
    },
)
