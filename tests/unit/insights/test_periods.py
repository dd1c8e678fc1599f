"""Date phrases against an injected today, by the conventions of the question set's README."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insights.calendar import previous_whole, same_days
from shared.insights.periods import read_periods
from shared.insights.plan import Period

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("this week", "2026-03-16", "2026-03-18"),
        ("wiki hii", "2026-03-16", "2026-03-18"),
        ("last week", "2026-03-09", "2026-03-15"),
        ("wiki jana", "2026-03-09", "2026-03-15"),
        ("month to date", "2026-03-01", "2026-03-18"),
        ("mwezi uliopita", "2026-02-01", "2026-02-28"),
        ("this quarter", "2026-01-01", "2026-03-18"),
        ("last quarter", "2025-10-01", "2025-12-31"),
        ("robo iliyopita", "2025-10-01", "2025-12-31"),
        ("mwaka jana", "2025-01-01", "2025-12-31"),
        ("jana", "2026-03-17", "2026-03-17"),
        ("juzi", "2026-03-16", "2026-03-16"),
        ("last 7 days", "2026-03-12", "2026-03-18"),
        ("the past seven days", "2026-03-12", "2026-03-18"),
        ("siku kumi zilizopita", "2026-03-09", "2026-03-18"),
        ("last 2 weeks", "2026-03-02", "2026-03-15"),
        ("miezi mitatu iliyopita", "2025-12-01", "2026-02-28"),
        ("april", "2025-04-01", "2025-04-30"),
        ("mwezi wa tano", "2025-05-01", "2025-05-31"),
        ("machi", "2026-03-01", "2026-03-18"),
        ("feb 2025", "2025-02-01", "2025-02-28"),
        ("q4", "2025-10-01", "2025-12-31"),
        ("first quarter of 2025", "2025-01-01", "2025-03-31"),
        ("robo ya pili", "2025-04-01", "2025-06-30"),
        ("h1", "2026-01-01", "2026-03-18"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("since january", "2026-01-01", "2026-03-18"),
        ("tangu jumatatu", "2026-03-16", "2026-03-18"),
        ("since 5 march", "2026-03-05", "2026-03-18"),
        ("on 2026-02-14", "2026-02-14", "2026-02-14"),
        ("14/02/2026", "2026-02-14", "2026-02-14"),
        ("march 5th", "2026-03-05", "2026-03-05"),
        ("20 december", "2025-12-20", "2025-12-20"),
        ("on friday", "2026-03-13", "2026-03-13"),
        ("from january to february", "2026-01-01", "2026-02-28"),
        ("between 1 march and 10 march", "2026-03-01", "2026-03-10"),
        ("kuanzia januari hadi februari", "2026-01-01", "2026-02-28"),
        ("next month", "2026-04-01", "2026-04-30"),
        ("siku saba zijazo", "2026-03-19", "2026-03-25"),
        ("by month end", "2026-03-19", "2026-03-31"),
        ("the first half of march", "2026-03-01", "2026-03-15"),
        ("second half of february", "2026-02-16", "2026-02-28"),
        ("second half of april", "2025-04-16", "2025-04-30"),
        ("second half of february 2024", "2024-02-16", "2024-02-29"),
        ("nusu ya kwanza ya januari", "2026-01-01", "2026-01-15"),
        ("tangu mwaka uanze", "2026-01-01", "2026-03-18"),
        ("for the quarter", "2026-01-01", "2026-03-18"),
    ],
)
def test_one_period(text: str, start: str, end: str) -> None:
    found = read_periods(f"how much did we spend {text}?", TODAY)
    assert [(p.start.isoformat(), p.end.isoformat()) for p in found] == [(start, end)]


@pytest.mark.parametrize("text", ["may i see it", "q9", "what we may owe", "99/99/1999", "room 12", ""])
def test_no_period(text: str) -> None:
    assert read_periods(text, TODAY) == []


def test_a_day_that_does_not_exist_is_no_day() -> None:
    (period,) = read_periods("sales on 31 february", TODAY)
    assert (period.start, period.end) == (date(2026, 2, 1), date(2026, 2, 28))


def test_two_periods_stay_apart_for_a_comparison() -> None:
    found = read_periods("how did february compare with january", TODAY)
    assert [p.start for p in found] == [date(2026, 2, 1), date(2026, 1, 1)]


@given(st.text(max_size=60), st.dates(date(2001, 1, 1), date(2090, 1, 1)))
def test_any_text_on_any_day_is_read(text: str, today: date) -> None:
    for period in read_periods(text.casefold(), today):
        assert period.start <= period.end


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.sampled_from(["this", "last"]))
def test_months_on_any_day(today: date, which: str) -> None:
    (period,) = read_periods(f"{which} month", today)
    assert period.start.day == 1
    assert period.end == today if which == "this" else period.end < today.replace(day=1)
    before = previous_whole(period)
    assert (period.start - before.end).days == 1
    assert same_days(period, before).days == min(period.days, before.days)


def test_a_period_of_no_unit_is_compared_with_as_many_days_before() -> None:
    period = Period(start=date(2026, 3, 5), end=date(2026, 3, 9))
    assert previous_whole(period) == Period(start=date(2026, 2, 28), end=date(2026, 3, 4))
