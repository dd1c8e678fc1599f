"""When a saved report falls due, and which days it is then about: Nairobi days, pure functions, no clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from shared.core.clock import EAT, rfc3339
from shared.http import Body
from shared.insights.calendar import first_day, relative, shift
from shared.insights.plan import Period

Every = Literal["day", "week", "month"]
Days = Literal["yesterday", "last_week", "last_month", "last_quarter", "this_month", "this_year"]


class Schedule(Body):
    """Every day, week or month at a whole hour in Nairobi.

    Args:
        weekday: 1 for Monday, for every week. ``day``: of the month, for every month; all months have 28.
    """

    every: Every
    hour: Annotated[int, Field(ge=0, le=23)] = 6
    weekday: Annotated[int, Field(ge=1, le=7)] = 1
    day: Annotated[int, Field(ge=1, le=28)] = 1


def next_slot(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after ``after`` at which a report falls due."""
    local = after.astimezone(EAT)
    day = _first(schedule, local.date())
    while True:
        slot = datetime.combine(day, time(schedule.hour), EAT)
        if slot > local:
            return slot
        day = shift(schedule.every, day, 1) if schedule.every != "month" else _next_month(day)


def _first(schedule: Schedule, day: date) -> date:
    """The day of the unit that holds ``day``; it may be before or after it."""
    start = first_day(schedule.every, day)
    if schedule.every == "week":
        return start + timedelta(days=schedule.weekday - 1)
    return start.replace(day=schedule.day) if schedule.every == "month" else start


def _next_month(day: date) -> date:
    return shift("month", first_day("month", day), 1).replace(day=day.day)


_PERIODS: dict[Days, Callable[[date], Period]] = {
    "yesterday": lambda day: relative("day", day, -1),
    "last_week": lambda day: relative("week", day, -1),
    "last_month": lambda day: relative("month", day, -1),
    "last_quarter": lambda day: relative("quarter", day, -1),
    "this_month": lambda day: _so_far("month", day),
    "this_year": lambda day: _so_far("year", day),
}


def period_on(days: Days, day: date) -> Period:
    """The days a report made on ``day`` is about; the current day, which is not over, is never part of it."""
    return _PERIODS[days](day)


def _so_far(unit: Literal["month", "year"], day: date) -> Period:
    """Up to yesterday; on the first day of a unit all of the one before."""
    yesterday = day - timedelta(days=1)
    return Period(start=first_day(unit, yesterday), end=yesterday)


def stored(slot: datetime) -> str:
    """A slot as it is stored and compared."""
    return rfc3339(slot)
