"""Days gathered into days, weeks from Monday, or months: the points of a trend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from shared.insights.calendar import Unit, first_day, shift
from shared.insights.daysums.reading import Line
from shared.insights.plan import Period

MOST = 120
"""Points of one trend; a finer one is gathered more coarsely."""


def granularity(wanted: str | None, period: Period) -> Unit:
    """The unit asked for, else one that gives a line of readable length; never more than ``MOST`` points."""
    chosen: Unit = "day" if period.days <= 31 else "week" if period.days <= 120 else "month"
    units: tuple[Unit, ...] = ("day", "week", "month")
    if wanted in units:
        chosen = wanted
    while chosen != "month" and len(split(period, chosen)) > MOST:
        chosen = units[units.index(chosen) + 1]
    return chosen


def split(period: Period, unit: Unit) -> list[Period]:
    """The parts of a period in order; the first and last may be cut short."""
    parts, start = [], first_day(unit, period.start)
    while start <= period.end:
        after = shift(unit, start, 1)
        parts.append(Period(start=max(start, period.start), end=min(after - timedelta(days=1), period.end)))
        start = after
    return parts


def name_of(part: Period, unit: Unit) -> str:
    """``2026-03`` for a month, the first day of a week or day."""
    return part.start.isoformat()[:7] if unit == "month" else part.start.isoformat()


def gathered(lines: Iterable[Line], unit: Unit) -> dict[date, list[Line]]:
    """Lines by the first day of the unit that they fall in."""
    found: dict[date, list[Line]] = {}
    for line in lines:
        found.setdefault(first_day(unit, date.fromisoformat(line.day)), []).append(line)
    return found
