"""Which method a payer is asked by, and what may be offered after an attempt that failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from phonenumbers import carrier, parse

from shared.core.clock import rfc3339
from shared.core.errors import Refused
from shared.payments.attempts import Ask, start
from shared.payments.gateways.port import Accepted, Outcome, QueryAnswer, Rejected, Unknown
from shared.payments.methods import hinted, methods_of
from shared.payments.polling import next_poll
from shared.payments.retries import Retry, Way, retry_of
from shared.payments.settlement import ask_provider
from shared.payments.states import State
from shared.store import Data, Key, Once
from tests.unit.payments.collecting import CENTS, NOW, Desk, Provider, evidence

SAFARICOM, AIRTEL, NOBODY = "254712345678", "254733000111", "254770000111"
NEW_RANGES = {*range(140, 144), *range(180, 183)}
"""Opened after phonenumbers' data was made."""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk with Airtel beside M-Pesa."""
    desk.airtel = Provider("airtel", names="air", to_push=Accepted("x"))
    return desk


def ask(desk: Desk, phone: str = SAFARICOM, method: str = "auto", key: str = "k", cents: int = CENTS) -> Data:
    made = Ask(phone, cents, "", "INV7", "Test", method)
    attempt = start(desk, desk.business, "usr", made, Once(f"{desk.business}/{key}", "f"))
    return {**attempt.data, "id": attempt.id}


def profile(desk: Desk, **fields: Any) -> None:
    desk.store.put(desk.business, Key("profile", "business"), {"name": "Duka", **fields})


def end(desk: Desk, attempt: Data, code: str = "0") -> None:
    """Let the provider's answer about an attempt come in."""
    gateway = desk.airtel if attempt["provider"] == "airtel" and desk.airtel else desk.gateway
    receipt = f"{attempt['id'][4:12].upper()}" if code == "0" else None
    told = evidence("query", code, provider=attempt["provider"], receipt=receipt)
    gateway.to_query = QueryAnswer(told)
    ask_provider(desk, desk.business, attempt["id"])


# --- the hint
def test_the_table_says_what_the_numbering_data_says() -> None:
    names = {"Safaricom": "mpesa", "Airtel": "airtel"}
    for prefix in (*range(100, 120), *range(700, 800)):
        number = parse(f"+254{prefix}000111")
        assert hinted(f"254{prefix}000111") == names.get(carrier.name_for_number(number, "en"), ""), prefix
    assert {hinted(f"254{prefix}000111") for prefix in NEW_RANGES} == {"mpesa"}


def test_a_number_of_nobody_is_asked_by_mpesa_and_never_refused(desk: Desk) -> None:
    assert ask(desk, NOBODY)["provider"] == "mpesa"


# --- choosing
def test_the_numbers_hint_decides_when_nothing_else_is_known(desk: Desk) -> None:
    assert ask(desk, SAFARICOM, key="1")["provider"] == "mpesa"
    assert ask(desk, AIRTEL, key="2")["provider"] == "airtel"


def test_the_business_decides_by_naming_a_method_or_for_numbers_without_a_hint(desk: Desk) -> None:
    assert ask(desk, SAFARICOM, "airtel", key="1")["provider"] == "airtel"
    profile(desk, preferred_method="airtel")
    assert ask(desk, NOBODY, key="2")["provider"] == "airtel"
    assert ask(desk, SAFARICOM, key="3", cents=200)["provider"] == "mpesa", "only a preference"


def test_what_this_phone_paid_by_last_comes_before_the_hint(desk: Desk) -> None:
    ported = ask(desk, SAFARICOM, "airtel", key="1")
    assert ask(desk, SAFARICOM, key="2", cents=200)["provider"] == "mpesa", "not paid yet"
    end(desk, ported)
    assert ask(desk, SAFARICOM, key="3", cents=300)["provider"] == "airtel"
    assert ask(desk, NOBODY, key="4")["provider"] == "mpesa", "another phone"


def test_without_airtel_everything_is_mpesa_and_airtel_is_refused(desk: Desk) -> None:
    desk.airtel = None
    assert ask(desk, AIRTEL)["provider"] == "mpesa"
    with pytest.raises(Refused) as refused:
        ask(desk, AIRTEL, "airtel", key="2")
    assert refused.value.code == "method_not_available"


