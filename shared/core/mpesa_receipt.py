"""What an M-Pesa receipt number says of its own day: a check for misread and invented numbers.

Ten upper-case letters and digits. The first is the year (A = 2006), the second the month (A to L), the third
the day (1 to 9, then A = 10 to V = 31). Found to hold on every genuine receipt that we could date; Safaricom
does not document it, so it may warn and must never refuse.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from shared.core.clock import EAT

ODD_FORM, ODD_DAY = "receipt_form_unusual", "receipt_day_differs"
"""The warnings: no number that M-Pesa issues looks so; it was issued on another day than it is said to be."""
_FORM = re.compile(r"[A-Z][A-L][1-9A-V][A-Z0-9]{7}")
_FIRST_YEAR, _LETTERS = 2006, 26


def receipt_day(number: str, near: int) -> date | None:
    """The day in Nairobi on which a receipt number was issued; None when it is no M-Pesa receipt.

    Args:
        near: a year; the letters come round every 26 years, and the nearest of them is meant.
    """
    if not _FORM.fullmatch(number):
        return None
    year = _FIRST_YEAR + ord(number[0]) - ord("A")
    year += round((near - year) / _LETTERS) * _LETTERS
    try:
        return date(year, ord(number[1]) - ord("A") + 1, int(number[2], 32))
    except ValueError:
        return None


def receipt_warning(number: str, at: datetime) -> str:
    """Why a receipt number is unlikely for money that moved ``at``; "" when nothing is odd.

    A day's difference is none: around midnight the two clocks need not agree.
    """
    moved = at.astimezone(EAT).date()
    issued = receipt_day(number, moved.year)
    if issued is None:
        return ODD_FORM
    return ODD_DAY if abs((issued - moved).days) > 1 else ""
