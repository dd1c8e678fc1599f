"""Check digits: every single wrong digit and every swap of neighbours is caught."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.books import check_digit, check_number, print_number, slips

SERIALS = [*range(1, 400), 4711, 12_345, 89_999, 90_000, 90_001, 123_456, 989_999, 990_000, 990_001]


def test_the_published_example() -> None:
    """Damm's own worked example: 572 is followed by 4."""
    assert check_digit("572") == "4"


def test_numbers_are_five_digits_and_a_check_digit() -> None:
    assert print_number(1) == "344647"
    assert len(print_number(90_000)) == 6
    assert len(print_number(90_001)) == 7
    assert all(print_number(serial)[0] != "0" for serial in SERIALS), "a spreadsheet would drop it"
    with pytest.raises(ValueError, match="begin at 1"):
        print_number(0)


def test_every_serial_of_a_length_has_a_number_of_its_own() -> None:
    assert len({print_number(serial) for serial in range(1, 90_001)}) == 90_000
    assert len({print_number(serial) for serial in range(90_001, 150_000)}) == 59_999


@given(st.integers(1, 10**9))
def test_the_next_number_is_not_guessed_from_this_one(serial: int) -> None:
    """Neighbours in the books are printed far apart: by more than a slip of the last digits explains."""
    one, other = print_number(serial), print_number(serial + 1)
    assert len(one) != len(other) or sum(a != b for a, b in zip(one, other, strict=True)) >= 2
    assert abs(int(one) - int(other)) > 10_000


@pytest.mark.parametrize("serial", SERIALS)
def test_no_slip_gives_another_number(serial: int) -> None:
    assert_no_slip(serial)


@settings(max_examples=1000)
@given(st.integers(1, 10**10))
@example(90_000)
@example(990_000)
def test_no_slip_of_any_number_gives_another(serial: int) -> None:
    """All single wrong digits and all swaps of neighbours, whichever numbers are in the books."""
    assert_no_slip(serial)


def assert_no_slip(serial: int) -> None:
    number = print_number(serial)
    assert check_number(number)
    assert len(number) <= 12, "an STK push takes no longer account reference"
    for at, digit in enumerate(number):
        wrong = [number[:at] + other + number[at + 1 :] for other in "0123456789" if other != digit]
        assert not any(check_number(text) for text in wrong)
        assert all(slips(text).get(number) == at + 1 for text in wrong if text[0] != "0")
    for at in range(len(number) - 1):
        swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert swapped == number or not check_number(swapped)
        assert swapped == number or swapped[0] == "0" or number in slips(swapped)


@given(st.text(max_size=14) | st.from_regex(r"[0-9]{1,13}", fullmatch=True))
def test_slips_of_any_text_are_numbers_of_ours(text: str) -> None:
    found = slips(text)
    assert all(check_number(number) and 1 <= place <= len(text) for number, place in found.items())
    assert not (found and check_number(text))


@pytest.mark.parametrize("text", ["", "13", "34464x", "000000", "٣٤٤٦٤٧", "-44647", " 344647", "000013"])
def test_other_text_is_no_number(text: str) -> None:
    assert not check_number(text)
    assert slips(text) == {}
