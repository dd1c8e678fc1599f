"""A day's money in all, against the same weekday of the last weeks."""

from __future__ import annotations

import math
from datetime import date, timedelta

from shared.alerts.detectors.amounts import centre
from shared.alerts.findings import Finding
from shared.store import Data

KEPT = 70
"""Days that are remembered."""
WEEKS, LEAST = 9, 5
OVER = 3.5
FLOOR = 0.30
MONTH_ENDS = 3
"""Wages and rent: a day is also compared with those around the same day of the month before."""


def with_day(data: Data | None, day: str, cents: int) -> Data:
    """The remembered totals with a day's; a day told again is replaced."""
    days = {**(data["days"] if data else {}), day: cents}
    return {"days": {kept: days[kept] for kept in sorted(days)[-KEPT:]}}


def day_total(data: Data | None, day: str, cents: int, way: str) -> Finding | None:
    """Whether a day is out of line by more than 3.5 robust deviations of its weekday.

    A day without any money is a closed shop, and none of the days it is compared with.
    """
    days: dict[str, int] = data["days"] if data else {}
    today = date.fromisoformat(day)
    past = [days.get((today - timedelta(weeks=week)).isoformat(), 0) for week in range(1, WEEKS + 1)]
    logs = [math.log(one) for one in past if one > 0]
    if cents <= 0 or len(logs) < LEAST:
        return None
    middle, spread = centre(logs)
    residual = math.log(cents) - middle
    z = residual / max(spread, FLOOR)
    if abs(z) <= OVER or (way == "out" and z < 0) or (z > 0 and _as_last_month(days, today, cents)):
        return None
    score = min(700, 610 + round(30 * (abs(z) - OVER)))
    facts: dict[str, int | str] = {"cents": cents, "usual_cents": round(math.exp(middle)), "way": way}
    facts |= {"z_milli": round(1000 * z), "day": day}
    code = "day_far_above" if z > 0 else "day_far_below"
    return Finding("day_total", score, code, facts, party=f"total {way}")


def _as_last_month(days: dict[str, int], today: date, cents: int) -> bool:
    spread = range(-MONTH_ENDS, MONTH_ENDS + 1)
    before = (today - timedelta(days=length + step) for length in (30, 60) for step in spread)
    return cents <= 1.4 * max((days.get(one.isoformat(), 0) for one in before), default=0)
