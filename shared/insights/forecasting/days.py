"""What a day is like for a small business in Kenya: weekday, payday, holiday, school term, December."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("holidays.json")
PAYDAY_FROM, PAYDAY_TO = 27, 3
"""Salaries are paid from the 27th and spent until the 3rd."""
TERM_STARTS = ((1, 5), (4, 27), (8, 24))
"""About when school terms begin, as month and day: fees and uniforms are paid in the weeks around."""
TERM_DAYS = 14
NAMES = (
    "level", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "payday", "payday_weekend",
    "early_month", "late_month", "holiday", "before_holiday", "after_holiday", "term", "december",
    "christmas", "january",
)  # fmt: skip
SIZE = len(NAMES)


@cache
def holidays() -> frozenset[str]:
    """Public holidays as ``YYYY-MM-DD``; made by ``python -m tools.holidays_ke``."""
    return frozenset(json.loads(FILE.read_text(encoding="utf-8")))


@cache
def features(day: date) -> tuple[float, ...]:
    """What is known of a day long before it comes, in the order of ``NAMES``; 0 or 1 each."""
    weekday = day.weekday()
    payday = day.day >= PAYDAY_FROM or day.day <= PAYDAY_TO
    told = (
        True,
        *(weekday == k for k in range(6)),  # Sunday is what is left
        payday,
        payday and weekday >= 4,
        4 <= day.day <= 10,
        20 <= day.day <= 26,
        _is_holiday(day),
        _is_holiday(day + timedelta(days=1)),
        _is_holiday(day - timedelta(days=1)),
        _in_term_start(day),
        day.month == 12 and day.day < 15,
        day.month == 12 and 15 <= day.day <= 26,
        day.month == 1 and day.day > PAYDAY_TO,
    )
    return tuple(map(float, told))


def _is_holiday(day: date) -> bool:
    return day.isoformat() in holidays()


def _in_term_start(day: date) -> bool:
    return any(abs((day - date(day.year, month, at)).days) * 2 <= TERM_DAYS for month, at in TERM_STARTS)