def test_nothing_is_asked_over_an_account_that_is_not_the_business_s(desk: Desk) -> None:
    profile(desk, airtel_app="somebody-else", shortcode="600000")
    for method, code in (
        ("airtel", "airtel_not_served"),
        ("mpesa", "shortcode_not_served"),
        ("auto", "shortcode_not_served"),
    ):
        with pytest.raises(Refused) as refused:
            ask(desk, AIRTEL, method, key=method)
        assert refused.value.code == code
    profile(desk, shortcode="600000")
    assert ask(desk, SAFARICOM, key="2")["provider"] == "airtel", "the only one that is its own"
    assert methods_of(desk, {"airtel_app": "x"}) == ("mpesa",)


# --- fail-over and repeats
def test_another_provider_need_not_wait_once_nothing_can_have_been_charged(desk: Desk) -> None:
    first = ask(desk, key="1")
    for method in ("airtel", "mpesa"):
        with pytest.raises(Refused) as refused:
            ask(desk, method=method, key=f"early-{method}")
        assert refused.value.code == "repeated_too_soon", "the first may still charge"
    end(desk, first, "1032")
    with pytest.raises(Refused):
        ask(desk, method="mpesa", key="same")
    assert ask(desk, method="airtel", key="over")["provider"] == "airtel"
    assert desk.doc("attempts", first["id"])["status"] == "failed"


@pytest.mark.parametrize("answer", [Unknown("lost"), Accepted("ws_CO_1")])
def test_no_other_provider_is_asked_while_the_first_is_open(desk: Desk, answer: Any) -> None:
    desk.gateway.to_push = answer
    ask(desk, key="1")
    with pytest.raises(Refused):
        ask(desk, method="airtel", key="2")
    assert desk.airtel is not None
    assert desk.airtel.asked == []


# --- what is offered
def attempt(status: State, outcome: Outcome | str = "", failure: str = "", provider: str = "mpesa") -> Data:
    history = [{"at": rfc3339(NOW + timedelta(seconds=20))}]
    made = {"status": status.value, "provider": provider, "created_on": rfc3339(NOW), "history": history}
    return {**made, "result_class": str(outcome), "failure": failure}


LATER, ENDED = rfc3339(NOW + timedelta(minutes=2)), rfc3339(NOW + timedelta(seconds=20))
BOTH = ("mpesa", "airtel")


@pytest.mark.parametrize("state", sorted(set(State) - {State.FAILED, State.REJECTED, State.SUCCEEDED}))
def test_nothing_is_offered_while_money_may_have_moved(state: State) -> None:
    for outcome in Outcome:
        assert retry_of(attempt(state, outcome), BOTH) == Retry((), "may_be_charged")


def test_what_is_offered_by_class_of_failure() -> None:
    again, over = Way("mpesa", LATER), Way("airtel", ENDED)
    retryable = attempt(State.FAILED, Outcome.FAILED_RETRYABLE, "cancelled")
    final = attempt(State.FAILED, Outcome.FAILED_FINAL, "limit")
    assert retry_of(retryable, BOTH) == Retry((again, over), "cancelled")
    assert retry_of(retryable, ("mpesa",)) == Retry((again,), "cancelled")
    assert retry_of(final, BOTH) == Retry((over,), "limit")
    assert retry_of(final, ("mpesa",)) == Retry((), "nothing_else")
    assert retry_of(attempt(State.SUCCEEDED), BOTH) == Retry((), "paid")
    offered = retry_of(retryable, BOTH)
    assert (offered.allowed, offered.not_before) == (True, ENDED)


@pytest.mark.parametrize(("retryable", "methods"), [(True, ["mpesa", "airtel"]), (False, ["airtel"])])
def test_a_refused_request_is_offered_again_by_what_was_refused(
    desk: Desk, retryable: bool, methods: list[str]
) -> None:
    desk.gateway.to_push = Rejected("400.002.02", "no", retryable)
    rejected = ask(desk)
    assert [way.method for way in retry_of(rejected, BOTH).ways] == methods


def test_airtel_is_left_alone_for_three_minutes(desk: Desk) -> None:
    assert ask(desk, AIRTEL)["poll_at"] == rfc3339(NOW + timedelta(minutes=3))
    times = [next_poll(rfc3339(NOW), n, "airtel") for n in range(10)]
    known = [time for time in times if time]
    assert known == sorted(set(known))
    assert times[-1] is None
