"""The Daraja client against simulated Safaricom, over real HTTP: what each answer proves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared.core.clock import ManualClock
from shared.core.errors import Invalid
from shared.payments.gateways.daraja.line import TOKEN_TRIES, TRIES
from shared.payments.gateways.daraja.payloads import parse_stk_callback
from shared.payments.gateways.daraja.results import STK_RESULTS, stk_result
from shared.payments.gateways.port import (
    Accepted,
    CollectRequest,
    NoAnswer,
    Outcome,
    QueryAnswer,
    Rejected,
    Unknown,
)
from tests.unit.local.safaricom_world import PHONE, World, world


class StandingClock(ManualClock):
    """Waiting takes real time and moves nothing."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 10)


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def outcome(answer: QueryAnswer | NoAnswer) -> Outcome | str:
    return answer.evidence.outcome if isinstance(answer, QueryAnswer) else answer.reason


def prompts(w: World) -> int:
    return len(w.safaricom.sim.state.all("push"))


def test_happy_path(w: World) -> None:
    checkout = w.pay()
    callback = parse_stk_callback(w.receiver.bodies()[0])
    assert callback.checkout_request_id == checkout
    assert callback.amount_cents == 10_000
    assert callback.evidence().outcome is Outcome.SUCCESS
    answer = w.gateway().query(checkout)
    assert outcome(answer) is Outcome.SUCCESS
    assert isinstance(answer, QueryAnswer)
    assert answer.evidence.receipt is None  # the query names no receipt (D3 MpesaExpressQuery)


@pytest.mark.parametrize(
    ("action", "pin", "expected"),
    [("cancel", "", "1032"), ("pin", "9999", "2001")],
)
def test_refusals_of_the_payer(w: World, action: str, pin: str, expected: str) -> None:
    checkout = w.push()
    w.answer(checkout, action, pin)
    w.deliver()
    callback = parse_stk_callback(w.receiver.bodies()[0])
    assert (callback.code, callback.evidence().outcome) == (expected, Outcome.FAILED_RETRYABLE)
    assert outcome(w.gateway().query(checkout)) is Outcome.FAILED_RETRYABLE


def test_in_flight_shapes_are_no_answer(w: World) -> None:
    checkout = w.push()
    gateway = w.gateway()
    asked = [outcome(gateway.query(checkout)) for _ in range(3)]
    assert asked == ["in_flight", "500.001.1001", "500.001.1001"]


def test_query_of_an_unknown_request_is_no_answer(w: World) -> None:
    assert w.gateway().query("ws_CO_none") == NoAnswer("500.001.1001")


@pytest.mark.parametrize("mode", ["http_500", "close", "hold"])
def test_lost_acknowledgement_is_unknown_and_the_phone_is_prompted_once(w: World, mode: str) -> None:
    w.fault("lost_ack", mode=mode, seconds=1.5)
    answer = w.gateway().initiate(w.request())
    assert isinstance(answer, Unknown)
    assert prompts(w) == 1
    checkout = w.safaricom.sim.state.all("push")[0][0]
    w.answer(checkout)
    w.deliver()
    # the callback comes to the URL of the attempt, so it names the payment that no answer named
    assert "/ipn/stk/biz_1/att_1/" in w.receiver.posts[0].path
    assert parse_stk_callback(w.receiver.posts[0].body).evidence().outcome is Outcome.SUCCESS


@pytest.mark.parametrize("mode", ["html_200", "envelope_200", "http_500", "empty_400", "close"])
def test_an_answer_that_proves_nothing_is_unknown(w: World, mode: str) -> None:
    w.fault("broken_answer", route="push", mode=mode)
    assert isinstance(w.gateway().initiate(w.request()), Unknown)


@pytest.mark.parametrize("mode", ["html_200", "envelope_200", "http_500", "empty_400", "close"])
def test_a_broken_query_is_no_answer(w: World, mode: str) -> None:
    checkout = w.pay()
    tries = TRIES if mode in {"http_500", "close"} else 1  # asking again is harmless, and may help
    w.fault("broken_answer", route="query", mode=mode, times=tries)
    gateway = w.gateway()
    assert isinstance(gateway.query(checkout), NoAnswer)
    assert outcome(gateway.query(checkout)) is Outcome.SUCCESS


@pytest.mark.parametrize("fault", ["spike_arrest", "subscriber_locked"])
def test_overload_is_unknown_because_its_codes_are_overloaded(w: World, fault: str) -> None:
    w.fault(fault)
    answer = w.gateway().initiate(w.request())
    assert isinstance(answer, Unknown)
    assert answer.code in {"500.003.02", "500.001.1001"}


def test_nobody_listening_is_rejected_because_nothing_left(w: World) -> None:
    answer = w.gateway(base_url="http://127.0.0.1:1").initiate(w.request())
    assert isinstance(answer, Rejected)
    assert answer.retryable


