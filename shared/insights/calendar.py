"""Calendar arithmetic on Nairobi days: weeks from Monday, calendar months, quarters and years."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

from shared.insights.plan import Period

Unit = Literal["day", "week", "month", "quarter", "half", "year"]
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def first_day(unit: Unit, day: date) -> date:
    """The first day of the unit that contains ``day``."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    size = _MONTHS[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def shift(unit: Unit, start: date, count: int) -> date:
    """The first day of the unit ``count`` units after the one that starts on ``start``."""
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * _MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)


def whole(unit: Unit, start: date, count: int = 1) -> Period:
    """``count`` whole units from ``start``."""
    return Period(start=start, end=shift(unit, start, count) - timedelta(days=1))


def this(unit: Unit, today: date) -> Period:
    """The current unit, so far."""
    return Period(start=first_day(unit, today), end=today)


def relative(unit: Unit, today: date, offset: int) -> Period:
    """The whole unit ``offset`` units from the current one: -1 is the last, 1 the next."""
    return whole(unit, shift(unit, first_day(unit, today), offset))


def last(unit: Unit, today: date, count: int) -> Period:
    """N days ending today; of longer units, the N whole ones before the current one."""
    if unit == "day":
        return Period(start=today - timedelta(days=count - 1), end=today)
    return whole(unit, shift(unit, first_day(unit, today), -count), count)


def following(unit: Unit, today: date, count: int) -> Period:
    """N days or weeks from tomorrow; of longer units, the N whole ones after the current one."""
    if unit in ("day", "week"):
        start = today + timedelta(days=1)
        return Period(start=start, end=shift(unit, start, count) - timedelta(days=1))
    return whole(unit, shift(unit, first_day(unit, today), 1), count)


def begun(unit: Unit, month: int, year: int | None, today: date) -> Period:
    """The named unit starting in ``month``: of that year, else the most recent that has begun."""
    if year is None:
        year = today.year if date(today.year, month, 1) <= today else today.year - 1
    period = whole(unit, date(year, month, 1))
    return Period(start=period.start, end=today) if period.start <= today <= period.end else period


def month_end(today: date) -> Period:
    """From tomorrow to the last day of this month (of the next one on that last day)."""
    start = today + timedelta(days=1)
    return Period(
        start=start, end=date(start.year, start.month, calendar.monthrange(start.year, start.month)[1])
    )


def rest_of(unit: Unit, today: date) -> Period:
    """From tomorrow to the last day of the current unit (of the next one on that last day)."""
    start = today + timedelta(days=1)
    return Period(start=start, end=whole(unit, first_day(unit, start)).end)


def previous_whole(period: Period) -> Period:
    """What a period is compared with: the whole unit before it, else as many days just before."""
    units: tuple[Unit, ...] = ("week", "month", "quarter", "half", "year")
    for unit in units:
        if period.start == first_day(unit, period.start) and period.end <= whole(unit, period.start).end:
            return whole(unit, shift(unit, period.start, -1))
    end = period.start - timedelta(days=1)
    return Period(start=end - timedelta(days=period.days - 1), end=end)


def same_days(period: Period, previous: Period) -> Period:
    """The part of ``previous`` with as many days as ``period`` has."""
    end = min(previous.end, previous.start + timedelta(days=period.days - 1))
    return Period(start=previous.start, end=end)
