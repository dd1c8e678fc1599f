"""The records of some days, in the order in which they count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from shared.insights.calendar import whole
from shared.insights.plan import Period
from shared.insights.scope import Scope, days, moments
from shared.store import Doc, Query

PAGE = 500


def records(scope: Scope, collection: str, period: Period) -> Iterator[Doc]:
    """The payments or expenses of a period, page after page."""
    if collection == "payments":
        query = Query("payments", moments("paid_at", period), "paid_at", PAGE)
    else:
        query = Query("expenses", days("business_day", period), "business_day", PAGE)
    return scope.store.each(scope.business, query)


def month_days(month: str) -> Period:
    """The days of a month."""
    return whole("month", date.fromisoformat(f"{month}-01"))


def months_of(period: Period) -> list[str]:
    """The months that a period touches."""
    first = period.start.year * 12 + period.start.month - 1
    last = period.end.year * 12 + period.end.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1)]


def spans(wanted: Iterable[str]) -> list[Period]:
    """Days in order as periods: those that follow each other are one."""
    found: list[Period] = []
    for day in map(date.fromisoformat, sorted(wanted)):
        if found and found[-1].end + timedelta(days=1) == day:
            found[-1] = Period(start=found[-1].start, end=day)
        else:
            found.append(Period(start=day, end=day))
    return found
