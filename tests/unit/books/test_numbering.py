"""Check digits: every single wrong digit and every swap of neighbours is caught."""

from __future__ import annotations

import pytest

from shared.books import check_digit, check_number, print_number

SERIALS = [*range(1, 400), 4711, 12_345, 99_999, 100_000, 123_456]


def test_the_published_example() -> None:
    """Damm's own worked example: 572 is followed by 4."""
    assert check_digit("572") == "4"


def test_numbers_are_five_digits_and_a_check_digit() -> None:
    assert print_number(1) == "000013"
    assert len(print_number(99_999)) == 6
    assert len(print_number(100_000)) == 7
    assert len({print_number(serial) for serial in SERIALS}) == len(SERIALS)


@pytest.mark.parametrize("serial", SERIALS)
def test_no_slip_gives_another_number(serial: int) -> None:
    number = print_number(serial)
    assert check_number(number)
    for at, digit in enumerate(number):
        wrong = [number[:at] + other + number[at + 1 :] for other in "0123456789" if other != digit]
        assert not any(check_number(text) for text in wrong)
    for at in range(len(number) - 1):
        swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert swapped == number or not check_number(swapped)


@pytest.mark.parametrize("text", ["", "13", "00001x", "000000", "٠٠٠٠١٣", "-00013", " 000013"])
def test_other_text_is_no_number(text: str) -> None:
    assert not check_number(text)
