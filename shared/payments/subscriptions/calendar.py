"""When the periods of a subscription fall due: Nairobi days, pure functions, no clock.

The day of a period follows from the start and the sequence number alone, so a month that is too short never
moves the months after it: from 31 January a subscription falls on 28 or 29 February and on 31 March again.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from shared.core.clock import EAT

Unit = Literal["day", "week", "month"]
FIRST_HOUR, LAST_HOUR = 6, 21
"""Nobody's phone asks for money at night, whatever was missed or has to be tried again."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every ``every`` days, weeks or months from ``start`` on, at ``at`` (``HH:MM``) in Nairobi.

    Args:
        count: how many periods there are, None without end.
        end: the last day on which one may fall, None without end.
    """

    unit: Unit
    every: int
    start: date
    at: str
    count: int | None = None
    end: date | None = None

    def day(self, sequence: int) -> date:
        """The day of the ``sequence``-th period, from 1."""
        steps = (sequence - 1) * self.every
        if self.unit == "month":
            return _months_on(self.start, steps)
        return self.start + timedelta(days=steps * (7 if self.unit == "week" else 1))

    def moment(self, sequence: int) -> datetime:
        """When the ``sequence``-th period falls due."""
        hour, minute = map(int, self.at.split(":"))
        return datetime.combine(self.day(sequence), time(hour, minute), EAT)

    def exists(self, sequence: int) -> bool:
        """Whether there is such a period, or the subscription is over before it."""
        if self.count is not None and sequence > self.count:
            return False
        return self.end is None or self.day(sequence) <= self.end

    def latest(self, now: datetime) -> int:
        """The number of the last period that is due at ``now``, 0 before the first."""
        today = now.astimezone(EAT).date()
        sequence = self._about(min(today, self.end) if self.end else today)
        while sequence > 0 and not (self.exists(sequence) and self.moment(sequence) <= now):
            sequence -= 1
        return max(0, sequence)

    def _about(self, today: date) -> int:
        """No less than the number of the last period up to ``today``, and at most a few more."""
        if self.unit == "month":
            passed = (today.year - self.start.year) * 12 + today.month - self.start.month
        else:
            passed = (today - self.start).days // (7 if self.unit == "week" else 1)
        about = passed // self.every + 1
        return about if self.count is None else min(about, self.count)


def _months_on(start: date, months: int) -> date:
    """The same day of a later month, or the last one of a month that has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def by_day(moment: datetime) -> datetime:
    """The moment itself, or the next morning when it lies in the night of Nairobi."""
    here = moment.astimezone(EAT)
    morning = here.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    if here.hour < FIRST_HOUR:
        return morning
    return morning + timedelta(days=1) if here.hour >= LAST_HOUR else moment
