"""The day in an M-Pesa receipt number, on public samples and on every day of our own simulator."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.safaricom.receipts import receipt_number
from shared.core.clock import EAT
from shared.core.mpesa_receipt import ODD_DAY, ODD_FORM, receipt_day, receipt_warning


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("NLJ7RT61SV", date(2019, 12, 19)),
        ("SG632NMUAB", date(2024, 7, 6)),
        ("RKL51ZDR4F", date(2023, 11, 21)),
        ("TK60708BHZ", date(2025, 11, 6)),
        ("UJ22T8IYOU", date(2026, 10, 2)),
        ("UCQ5UAQ403", date(2026, 3, 26)),
    ],
)
def test_public_samples_carry_their_day(number: str, day: date) -> None:
    assert receipt_day(number, day.year) == day
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=EAT)
    assert receipt_warning(number, noon) == ""


@pytest.mark.parametrize(
    "number", ["", "UCQ5UAQ40", "UCQ5UAQ4033", "ucq5uaq403", "UMQ5UAQ403", "UC05UAQ403", "UCW5UAQ403",
               "UBV5UAQ403", "UDV5UAQ403", "1CQ5UAQ403", "UCQ5UAQ40É"],
)  # fmt: skip
def test_what_is_no_receipt_says_no_day_and_is_only_warned_about(number: str) -> None:
    assert receipt_day(number, 2026) is None
    assert receipt_warning(number, datetime(2026, 3, 26, tzinfo=UTC)) == ODD_FORM


@pytest.mark.parametrize(
    ("at", "warning"),
    [
        (datetime(2026, 3, 2, 0, 0, tzinfo=EAT), ""),
        (datetime(2026, 3, 1, 0, 0, tzinfo=EAT), ""),
        (datetime(2026, 3, 3, 23, 59, tzinfo=EAT), ""),
        (datetime(2026, 2, 28, 23, 59, tzinfo=EAT), ODD_DAY),
        (datetime(2026, 3, 4, 0, 0, tzinfo=EAT), ODD_DAY),
        (datetime(2025, 3, 2, 12, 0, tzinfo=EAT), ODD_DAY),
    ],
)
def test_a_day_at_either_side_is_none_and_the_day_is_nairobis(at: datetime, warning: str) -> None:
    assert receipt_warning("UC2ABC1234", at.astimezone(UTC)) == warning


def test_the_letters_come_round_after_twenty_six_years() -> None:
    assert receipt_day("AC2ABC1234", 2007) == date(2006, 3, 2)
    assert receipt_day("AC2ABC1234", 2031) == date(2032, 3, 2)


@given(
    moment=st.integers(1_167_609_600, 1_924_991_999).map(lambda second: datetime.fromtimestamp(second, UTC)),
    number=st.integers(0, 36**7 - 1),
    late=st.integers(-1, 1),
)
def test_every_simulated_receipt_names_its_day(moment: datetime, number: int, late: int) -> None:
    assert receipt_warning(receipt_number(moment, number), moment + timedelta(days=late)) == ""


@given(
    st.text(max_size=12),
    st.integers(-60_000_000_000, 250_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_any_text_is_judged_without_a_fault(number: str, at: datetime) -> None:
    assert receipt_warning(number, at) in {"", ODD_FORM, ODD_DAY}
