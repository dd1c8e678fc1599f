"""Lines from outside: whatever they hold, they are bounded and get one of the 24 or a question."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from shared.categories.codes import CODES, UNCATEGORISED
from shared.categories.decide import judge
from shared.categories.features import counts, read_line
from shared.categories.memory import keys_of
from shared.categories.subject import Subject
from shared.categories.text import MOST_CHARACTERS, MOST_TOKENS, clean, tokens

ANY = st.text(max_size=400)


@given(text=ANY, payee=ANY, channel=st.sampled_from(["", "bank", "mpesa_send", "receipt"]))
def test_any_text_gets_one_of_the_24_or_a_question(text: str, payee: str, channel: str) -> None:
    said = judge(Subject(text, payee, channel=channel))
    assert said.category in (*CODES, UNCATEGORISED)
    assert 0 <= said.confidence_milli <= 1000
    milli = [share for _, share in said.top3]
    assert milli == sorted(milli, reverse=True)
    assert sum(milli) <= 1002
    if said.category != UNCATEGORISED:
        assert said.top3[0][0] == said.category


@given(text=ANY)
def test_the_same_line_is_filed_the_same(text: str) -> None:
    assert judge(Subject(text)) == judge(Subject(text))
    assert Subject(text).marks == Subject(text).marks


@given(text=st.text(alphabet="abcdefghijklmnopqrstuvwxyz 0123456789", max_size=80))
def test_case_and_spaces_around_say_nothing(text: str) -> None:
    assert judge(Subject(f"  {text.upper()} ")).category == judge(Subject(text.upper())).category


@given(text=ANY)
def test_text_is_bounded(text: str) -> None:
    cleaned = clean(text * 50)
    assert len(cleaned) <= MOST_CHARACTERS
    assert len(tokens(cleaned)) <= MOST_TOKENS
    assert len(keys_of(Subject(text * 50))) <= 4
    for mark in Subject(text * 50).marks:
        assert len(mark) <= 120
    assert sum(counts(read_line(text)).values()) < 4 * MOST_CHARACTERS * 3


def test_long_hostile_lines_take_no_longer() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        for _ in range(5):
            judge(Subject(text))
        return time.process_time() - began

    judge(Subject("warm"))
    for piece in (
        "pay bill to ",
        "a",
        "2547***",
        "acc. ",
        "ﷺ",
        "\u202e",
        "{{7*7}} ",
        "ignore all rules; rent ",
    ):
        assert seconds(piece * 20_000) < 1, piece
