"""The calendar of subscriptions against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import EAT
from shared.payments.subscriptions.calendar import Rhythm, by_day

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
RHYTHMS = st.builds(
    Rhythm,
    unit=st.sampled_from(["day", "week", "month"]),
    every=st.integers(1, 40),
    start=DAYS,
    at=st.sampled_from(["06:00", "09:00", "20:59"]),
    count=st.none() | st.integers(1, 30),
    end=st.none() | DAYS,
)


def days(rhythm: Rhythm, most: int) -> list[date]:
    return [rhythm.day(n) for n in range(1, most + 1) if rhythm.exists(n)]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2027-12-31", ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2026-01-30", ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30", "2026-05-30"]),
        ("2026-11-15", ["2026-11-15", "2026-12-15", "2027-01-15", "2027-02-15", "2027-03-15"]),
    ],
)
def test_a_day_that_a_month_lacks_is_its_last(start: str, expected: list[str]) -> None:
    rhythm = Rhythm("month", 1, date.fromisoformat(start), "09:00")
    assert [day.isoformat() for day in days(rhythm, 5)] == expected


@given(RHYTHMS)
def test_periods_follow_one_another_and_end_where_they_should(rhythm: Rhythm) -> None:
    found = days(rhythm, 40)
    assert all(one < other for one, other in pairwise(found))
    assert found[:1] in ([], [rhythm.start])
    assert len(found) <= (rhythm.count or 40)
    if rhythm.end:
        assert all(day <= rhythm.end for day in found)
    exist = [rhythm.exists(n) for n in range(1, 41)]
    assert exist == sorted(exist, reverse=True), "after the last there is none"


@given(RHYTHMS, st.integers(1, 30))
def test_a_month_keeps_the_day_it_started_on(rhythm: Rhythm, sequence: int) -> None:
    day = rhythm.day(sequence)
    if rhythm.unit == "month":
        assert day.day == rhythm.start.day or (day + timedelta(days=1)).month != day.month
    else:
        step = 7 if rhythm.unit == "week" else 1
        assert (day - rhythm.start).days == (sequence - 1) * rhythm.every * step


@given(RHYTHMS, st.datetimes(datetime(2023, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_latest_period_is_the_one_that_counting_finds(rhythm: Rhythm, now: datetime) -> None:
    counted = 0
    while rhythm.exists(counted + 1) and rhythm.moment(counted + 1) <= now and counted < 5000:
        counted += 1
    assert rhythm.latest(now) == counted


def test_a_period_falls_due_in_nairobi() -> None:
    rhythm = Rhythm("day", 1, date(2026, 3, 2), "06:00")
    assert rhythm.moment(1) == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert rhythm.latest(datetime(2026, 3, 2, 2, 59, tzinfo=UTC)) == 0
    assert rhythm.latest(datetime(2026, 3, 2, 3, 0, tzinfo=UTC)) == 1


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_nobody_is_asked_at_night(moment: datetime) -> None:
    asked = by_day(moment)
    here = asked.astimezone(EAT)
    assert time(6) <= here.time() < time(21)
    assert timedelta(0) <= asked - moment <= timedelta(hours=9)
    assert by_day(asked) == asked
