"""The guard lets through what says the same as the template, and nothing that says anything else."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from guard_texts import BAD, GOOD
from hypothesis import given, settings
from hypothesis import strategies as st
from phrasing_world import NAME, material, templated

from local.readers.wording import in_slots
from shared.insights.guard import LONGEST, review
from shared.insights.guard_words import CLASSES, SIDES_ONLY
from shared.insights.neutral_words import NEUTRAL, SAYINGS
from shared.insights.phrases import TEMPLATES
from shared.insights.senses import GROUPS, NOUNS, SENSES, SIDES
from shared.insights.wording import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
REVENUE = "revenue_total.some"


def test_the_tables_are_as_long_as_they_must_be() -> None:
    assert len(GOOD) >= 15
    assert len(BAD) >= 40


@pytest.mark.parametrize(("key", "language", "raw"), GOOD)
def test_good_words_are_taken_and_filled(key: str, language: Language, raw: str) -> None:
    about = material(key, language)
    verdict = review(raw, about)
    assert verdict.fault == ""
    assert all(slot.text.casefold() in verdict.text.casefold() for slot in about.slots)
    assert "{" not in verdict.text


@pytest.mark.parametrize(("key", "language", "raw", "fault"), BAD)
def test_bad_words_are_refused_and_why(key: str, language: Language, raw: str, fault: str) -> None:
    verdict = review(raw, material(key, language))
    assert (verdict.text, verdict.fault) == ("", fault)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", SENSES)
def test_our_own_sentences_pass_word_for_word(key: str, language: Language) -> None:
    verdict = review(in_slots(TEMPLATES[language][key]), material(key, language))
    assert (verdict.fault, verdict.text) == ("", templated(key, language))


@pytest.mark.parametrize("name", CLASSES)
def test_the_words_that_are_offered_for_a_class_are_of_it(name: str) -> None:
    if name in SIDES_ONLY:
        assert name not in SAYINGS
        return
    for offered in ", ".join(SAYINGS[name]).split(", "):
        assert CLASSES[name].search(offered), offered


def test_senses_sides_and_nouns_are_of_real_sentences_and_slots() -> None:
    known = "".join(TEMPLATES["en"][key] for key in SENSES)
    assert all(f"{{{name}" in known for name in {*SIDES, *NOUNS})
    assert {side for group in GROUPS for side in group} >= set(SIDES.values())


TEXTS = st.text(
    st.sampled_from("{}" + "abcdef revnupaymtsinco._-,:%KES\u0661\uff12\u00b2\u2160\u5341 019"), max_size=80
)
INSERTED = st.sampled_from(
    ["7", "\u0967", "\u2164", "\u00be", "\u4e07", "half", "Twice", "dozen", "nusu", "mara mbili", "moja",
     "elfu", "thousand", "tisini", "wawili", "fifty-five", "%", "KES", "ksh", "{other}", "{", "}", "<i>", "http://x.co"]
)  # fmt: skip


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_whatever_passes_holds_no_figure_of_its_own(raw: str) -> None:
    about = material(REVENUE)
    _holds_only_facts(review(raw, about).text, [slot.text for slot in about.slots])


@given(st.sampled_from(sorted(SENSES)), st.sampled_from(LANGUAGES), INSERTED, st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_a_figure_put_anywhere_between_honest_words_is_refused(
    key: str, language: Language, inserted: str, where: float
) -> None:
    words = in_slots(TEMPLATES[language][key]).split(" ")
    words.insert(round(where * len(words)), inserted)
    assert review(" ".join(words), material(key, language)).text == ""


@given(st.text("abdefghijklmnoprstuvwyz", min_size=2, max_size=9), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_a_word_that_nobody_knows_is_refused(word: str, where: int) -> None:
    words = ["You", "received", "{revenue}", "{from_whom}", "in", "{payments}."]
    words.insert(where, word)
    known = word in NEUTRAL["en"] or any(each.search(word) for each in CLASSES.values())
    assert known or review(" ".join(words), material(REVENUE)).text == ""


@given(st.sampled_from(sorted(SENSES)), st.sampled_from(LANGUAGES), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_slots_in_another_order_are_refused_or_say_the_same(
    key: str, language: Language, random: object
) -> None:
    raw = in_slots(TEMPLATES[language][key])
    slots = re.findall(r"\{[a-z_]+\}", raw)
    shuffled = list(slots)
    random.shuffle(shuffled)
    pieces = iter(shuffled)
    verdict = review(re.sub(r"\{[a-z_]+\}", lambda _: next(pieces), raw), material(key, language))
    fixed = [slot for slot in slots if slot not in ("{from_whom}", "{on_what}", "{window}")]
    if [slot for slot in shuffled if slot in fixed] != fixed:
        assert verdict.text == ""


@given(st.integers(1, 400))
@settings(deadline=None)
def test_the_length_is_of_what_was_written_not_of_what_is_filled_in(extra: int) -> None:
    raw = f"You {'so ' * extra}received {{revenue}} {{from_whom}} in {{payments}}."
    assert (review(raw, material(REVENUE)).text != "") == (len(raw) <= LONGEST)


def _holds_only_facts(text: str, told: list[str]) -> None:
    for one in sorted(told, key=len, reverse=True):
        text = text.replace(one, "")
    assert not any(character.isnumeric() for character in text)


def test_a_name_from_the_records_is_filled_in_as_it_is_and_never_told() -> None:
    about = material("top_customers.some")
    assert NAME not in str(about.told())
    raw = "{top_payer_name} paid the most: {top_payer}, {top_payer_share} of the {revenue} received."
    assert review(raw, about).text.startswith(f"{NAME} paid the most: KES 7,654.30, 12.3% of")
