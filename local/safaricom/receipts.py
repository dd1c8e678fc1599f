"""M-Pesa receipt numbers: ten characters whose first three are the date.

Year letter (A = 2006), month letter (A-L), day as 1-9 then A (10) to V (31); found to hold on every genuine
receipt we could date. The other seven come from a counter, scattered so that neighbours do not look alike.
"""

from __future__ import annotations

from datetime import datetime

from shared.core.clock import EAT

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPAN = 36**7
_STEP = 48_271_000_007  # coprime with 36, so that every number of the span is reached once


def receipt_number(moment: datetime, number: int) -> str:
    """The receipt of the ``number``-th payment, made at ``moment``; unique for 36**7 of them."""
    day = moment.astimezone(EAT)
    head = chr(ord("A") + (day.year - 2006) % 26) + chr(ord("A") + day.month - 1) + _DIGITS[day.day]
    return head + _base36(number * _STEP % _SPAN)


def _base36(value: int) -> str:
    text = ""
    for _ in range(7):
        value, digit = divmod(value, 36)
        text = _DIGITS[digit] + text
    return text
