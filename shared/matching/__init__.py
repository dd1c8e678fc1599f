"""Matching: payments find their invoices, receipts the money that paid them, with a reason on every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.matching.decide import DecisionRules, decide
    from shared.matching.manual import match_by_hand, set_aside, undo_match
    from shared.matching.payers import resolve_payer
    from shared.matching.policy import AllocationRules, allocate, take_back
    from shared.matching.reconcile import reconcile_payment

__all__ = [
    "AllocationRules",
    "DecisionRules",
    "allocate",
    "decide",
    "match_by_hand",
    "reconcile_payment",
    "resolve_payer",
    "set_aside",
    "take_back",
    "undo_match",
]

__getattr__ = lazy_names(
    __name__,
    {
        "DecisionRules": "decide",
        "decide": "decide",
        "match_by_hand": "manual",
        "set_aside": "manual",
        "undo_match": "manual",
        "AllocationRules": "policy",
        "allocate": "policy",
        "take_back": "policy",
        "reconcile_payment": "reconcile",
        "resolve_payer": "payers",
    },
)
