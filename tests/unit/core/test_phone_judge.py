"""Our reading of Kenyan mobile numbers beside that of Google's libphonenumber, on generated spellings.

Where they differ on purpose:
- *Prefixes.* libphonenumber knows which ranges the regulator has opened when it was released; we take every
  ``07…`` and ``01…``, because ranges open between releases and a payer must not be refused for one.
- *International prefixes.* ``00254…`` is how Europeans write it; from a Kenyan phone the prefix is ``000``.
- *Words around a number*, extensions, ``tel:``, digits of other scripts and vanity letters are refused here:
  a field for a phone holds a phone, and what is stored must be what the payer recognises.
"""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from shared.core.errors import Invalid
from shared.core.phone import parse_phone

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
GAPS = ("", " ", "-", ".", "/")


def judged(text: str) -> str:
    """The Kenyan mobile number that libphonenumber reads, as ``2547…``; "" when it reads none."""
    try:
        number = phonenumbers.parse(text, "KE")
    except NumberParseException:
        return ""
    ours = number.country_code == 254 and phonenumbers.number_type(number) in MOBILE
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:] if ours else ""


def read(text: str) -> str:
    """The number that we read; "" when it is refused."""
    try:
        return parse_phone(text)
    except Invalid:
        return ""


digits = st.text("0123456789", min_size=0, max_size=14)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """A national number of about nine digits, with a prefix and separators as people write them."""
    national = draw(st.one_of(st.from_regex(r"[0-9]{9}", fullmatch=True), digits))
    prefix = draw(st.sampled_from(["", "0", "254", "+254", "2540", "+254 (0)", "+254 ", "(0)", "+255", "+1"]))
    cut, gap = draw(st.integers(1, 8)), draw(st.sampled_from(GAPS))
    return f"{prefix}{national[:cut]}{gap}{national[cut:]}"


@given(spellings())
@example("0712345678")
@example("+254 (0)712-345678")
@example("0112/345678")
@example("254712345678")
@example("+255712345678")
@example("0202345678")
def test_whatever_the_judge_takes_we_take_and_read_the_same(text: str) -> None:
    theirs = judged(text)
    assert theirs in ("", read(text))


@given(spellings())
@example("0747345678")
@example("0763345678")
def test_what_we_take_beside_the_judge_differs_by_an_unopened_range_alone(text: str) -> None:
    ours = read(text)
    if not ours or judged(text):
        return
    assert phonenumbers.is_possible_number(phonenumbers.parse(f"+{ours}"))
    assert ours[:4] == "2541", "every 07 number is a mobile number to both"


@pytest.mark.parametrize("trunk", ["7", "1"])
def test_every_prefix_of_four_digits(trunk: str) -> None:
    """All 07 ranges are open to the judge; of the 01 ranges it knows those of its release."""
    nines = [f"{trunk}{middle:03d}45678" for middle in range(1000)]
    assert [read(f"0{nine}") for nine in nines] == [f"254{nine}" for nine in nines]
    known = [nine for nine in nines if judged(f"0{nine}")]
    assert {judged(f"0{nine}") for nine in known} <= {f"254{nine}" for nine in nines}
    assert len(known) == 1000 if trunk == "7" else 400 < len(known) <= 1000


@pytest.mark.parametrize("first", "02345689")
def test_land_lines_and_service_numbers_are_mobile_to_neither(first: str) -> None:
    for middle in range(0, 1000, 7):
        text = f"0{first}{middle:03d}45678"
        assert (judged(text), read(text)) == ("", ""), text


@pytest.mark.parametrize(
    ("text", "theirs", "ours"),
    [
        ("00254712345678", "", "254712345678"),
        ("000254712345678", "254712345678", ""),
        ("tel:+254712345678", "254712345678", ""),
        ("0712 345 678 ext 5", "254712345678", ""),
        ("+254712345678;ext=1", "254712345678", ""),
        ("0712345678,", "254712345678", ""),
        ("0712–345–678", "254712345678", ""),
        ("٠٧١٢٣٤٥٦٧٨", "254712345678", ""),
        ("０７１２３４５６７８", "254712345678", ""),
        ("0133345678", "", "254133345678"),
        ("0147345678", "", "254147345678"),
    ],
)
def test_where_we_differ_on_purpose(text: str, theirs: str, ours: str) -> None:
    assert (judged(text), read(text)) == (theirs, ours)
