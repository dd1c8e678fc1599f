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
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
}
_EACH = re.compile(
    r"\b(?:(?:by|per|each|every|kila|kwa(?: kila)?|ya kila|week by|month by|day by) "
    r"(?P<unit>day|week|month|siku|wiki|mwezi)|(?P<often>daily|weekly|monthly)"
    r"|(?P<again>day|week|month)[- ](?:by|after|to)[- ](?P=again))\b"
)
_CODE = re.compile(r"\b(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z]{2})[a-z0-9]{10}\b")
_INVOICE = re.compile(
    r"\binv[-/ ]?\d[\d/-]*\d\b|\b(?:invoice|ankara) (?:no\.? ?|number |namba |nambari )?#?(\d{3,12})\b"
)
_AMOUNT = re.compile(
    r"\b(?:kes|ksh|kshs|sh|shs|shilingi|shillings?) ?(?P<a>\d[\d,]*(?:\.\d\d)?)(?P<ak>k)?\b"
    r"|\b(?P<b>\d[\d,]*(?:\.\d\d)?)(?P<bk>k)? ?(?:kes|ksh|shillings?|shilingi|bob|/=)(?!\w)"
    r"|\b(?:of|ya|for|worth) (?P<c>\d[\d,]{2,}(?:\.\d\d)?)(?P<ck>k)?\b"
)


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
        "amount_cents": _amount(text),
    }
    return Filters(**{name: value for name, value in values.items() if value is not None})


def _over_days(text: str) -> int | None:
    match = lexicon.over_days(text)
    return number(next(filter(None, match.groupdict().values()))) if match else None


def _granularity(text: str) -> str | None:
    match = _EACH.search(text)
    return _GRANULARITY[match["unit"] or match["often"] or match["again"]] if match else None


def _reference(text: str) -> str | None:
    if match := _INVOICE.search(text):
        return (match[1] or match[0]).upper()
    match = _CODE.search(text)
    return match[0].upper() if match else None


def _amount(text: str) -> int | None:
    """An amount of money in cents: with its currency, or after "of"; ``12k`` is twelve thousand."""
    match = _AMOUNT.search(text)
    if match is None:
        return None
    name = next(name for name in "abc" if match[name])
    shillings, _, cents = match[name].replace(",", "").partition(".")
    whole = int(shillings) * 100 + int(cents or 0)
    return min(whole * (1000 if match[f"{name}k"] else 1), 10**14)


def read_limit(text: str, intent: Intent) -> int | None:
    """How many rows a list question asks for, 1 to 50; ``text`` is free of dates."""
    if intent not in _LISTS:
        return None
    match = re.search(
        rf"(?:top|largest|biggest|highest|best|bora|kubwa(?: zaidi)?|first|za juu) ({NUMBER})\b", text
    )
    match = match or re.search(
        rf"\b({NUMBER}) (?:largest|biggest|highest|best|top|most|bora|m?a?kubwa|za juu)\b", text
    )
    match = match or re.search(
        rf"\b(?:wateja|gharama|matumizi|malipo|ankara|aina) (?:wetu |zetu )?({NUMBER})\b", text
    )
    return min(max(number(match[1]), 1), 50) if match else None
