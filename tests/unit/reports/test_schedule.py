"""When reports fall due, worked out by hand on Nairobi's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_world import days

from shared.core.clock import EAT
from shared.reports.schedule import Schedule, next_slot, period_on


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "slot"),
    [
        # 06:00 in Nairobi is 03:00 UTC
        ({"every": "day", "hour": 6}, "2026-03-18 02:59", "2026-03-18 03:00"),
        ({"every": "day", "hour": 6}, "2026-03-18 03:00", "2026-03-19 03:00"),
        # 01:00 in Nairobi is still yesterday in UTC
        ({"every": "day", "hour": 1}, "2026-03-18 21:00", "2026-03-18 22:00"),
        ({"every": "week", "weekday": 1, "hour": 7}, "2026-03-18 09:00", "2026-03-23 04:00"),
        ({"every": "week", "weekday": 7, "hour": 0}, "2026-03-18 09:00", "2026-03-21 21:00"),
        ({"every": "week", "weekday": 3, "hour": 23}, "2026-03-18 09:00", "2026-03-18 20:00"),
        ({"every": "month", "day": 1, "hour": 6}, "2026-12-18 09:00", "2027-01-01 03:00"),
        ({"every": "month", "day": 28, "hour": 6}, "2026-01-28 03:00", "2026-02-28 03:00"),
        ({"every": "month", "day": 18, "hour": 13}, "2026-03-18 09:00", "2026-03-18 10:00"),
    ],
)
def test_next_slot(schedule: dict[str, Any], after: str, slot: str) -> None:
    assert next_slot(Schedule.model_validate(schedule), utc(after)) == utc(slot)


schedules = st.builds(
    Schedule,
    every=st.sampled_from(["day", "week", "month"]),
    hour=st.integers(0, 23),
    weekday=st.integers(1, 7),
    day=st.integers(1, 28),
)


@given(schedules, st.integers(0, 20 * 366 * 24 * 60).map(lambda n: utc("2020-01-01") + timedelta(minutes=n)))
def test_slots_follow_each_other_at_their_hour(schedule: Schedule, after: datetime) -> None:
    longest = {"day": 1, "week": 7, "month": 31}[schedule.every]
    first = next_slot(schedule, after)
    second = next_slot(schedule, first)
    assert timedelta(0) < first - after <= timedelta(days=longest)
    assert timedelta(0) < second - first <= timedelta(days=longest)
    for slot in (first, second):
        local = slot.astimezone(EAT)
        assert (local.hour, local.minute, local.second) == (schedule.hour, 0, 0)
        assert schedule.every != "week" or local.isoweekday() == schedule.weekday
        assert schedule.every != "month" or local.day == schedule.day


@pytest.mark.parametrize(
    ("about", "day", "start", "end"),
    [
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("last_week", "2026-03-18", "2026-03-09", "2026-03-15"),
        ("last_month", "2026-03-18", "2026-02-01", "2026-02-28"),
        ("last_quarter", "2026-03-18", "2025-10-01", "2025-12-31"),
        ("this_month", "2026-03-18", "2026-03-01", "2026-03-17"),
        ("this_month", "2026-03-01", "2026-02-01", "2026-02-28"),
        ("this_year", "2026-01-01", "2025-01-01", "2025-12-31"),
    ],
)
def test_the_days_a_report_is_about(about: Any, day: str, start: str, end: str) -> None:
    assert period_on(about, date.fromisoformat(day)) == days(start, end)
