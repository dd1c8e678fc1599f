"""Kenyan phone numbers: one stored form for every form people type."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Invalid
from shared.core.phone import mask, national9, parse_phone, phone_hash

FORMS = (
    "0{}",
    "{}",
    "254{}",
    "+254{}",
    "00254{}",
    "2540{}",
    "+254 (0){}",
    "+254-{}",
    "(0){}",
    " 0{} ",
    "0{}.",
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("nine", ["712345678", "112345678", "799999999", "100000000"])
def test_every_form_is_one_number(form: str, nine: str) -> None:
    assert parse_phone(form.format(nine)) == f"254{nine}"


@pytest.mark.parametrize(
    "text", ["0712 345 678", "0712-345-678", "+254 712 345678", "0712.345.678", "(0712) 345 678"]
)
def test_separators_do_not_matter(text: str) -> None:
    assert parse_phone(text) == "254712345678"


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "071234567", "07123456789", "25471234567", "2547123456789", "0212345678", "0812345678",
        "+255712345678", "+1 712 345 678", "1712345678", "٠٧١٢٣٤٥٦٧٨", "０７１２３４５６７８", "07l2345678",
        "0712345678; DROP TABLE", "0712345678\x00", "+", "++254712345678", "0712345678" * 4, "2547*****678",
        "0712+345678", " " * 31, "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_kenyan_mobile(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_phone(text)
    assert refused.value.code == "phone_invalid"
    assert len(text) < 9 or text not in refused.value.message, "the message repeats no number"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        phone = parse_phone(text)
    except Invalid:
        return
    assert re.fullmatch(r"254[17][0-9]{8}", phone)


def test_views_of_a_number() -> None:
    assert mask("254712345678") == "2547*****678"
    assert national9("254712345678") == "712345678"
    assert phone_hash("254712345678") == hashlib.sha256(b"254712345678").hexdigest()
