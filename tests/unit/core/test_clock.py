"""Time: one stored form, Nairobi days, Daraja's stamps, and a clock that obeys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.clock import (
    EAT,
    ManualClock,
    SystemClock,
    business_day,
    daraja_timestamp,
    day_of,
    parse_daraja_timestamp,
    parse_rfc3339,
    rfc3339,
)
from shared.core.errors import Invalid

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_stored_times_have_one_width_and_sort_as_text(one: datetime, other: datetime) -> None:
    texts = rfc3339(one), rfc3339(other)
    assert {len(text) for text in texts} == {24}
    cut = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (cut[0] < cut[1])
    assert parse_rfc3339(texts[0]) == cut[0]


def test_times_are_stored_in_utc() -> None:
    assert rfc3339(datetime(2026, 3, 1, 12, 30, 5, 123_999, tzinfo=EAT)) == "2026-03-01T09:30:05.123Z"
    assert parse_rfc3339("2026-03-01T12:00:00+03:00") == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-03-01",
        "2026-03-01T10:00:00",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "1e9",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-01T25:00:00Z",
        "\ud800",
        "2026-03-01T10:00:00Zx",
    ],
)
def test_times_that_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_rfc3339(text)
    assert refused.value.code == "time_invalid"


def test_the_day_changes_at_nine_in_the_evening_utc() -> None:
    assert business_day(datetime(2026, 2, 28, 20, 59, 59, tzinfo=UTC)) == "2026-02-28"
    assert business_day(datetime(2026, 2, 28, 21, 0, 0, tzinfo=UTC)) == "2026-03-01"


def test_daraja_writes_nairobi_time_without_saying_so() -> None:
    moment = datetime(2026, 2, 28, 22, 4, 5, tzinfo=UTC)
    assert daraja_timestamp(moment) == "20260301010405"
    assert parse_daraja_timestamp("20260301010405") == parse_daraja_timestamp(20260301010405) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026030101040",
        "202603010104055",
        "20261301010405",
        "20260230010405",
        "2026-03-01 01:04",
        "00010101000000",
        "00000000000000",
        "２０２６０３０１０１０４０５",
        "abc",
        -20260301010405,
    ],
)
def test_daraja_stamps_that_are_refused(text: str | int) -> None:
    with pytest.raises(Invalid):
        parse_daraja_timestamp(text)


def test_a_manual_clock_moves_when_told() -> None:
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=EAT))
    assert clock.now() == clock.now() == datetime(2026, 3, 1, 9, tzinfo=UTC)
    clock.sleep(0.5)
    clock.advance(59.5)
    assert clock.now() == datetime(2026, 3, 1, 9, 1, tzinfo=UTC)


def test_the_system_clock_is_aware_and_sleeps() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.01)
    assert before.tzinfo is UTC
    assert clock.now() - before >= timedelta(seconds=0.009)


@pytest.mark.parametrize(
    ("stored", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-02-28T21:00:00.000Z", "2026-03-01"),
        ("2026-02-28T20:59:59.999Z", "2026-02-28"),
        ("2026-02-28T23:59:59+03:00", "2026-02-28"),
        ("", ""),
        ("2026-02-30", ""),
        ("2026-03-01T10:00:00", ""),
        ("yesterday", ""),
        ("Tomorrow T", ""),
    ],
)
def test_the_nairobi_day_of_what_is_stored(stored: str, day: str) -> None:
    assert day_of(stored) == day
