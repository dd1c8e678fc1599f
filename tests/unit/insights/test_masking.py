"""What a model may never see, taken out of questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insights.masking import mask

NAMES = frozenset({"wanjiku", "kamau", "fuel", "station", "ltd"})


@pytest.mark.parametrize(
    ("question", "masked"),
    [
        ("did wanjiku pay", "did [NAME] pay"),
        ("Did Kamau's invoice get paid?", "Did [NAME] invoice get paid?"),
        ("Kamau paid?", "[NAME] paid?"),
        ("What did we spend on fuel at Rubis", "What did we spend on fuel at [NAME]"),
        ("call 0712 345 678 now", "call [PHONE] now"),
        ("+254712345678", "[PHONE]"),
        ("254-722-000-111 paid", "[PHONE] paid"),
        ("payment TCI4X8K2LM", "payment [CODE]"),
        ("tci4x8k2lm?", "[CODE]?"),
        ("kra pin A012345678Z", "kra pin [PIN]"),
        ("mail jane@duka.co.ke", "mail [EMAIL]"),
        ("see https://x.co/a?b=c ok", "see [LINK] ok"),
        ("account 1234567", "account [NUMBER]"),
        ("more than 60 days in 2026", "more than 60 days in 2026"),
        ("How much revenue from M-Pesa in February?", "How much revenue from M-Pesa in February?"),
    ],
)
def test_masked(question: str, masked: str) -> None:
    assert mask(question, NAMES) == masked


@given(st.from_regex(r"[a-z ]{0,20}(\+254|254|0)[17][0-9]{8}[a-z ,.]{0,5}", fullmatch=True))
def test_no_kenyan_number_survives(question: str) -> None:
    assert not any(run.isdigit() and len(run) >= 5 for run in mask(question, NAMES).replace(",", " ").split())


@given(st.sampled_from(sorted(NAMES - {"fuel"})), st.text(alphabet="abcdefgh ?!", max_size=20))
def test_no_customers_name_survives(name: str, around: str) -> None:
    for written in (name, name.upper(), name.title()):
        assert name not in mask(f"{around} {written} {around}", NAMES).casefold().split()
