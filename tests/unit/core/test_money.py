"""Amounts: what people and providers write, as exact cents or a clear refusal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.money import (
    MAX_CENTS,
    format_kes,
    format_units,
    is_whole_shillings,
    parse_cents,
    share,
    up_to_shillings,
)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1", 100),
        ("10.5", 1050),
        ("10.50", 1050),
        ("0", 0),
        ("0.01", 1),
        (".50", 50),
        ("10.000", 1000),
        ("1,234.50", 123_450),
        ("1,234,567", 123_456_700),
        ("1 234.50", 123_450),
        ("0,123", 12_300),
        ("KES 10", 1000),
        ("kes10", 1000),
        ("KSh 10/=", 1000),
        ("Kshs. 1,000.00", 100_000),
        ("Ksh1,234.00", 123_400),
        ("Sh 5", 500),
        ("Shs.5", 500),
        ("10/-", 1000),
        ("10/=", 1000),
        ("10 KES", 1000),
        ("  7 ", 700),
        ("-5", -500),
        ("KES -5.25", -525),
        ("- 5", -500),
        ("+5", 500),
        (10, 1000),
        (-3, -300),
        (Decimal("10"), 1000),
        (Decimal("1E+2"), 10_000),
        (Decimal("-0.01"), -1),
        ("90071992547409.92", MAX_CENTS),
    ],
)
def test_amounts_that_are_read(text: Any, cents: int) -> None:
    assert parse_cents(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "KES",
        "abc",
        "1.234",
        "0.001",
        "1,50",
        "1,2345",
        "12,34,567",
        "1 50",
        ",5",
        "1.",
        "1.2.3",
        "1e5",
        "1E400",
        "1e999999999",
        "1e-999999999",
        "1_000",
        "0x10",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "--5",
        "+-5",
        "-KES -5",
        "５",
        "١٢",
        "½",
        "10%",
        "$10",
        "USD 10",
        "10\x00",
        "10\ud800",
        "9" * 39,
        "9" * 5000,
        "90071992547409.93",
        10**20,
        True,
        False,
        None,
        10.5,
        10.0,
        float("nan"),
        [10],
        b"10",
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1e999999"),
        Decimal("1e-999999"),
        Decimal("0.001"),
    ],
)
def test_amounts_that_are_refused(text: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse_cents(text)
    assert refused.value.code == "amount_invalid"


@given(st.integers(-MAX_CENTS, MAX_CENTS))
def test_what_is_printed_is_read_back(cents: int) -> None:
    assert parse_cents(format_units(cents)) == cents
    assert parse_cents(format_kes(cents)) == cents


@given(st.text(max_size=60) | st.decimals() | st.integers())
def test_any_input_is_cents_or_refused(value: Any) -> None:
    try:
        cents = parse_cents(value)
    except Invalid:
        return
    assert abs(cents) <= MAX_CENTS


def test_printed_forms() -> None:
    assert [format_units(cents) for cents in (0, 5, 123_450, -5)] == ["0.00", "0.05", "1234.50", "-0.05"]
    assert [format_kes(cents) for cents in (123_450, -100)] == ["KES 1,234.50", "-KES 1.00"]
    assert (is_whole_shillings(100), is_whole_shillings(101)) == (True, False)
    assert [up_to_shillings(cents) for cents in (0, 1, 99, 100, 101)] == [0, 100, 100, 100, 200]


def test_shares_round_half_to_even() -> None:
    assert [share(cents, 1, 2) for cents in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert share(10_000, 16, 116) == 1379
    assert share(MAX_CENTS, 1, 1) == MAX_CENTS


@given(st.integers(-(10**12), 10**12), st.integers(0, 1000), st.integers(1, 1000))
def test_a_share_is_off_by_half_a_cent_at_most(cents: int, numerator: int, denominator: int) -> None:
    exact = Fraction(cents * numerator, denominator)
    assert abs(share(cents, numerator, denominator) - exact) <= Fraction(1, 2)


def test_an_endless_number_is_refused() -> None:
    with pytest.raises(Invalid):
        parse_cents(10**5000)
