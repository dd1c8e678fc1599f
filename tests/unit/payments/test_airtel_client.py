"""The Airtel client against simulated Airtel, over real HTTP: what each answer proves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.core.errors import Invalid
from shared.payments.gateways.airtel.answers import enquiry_answer, push_answer, refund_answer
from shared.payments.gateways.airtel.codes import FAILURES, failed
from shared.payments.gateways.port import (
    Accepted,
    Evidence,
    NoAnswer,
    Outcome,
    PayoutResult,
    QueryAnswer,
    Rejected,
    Unknown,
)
from shared.payments.gateways.transport import HttpAnswer
from tests.unit.payments.airtel_world import NINE, World, world


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def test_happy_path(w: World) -> None:
    id_ = w.pay()
    assert id_ == "att1a2b", "our own id, without what Airtel might not take"
    truth, told = w.truth(), w.ask(id_)
    assert (truth.phone, truth.amount_cents, truth.reference) == (NINE, 10_000, "INV12")
    assert isinstance(told, Evidence)
    assert (told.provider, told.kind, told.outcome, told.code) == ("airtel", "query", Outcome.SUCCESS, "TS")
    assert (told.receipt, told.amount_cents) == (truth.money_id, None)
    assert truth.money_id == "MP260301.1300.C00001"


@pytest.mark.parametrize(
    ("action", "pin", "code", "failure"),
    [("cancel", "", "DP00800001005", "no_answer"), ("pin", "9999", "DP00800001002", "wrong_pin")],
)
def test_refusals_of_the_payer(w: World, action: str, pin: str, code: str, failure: str) -> None:
    id_ = w.push()
    w.answer(id_, action, pin)
    told = w.ask(id_)
    assert isinstance(told, Evidence)
    assert (told.outcome, told.code, told.failure) == (Outcome.FAILED_RETRYABLE, code, failure)
    assert told.receipt is None


def test_nobody_answers_and_nobody_has_the_money(w: World) -> None:
    id_ = w.push()
    assert w.ask(id_) == "in_flight"
    w.deliver(91)
    told = w.ask(id_)
    assert isinstance(told, Evidence)
    assert (told.outcome, told.failure) == (Outcome.FAILED_RETRYABLE, "expired")
    poor = w.push(amount=249_999, attempt="att_2b3c")
    w.answer(poor)
    told = w.ask(poor)
    assert isinstance(told, Evidence)
    assert told.failure == "insufficient_funds"


@pytest.mark.parametrize("fault", ["enquiry_ambiguous", "enquiry_in_flight"])
def test_what_is_ambiguous_or_in_flight_proves_nothing(w: World, fault: str) -> None:
    id_ = w.pay()
    w.fault(fault)
    assert w.ask(id_) in {"ambiguous", "in_flight"}
    assert isinstance(w.ask(id_), Evidence)


def test_an_unknown_payment_is_no_answer(w: World) -> None:
    assert w.ask("attnone") == "DP00800001025"


@pytest.mark.parametrize("mode", ["http_500", "close", "hold"])
def test_a_lost_acknowledgement_is_unknown_and_an_enquiry_finds_it(w: World, mode: str) -> None:
    w.fault("lost_ack", mode=mode, seconds=1.5)
    gateway, request = w.gateway(), w.request()
    assert isinstance(gateway.initiate(request), Unknown)
    known_as = gateway.known_as(request.attempt_id)
    w.answer(known_as)
    assert isinstance(w.ask(known_as), Evidence)


def test_the_same_id_again_is_refused_and_prompts_nobody(w: World) -> None:
    w.pay()
    assert w.gateway().initiate(w.request()) == Unknown("duplicate_id", "ESB000041")
    assert w.truth().status == "TS"


def test_an_ambiguous_push_is_unknown_and_a_refused_one_is_not(w: World) -> None:
    w.fault("ambiguous_push")
    assert isinstance(w.gateway().initiate(w.request()), Unknown)
    w.fault("refused_push", code="DP00800001010")
    assert w.gateway().initiate(w.request(attempt="att_9")) == Rejected("DP00800001010", "Refused")
    w.fault("refused_push", code="DP00800001777")
    assert isinstance(w.gateway().initiate(w.request(attempt="att_10")), Unknown), "no code of ours"


@pytest.mark.parametrize("mode", ["http_500", "close", "html_200", "empty_400"])
def test_an_answer_that_proves_nothing(w: World, mode: str) -> None:
    w.fault("outage", route="push", mode=mode)
    assert isinstance(w.gateway().initiate(w.request()), Unknown)
    id_ = w.pay()
    w.fault("outage", route="enquiry", mode=mode)
    assert isinstance(w.gateway().query(id_), NoAnswer)
    w.fault("outage", route="refund", mode=mode)
    assert isinstance(w.refund(w.truth().money_id), Unknown)


def test_nobody_listening_is_rejected_because_nothing_left(w: World) -> None:
    answer = w.gateway(base_url="http://127.0.0.1:1").initiate(w.request())
    assert isinstance(answer, Rejected)
    assert answer.retryable


# --- tokens
def test_one_token_serves_for_two_minutes_and_a_revoked_one_is_renewed(w: World) -> None:
    gateway = w.gateway()
    first = w.pay()
    w.clock.advance(119)
    gateway.query(first)
    assert len(w.airtel.sim.state.all("token")) == 1
    w.clock.advance(2)
    gateway.query(first)
    assert len(w.airtel.sim.state.all("token")) == 2, "renewed a minute before its three are over"
    w.fault("token_expired")
    assert isinstance(gateway.initiate(w.request(attempt="att_77")), Accepted)


def test_a_wrong_key_is_rejected_and_no_token_for_now_is_retryable(w: World) -> None:
    answer = w.gateway(secret="wrong").initiate(w.request())
    assert answer == Rejected("token_http_401", "Airtel gave no access token", retryable=False)
    w.fault("outage", route="token")
    assert w.gateway().query("att1") == NoAnswer("token_http_500")
    w.fault("outage", route="token")
    rejected = w.gateway().initiate(w.request())
    assert isinstance(rejected, Rejected)
    assert rejected.retryable


# --- refunds
def test_a_refund_gives_all_back_once(w: World) -> None:
    w.pay()
    money_id = w.truth().money_id
    done = w.refund(money_id)
    assert isinstance(done, PayoutResult)
    assert (done.kind, done.outcome, done.request_id) == ("reversal", Outcome.SUCCESS, "pyo_1")
    assert w.airtel.sim.account(NINE).balance_cents == 100_000_00
    again = w.refund(money_id)
    assert again == Unknown("http_200", "DP00800001008")
    assert w.airtel.sim.account(NINE).balance_cents == 100_000_00, "not twice"


def test_a_lost_refund_answer_is_unknown(w: World) -> None:
    w.pay()
    w.fault("lost_refund_answer", mode="close")
    assert isinstance(w.refund(w.truth().money_id), Unknown)
    assert w.truth().refunded_at


def test_a_refund_of_what_is_no_receipt_leaves_nothing(w: World) -> None:
    with pytest.raises(Invalid, match="Airtel Money id"):
        w.refund("../../x")


# --- before anything leaves
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"phone": "0733000111"}, "/phone"),
        ({"amount": 0}, "/amount"),
        ({"amount": 250_001}, "/amount"),
        ({"attempt": "a_"}, "/attempt_id"),
    ],
)
def test_what_airtel_would_refuse_is_named_before_it_is_sent(
    w: World, changes: dict[str, object], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        w.gateway().initiate(w.request(**changes))  # type: ignore[arg-type]
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert w.airtel.sim.payments() == []


# --- answers that no simulator gives
def told(status: str, code: str = "", success: bool | None = None, **fields: object) -> HttpAnswer:
    transaction = {"id": "att1", "status": status, **fields}
    envelope = {"response_code": code, "result_code": "ESB000010", "success": success}
    return HttpAnswer(200, {"data": {"transaction": transaction}, "status": envelope})


def test_only_a_whole_success_about_this_payment_is_one() -> None:
    good = enquiry_answer(told("TS", "DP00800001001", True, airtel_money_id="mp1.2"), "att1")
    assert isinstance(good, QueryAnswer)
    assert good.evidence.receipt == "MP1.2"
    cases = {
        "another_request": (told("TS", success=True, airtel_money_id="MP1", id="att2"), "att1"),
        "contradictory": (told("TS", success=False, airtel_money_id="MP1"), "att1"),
        "ambiguous": (told("TF", "DP00800001007", airtel_money_id="MP1"), "att1"),
        "in_flight": (told("TI"), "att1"),
    }
    assert {why: enquiry_answer(*case) for why, case in cases.items()} == {
        why: NoAnswer(why) for why in cases
    }
    assert enquiry_answer(told("TS", success=True), "att1") == NoAnswer("contradictory")
    assert enquiry_answer(told("??"), "att1") == NoAnswer("ambiguous")


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_a_failed_transaction_ends_by_its_code_unless_that_is_ambiguous(code: str) -> None:
    answer = enquiry_answer(told("TF", f"DP00800001{code}", False), "att1")
    if code in {"000", "001", "006", "024", "025"}:
        assert answer == NoAnswer("ambiguous")
    else:
        assert isinstance(answer, QueryAnswer)
        assert answer.evidence.outcome.definite_failure
        assert answer.evidence.failure == FAILURES[code].failure


def test_a_failure_without_a_known_code_is_a_failure() -> None:
    assert failed("") == failed("DP00800001999")
    assert failed("").outcome is Outcome.FAILED_RETRYABLE


def test_shapes_that_mean_nothing_prove_nothing() -> None:
    for body in ({}, {"data": []}, {"data": {"transaction": "x"}, "status": {"success": "true"}}):
        answer = HttpAnswer(200, body)
        assert isinstance(push_answer(answer, "att1"), Unknown)
        assert isinstance(enquiry_answer(answer, "att1"), NoAnswer)
        assert isinstance(refund_answer(answer, "pyo"), Unknown)
    true_as_text = {"status": {"success": "true", "result_code": "ESB000010"}}
    assert isinstance(push_answer(HttpAnswer(200, true_as_text), "att1"), Unknown)


def test_the_documented_sample_of_a_refund_is_a_success() -> None:
    """It says ``success: false`` beside SUCCESS and ESB000010."""
    status = {"code": "200", "message": "SUCCESS", "result_code": "ESB000010", "success": False}
    sample = {"data": {"transaction": {"airtel_money_id": "CI2", "status": "SUCCESS"}}, "status": status}
    done = refund_answer(HttpAnswer(200, sample), "pyo_1")
    assert isinstance(done, PayoutResult)
    assert done.outcome is Outcome.SUCCESS