def test_wrong_key_is_rejected_and_not_retryable(w: World) -> None:
    answer = w.gateway(secret="wrong").initiate(w.request())
    assert answer == Rejected("token_http_400", "Daraja gave no access token", retryable=False)
    assert prompts(w) == 0


def test_no_token_for_now_is_retryable(w: World) -> None:
    w.fault("broken_answer", route="oauth", mode="http_500", times=TOKEN_TRIES)
    answer = w.gateway().initiate(w.request())
    assert isinstance(answer, Rejected)
    assert answer.retryable
    assert isinstance(w.gateway().initiate(w.request()), Accepted)


def test_wrong_passkey_is_unknown_not_rejected(w: World) -> None:
    # Daraja says 500.001.1001 for this and for a subscriber it could not lock
    assert isinstance(w.gateway(passkey="wrong").initiate(w.request()), Unknown)


def test_a_revoked_token_is_renewed_once(w: World) -> None:
    gateway = w.gateway()
    assert isinstance(gateway.initiate(w.request()), Accepted)
    w.fault("token_expired")
    assert isinstance(gateway.initiate(w.request(attempt="att_2")), Accepted)
    assert prompts(w) == 2


def test_a_token_that_never_works_ends_in_a_refusal(w: World) -> None:
    w.fault("token_expired", times=None)
    answer = w.gateway().initiate(w.request())
    assert isinstance(answer, Rejected)
    assert answer.code == "404.001.03"
    assert prompts(w) == 0


def test_a_token_is_renewed_before_it_ends(w: World) -> None:
    gateway = w.gateway()
    gateway.query("ws_CO_none")
    first = w.tokens.get("mpesa:" + w.merchant.key)
    w.clock.advance(3599 - 61)
    gateway.query("ws_CO_none")
    assert w.tokens.get("mpesa:" + w.merchant.key) == first
    w.clock.advance(2)
    gateway.query("ws_CO_none")
    assert w.tokens.get("mpesa:" + w.merchant.key) != first


def test_many_instances_share_one_token(w: World) -> None:
    # each new token kills the last one: were it fetched twice, a client would be refused
    gateways = [w.gateway(StandingClock(w.clock.now())) for _ in range(8)]
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda i=i, g=g: answers.append(g.initiate(w.request(attempt=f"att_{i}"))))
        for i, g in enumerate(gateways)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [type(answer) for answer in answers] == [Accepted] * 8
    assert prompts(w) == 8


BAD = {
    "/phone": {"phone": "0712345678"},
    "/amount": {"amount_cents": 150},
    "/reference": {"reference": "INVOICE-12"},
    "/description": {"description": "a description"},
    "/callback_url": {"callback_url": "https://pay.example.co.ke/mpesa_callback"},
}


@pytest.mark.parametrize(("pointer", "changes"), BAD.items())
def test_what_daraja_would_refuse_is_not_sent(w: World, pointer: str, changes: dict[str, Any]) -> None:
    good = w.request()
    fields = {name: getattr(good, name) for name in CollectRequest.__slots__}
    if pointer == "/description":
        changes = {"description": changes["description"] + "!"}
    with pytest.raises(Invalid) as caught:
        w.gateway().initiate(CollectRequest(**{**fields, **changes}))
    assert [fault.pointer for fault in caught.value.errors] == [pointer]
    assert prompts(w) == 0


@pytest.mark.parametrize("cents", [0, -100, 250_001_00, 99])
def test_amounts_out_of_range_are_not_sent(w: World, cents: int) -> None:
    good = w.request()
    bad = CollectRequest("att_1", PHONE, cents, "INV12", "x", good.callback_url)
    with pytest.raises(Invalid):
        w.gateway().initiate(bad)


def test_every_row_of_the_result_table_has_its_class() -> None:
    expected = {
        Outcome.SUCCESS: {"0"},
        Outcome.FAILED_RETRYABLE: {"1", "1019", "1032", "1037", "2001"},
        Outcome.FAILED_FINAL: {"2", "3", "4", "8"},
        Outcome.UNKNOWN: {"17", "26", "1001", "1025", "9999"},
        Outcome.CONFIG: {"2028", "8006", "SFC_IC0003"},
        Outcome.PENDING: {"4999"},
    }
    found: dict[Outcome, set[str]] = {}
    for row in STK_RESULTS.values():
        found.setdefault(row.outcome, set()).add(row.code)
    assert found == expected


@pytest.mark.parametrize("code", ["", "01", "-1", "0 0", "false", 5, 99999, "0.0", "C2B00011"])
def test_a_code_outside_of_the_table_is_unknown(code: str | int) -> None:
    assert stk_result(code).outcome is Outcome.UNKNOWN


def test_codes_are_read_as_text_or_number() -> None:
    assert stk_result(1032) == stk_result("1032") == stk_result(" 1032 ")
    assert stk_result("1032").outcome.definite_failure
    assert not stk_result("17").outcome.definite_failure
