"""What narrows a question: channel, category, days overdue, reference, and how many rows."""

from __future__ import annotations

import re
from typing import Any

from shared.insights import lexicon
from shared.insights.dates import NUMBER, number
from shared.insights.plan import Filters, Intent

_LISTS = frozenset({"largest_expenses", "top_customers", "outstanding_invoices", "expense_breakdown"})
_GRANULARITY = {
    "day": "day",
    "siku": "day",
    "week": "week",
    "wiki": "week",
    "month": "month",
    "mwezi": "month",
}


def read_filters(text: str, found: frozenset[str]) -> Filters:
    """The filters a lower-case question names, ``found`` being its concepts."""
    values: dict[str, Any] = {
        "channel": next((name for name in ("mpesa", "airtel", "bank") if name in found), None),
        "category": lexicon.category(text),
        "min_days_overdue": _over_days(text),
        "kind": "duplicate_payment" if "twice" in found else None,
        "granularity": _granularity(text),
        "overdue_only": True if "overdue" in found else None,
        "reference": _reference(text),
    }
    return Filters(**{name: value for name, value in values.items() if value is not None})


def _over_days(text: str) -> int | None:
    match = lexicon.over_days(text)
    return number(match["a"] or match["b"]) if match else None


def _granularity(text: str) -> str | None:
    match = re.search(r"\b(?:by|per|each|every|kila|kwa) (day|week|month|siku|wiki|mwezi)\b", text)
    return _GRANULARITY[match[1]] if match else None


def _reference(text: str) -> str | None:
    match = re.search(r"\b(?:inv-?\d{2,}|(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z]{2})[a-z0-9]{10})\b", text)
    return match[0].upper() if match else None


def read_limit(text: str, intent: Intent) -> int | None:
    """How many rows a list question asks for, 1 to 50; ``text`` is free of dates."""
    if intent not in _LISTS:
        return None
    match = re.search(
        rf"(?:top|largest|biggest|highest|best|bora|kubwa(?: zaidi)?|first|za juu) ({NUMBER})\b", text
    )
    match = match or re.search(rf"\b({NUMBER}) (?:largest|biggest|highest|best|top|most)\b", text)
    return min(max(number(match[1]), 1), 50) if match else None
