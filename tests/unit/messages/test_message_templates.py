"""The texts: complete in both languages, one SMS long whatever the values, hostile values harmless."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Permanent
from shared.core.money import MAX_CENTS
from shared.messages import catalogue
from shared.messages.facts import PaymentFacts, money
from shared.messages.gsm import SINGLE_SMS, clip, septets, to_gsm
from shared.messages.model import Channel, Kind, Language
from shared.messages.next_steps import NEXT_STEPS, OTHER, STEP_SEPTETS, next_step, reason
from shared.messages.templates import Template, Words, compose
from shared.payments.gateways.daraja.results import STK_RESULTS

TEMPLATES = list(catalogue.CATALOGUE.values())
NAMES = [
    "W" * 300,
    "ÑANDÚ & Söhne " * 20,
    "Zażółć 东非贸易 🚚 Ltd",
    "{amount} {x.__class__}",
    "a\r\nBcc: x\x00y",
    "",
]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_every_type_has_its_texts_in_every_language(template: Template, language: Language) -> None:
    words = template.words[language]
    assert words.title
    assert words.body.endswith("\n")
    assert bool(words.sms) == (Channel.SMS in template.channels)
    for text in (words.sms, words.title, words.body):
        assert placeholders(text) <= set(template.fields)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
def test_the_languages_differ_and_say_the_same_things(template: Template) -> None:
    english, swahili = template.words[Language.ENGLISH], template.words[Language.SWAHILI]
    assert english.body != swahili.body
    assert placeholders(english.body) == placeholders(swahili.body)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "template", [t for t in TEMPLATES if Channel.SMS in t.channels], ids=lambda t: t.name
)
def test_the_longest_values_fit_one_gsm_sms(template: Template, name: str, language: Language) -> None:
    values = dict.fromkeys(template.fields, name)
    text = compose(template, values, language, Channel.SMS).text
    length = septets(text)
    assert length is not None
    assert length <= SINGLE_SMS


@pytest.mark.parametrize("language", list(Language))
def test_the_largest_amount_is_never_cut_in_an_sms(language: Language) -> None:
    most = money(-MAX_CENTS)[1:]
    facts = PaymentFacts(
        business="W" * 60,
        customer="W" * 60,
        amount=most,
        receipt="UC21ABC345",
        numbers=("INV-000000000007", "INV-2", "INV-3"),
        paid_at="2026-03-02 11:30",
        code="AAAA-BBBB",
        currency="KES",
        credit_cents=0,
        balance_cents=MAX_CENTS,
    )
    text = compose(catalogue.PAYMENT_RECEIVED, facts.values(language), language, Channel.SMS).text
    assert text.count(most) == 2
    assert "INV-000000000007 +2" in text
    assert "UC21ABC345" in text


def test_values_are_data_and_braces_in_them_stay_braces() -> None:
    values = dict.fromkeys(catalogue.ATTEMPT_FAILED.fields, "{business.__class__}\nBcc: all")
    composed = compose(catalogue.ATTEMPT_FAILED, values, Language.ENGLISH, Channel.EMAIL)
    assert "{business.__class__} Bcc: all" in composed.title
    assert "\n" not in composed.title


def test_a_missing_value_and_a_wrong_channel_are_errors() -> None:
    with pytest.raises(Permanent, match="lacks amount, business"):
        compose(catalogue.PAYMENT_REVIEW, {}, Language.ENGLISH, Channel.SMS)
    values = dict.fromkeys(catalogue.RECEIPT_ACCEPTED.fields, "x")
    with pytest.raises(Permanent, match="does not go by sms"):
        compose(catalogue.RECEIPT_ACCEPTED, values, Language.ENGLISH, Channel.SMS)


def test_a_text_that_outgrows_one_sms_is_refused_rather_than_sent_as_two() -> None:
    words = {Language.ENGLISH: Words("{a}", "", "")}
    wide = Template("wide", Kind.TRANSACTIONAL, (Channel.SMS,), {"a": 161}, words)
    with pytest.raises(Permanent, match="too long"):
        compose(wide, {"a": "x" * 161}, Language.ENGLISH, Channel.SMS)


def test_an_empty_balance_leaves_no_gap_in_the_letter() -> None:
    values = {**dict.fromkeys(catalogue.PAYMENT_RECEIVED.fields, "x"), "balance": ""}
    assert "\n\n\n" not in compose(catalogue.PAYMENT_RECEIVED, values, Language.ENGLISH, Channel.EMAIL).text


@pytest.mark.parametrize("code", sorted(c for c, r in STK_RESULTS.items() if r.outcome.definite_failure))
def test_every_definite_stk_failure_has_its_own_next_step(code: str) -> None:
    assert reason("", code) != OTHER


@pytest.mark.parametrize(
    "failure",
    ["cancelled", "wrong_pin", "no_answer", "insufficient_funds", "limit", "expired", "rejected", ""],
)
@pytest.mark.parametrize("language", list(Language))
def test_every_failure_word_gives_a_step_that_fits(failure: str, language: Language) -> None:
    step = next_step(failure, "", language)
    assert step
    assert reason(failure) == (failure if failure in NEXT_STEPS else OTHER)


@pytest.mark.parametrize("key", sorted(NEXT_STEPS))
def test_steps_exist_in_both_languages_and_are_never_cut(key: str) -> None:
    assert set(NEXT_STEPS[key]) == set(Language)
    assert len(set(NEXT_STEPS[key].values())) == 2
    for step in NEXT_STEPS[key].values():
        assert septets(step) is not None
        assert len(step) <= STEP_SEPTETS
        assert clip(step, STEP_SEPTETS) == step


def test_gsm_counts_extension_characters_twice_and_refuses_others() -> None:
    assert septets("a€") == 3
    assert septets("ż") is None
    assert to_gsm("“Zażółć”\r\n– 5 € {x} 东") == '"Zazo?c" - 5 EUR (x) ?'


@given(st.text(max_size=80), st.integers(min_value=2, max_value=60))
def test_clipped_text_is_always_gsm_and_within_its_width(text: str, width: int) -> None:
    length = septets(clip(text, width))
    assert length is not None
    assert length <= width
