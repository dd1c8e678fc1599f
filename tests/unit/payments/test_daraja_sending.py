"""Sending money through simulated Safaricom over real HTTP: what each answer and each result proves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from mpesa_mcp.helpers import parse_callback as judge
from mpesa_mcp.validation import validate

from local.safaricom.sending import outgoing
from shared.payments.gateways.daraja.payloads import parse_result
from shared.payments.gateways.daraja.sending import balance_body, payout_body, reversal_body, status_body
from shared.payments.gateways.daraja.sent_results import payout_result
from shared.payments.gateways.port import (
    Accepted,
    InitiateAnswer,
    Outcome,
    PayoutRequest,
    PayoutResult,
    PaysOut,
    Rejected,
    Unknown,
)
from tests.unit.local.safaricom_world import PHONE, World, world

HTTPS = {"result_url": "https://pay.example.co.ke/r", "timeout_url": "https://pay.example.co.ke/t"}


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        made.hold(10_000)
        yield made


def told(w: World, part: str = "/ipn/result/", kind: str = "payout") -> PayoutResult:
    """The last result that the business was told, as the client reads it; the judge reads it alike."""
    post = [post for post in w.receiver.posts if part in post.path][-1]
    read = parse_result(post.body)
    theirs = judge(json.loads(post.body))
    assert (theirs["success"], str(theirs["result_code"])) == (read.succeeded, read.code)
    return payout_result(read, kind, "pyo_1")


def received(w: World) -> str:
    """The receipt of a payment that the business got."""
    w.pay(amount=1000)
    return str(w.safaricom.sim.state.all("transaction")[-1][1]["receipt"])


def accepted(answer: InitiateAnswer) -> Accepted:
    assert isinstance(answer, Accepted), answer
    return answer


def test_the_gateway_pays_out() -> None:
    with world() as w:
        assert isinstance(w.gateway(), PaysOut)


def test_a_payout_moves_money_once_and_tells_how(w: World) -> None:
    request = w.payout()
    assert accepted(w.gateway().pay_out(request)).request_id == "pyo_1"
    w.deliver()
    result = told(w)
    (sent,) = outgoing(w.safaricom.sim)
    assert (result.kind, result.outcome, result.request_id) == ("payout", Outcome.SUCCESS, "pyo_1")
    assert (result.receipt, result.amount_cents, result.at) == (sent.receipt, 50_000, w.clock.now())
    assert (w.held(), w.safaricom.sim.account(PHONE).balance_cents) == (9_500, 100_500_00)
    assert result.provider_id.startswith("AG_20260301_")


def test_a_second_sending_pays_nothing_and_is_accepted(w: World) -> None:
    gateway = w.gateway()
    gateway.pay_out(w.payout())
    assert gateway.pay_out(w.payout()) == Accepted("pyo_1")
    w.deliver()
    assert gateway.pay_out(w.payout()) == Accepted("pyo_1")
    w.deliver()
    assert len(outgoing(w.safaricom.sim)) == 1
    assert len(w.receiver.bodies("/ipn/result/")) == 1


@pytest.mark.parametrize("mode", ["http_500", "close"])
def test_a_lost_acknowledgement_is_unknown_and_may_be_sent_again(w: World, mode: str) -> None:
    w.fault("lost_ack", route="payout", mode=mode)
    assert isinstance(w.gateway().pay_out(w.payout()), Unknown | Accepted)
    assert accepted(w.gateway().pay_out(w.payout())).request_id == "pyo_1"
    w.deliver()
    assert len(outgoing(w.safaricom.sim)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_cents": 900}, "/amount_cents"),
        ({"amount_cents": 25_000_100}, "/amount_cents"),
        ({"amount_cents": 1050}, "/amount_cents"),
        ({"phone": "0712345678"}, "/phone"),
        ({"request_id": ""}, "/request_id"),
        ({"result_url": "https://pay.example.co.ke/mpesa"}, "/result_url"),
        ({"timeout_url": "http://pay.example.co.ke/t"}, "/timeout_url"),
    ],
)
def test_what_daraja_would_refuse_never_leaves(w: World, changes: dict[str, Any], field: str) -> None:
    answer = w.gateway().pay_out(replace(w.payout(), **changes))
    assert isinstance(answer, Rejected)
    assert answer.code == "payout_invalid"
    assert field in answer.message
    assert w.safaricom.sim.state.all("token") == []


@pytest.mark.parametrize(
    ("initiator", "certificate", "expected"),
    [
        ("", None, "DARAJA_INITIATOR: is missing"),
        ("op", "", "DARAJA_CERTIFICATE: is missing"),
        ("op", "no such file", "DARAJA_CERTIFICATE: names no file"),
        ("op", "aGVsbG8=", "DARAJA_CERTIFICATE: is not an X.509 certificate"),
    ],
)
def test_unusable_settings_are_named(
    w: World, initiator: str, certificate: str | None, expected: str
) -> None:
    given = {"name": initiator, **({} if certificate is None else {"certificate": certificate})}
    answer = w.gateway(initiator=w.initiator(**given)).pay_out(w.payout())
    assert isinstance(answer, Rejected)
    assert answer.code == "settings_invalid"
    assert answer.message.startswith(expected)


@pytest.mark.parametrize("change", [{"name": "nobody"}, {"password": "wrong"}])
def test_a_wrong_initiator_is_a_result_about_our_setup(w: World, change: dict[str, str]) -> None:
    w.gateway(initiator=w.initiator(**change)).pay_out(w.payout())
    w.deliver()
    assert (told(w).outcome, told(w).code) == (Outcome.CONFIG, "2001")
    assert w.held() == 10_000


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("1", Outcome.FAILED_RETRYABLE),
        ("2040", Outcome.FAILED_FINAL),
        ("8006", Outcome.CONFIG),
        ("26", Outcome.UNKNOWN),
        ("777", Outcome.UNKNOWN),
    ],
)
def test_a_failure_has_no_parameters_and_moves_nothing(w: World, code: str, outcome: Outcome) -> None:
    w.fault("request_fails", route="payout", code=code)
    w.gateway().pay_out(w.payout())
    w.deliver()
    result = told(w)
    assert (result.outcome, result.code, result.receipt, result.amount_cents) == (outcome, code, "", None)
    assert w.held() == 10_000


def test_more_than_the_float_is_refused(w: World) -> None:
    w.gateway().pay_out(w.payout(shillings=10_001))
    w.deliver()
    assert (told(w).code, w.held()) == ("1", 10_000)


def test_a_queue_time_out_goes_to_its_own_address_though_money_moved(w: World) -> None:
    w.fault("queue_timeout", route="payout")
    w.gateway().pay_out(w.payout())
    w.deliver()
    assert w.receiver.bodies("/ipn/result/") == []
    (body,) = w.receiver.bodies("/ipn/timeout/")
    assert parse_result(body).code == "1"  # of the same form as a failure: the address decides
    assert len(outgoing(w.safaricom.sim)) == 1


@pytest.mark.parametrize(
    ("fault", "status", "outcome"),
    [
        ("queue_timeout", "Completed", Outcome.SUCCESS),
        ("queue_lost", "The transaction does not exist.", Outcome.UNKNOWN),
        ("request_fails", "Failed", Outcome.FAILED_FINAL),
    ],
)
def test_status_tells_what_became_of_a_request(w: World, fault: str, status: str, outcome: Outcome) -> None:
    w.fault(fault, route="payout")
    w.gateway().pay_out(w.payout())
    w.deliver()
    accepted(w.gateway().ask_status(w.payout()))
    w.deliver()
    result = told(w, "/status", "status")
    assert (result.outcome, result.description) == (outcome, status)
    if outcome is Outcome.SUCCESS:
        assert (result.receipt, result.amount_cents) == (outgoing(w.safaricom.sim)[0].receipt, 50_000)


def test_a_question_that_fails_says_nothing_about_the_money(w: World) -> None:
    w.gateway().pay_out(w.payout())
    w.fault("request_fails", route="status", code="1")
    w.gateway().ask_status(w.payout())
    w.deliver()
    assert told(w, "/status", "status").outcome is Outcome.UNKNOWN


def test_a_payment_is_reversed_once(w: World) -> None:
    receipt = received(w)
    request = w.payout(shillings=1000, receipt=receipt)
    before = w.safaricom.sim.account(PHONE).balance_cents
    accepted(w.gateway().reverse(request))
    w.deliver()
    result = told(w, "/reversal", "reversal")
    assert (result.outcome, result.amount_cents, result.charge_cents) == (Outcome.SUCCESS, 100_000, 0)
    assert result.at == w.clock.now()
    assert result.receipt == outgoing(w.safaricom.sim)[0].receipt != receipt
    assert w.safaricom.sim.account(PHONE).balance_cents == before + 100_000
    w.gateway().reverse(request)
    w.deliver()
    again = told(w, "/reversal", "reversal")
    assert (again.code, again.outcome) == ("R000001", Outcome.UNKNOWN)
    assert len(outgoing(w.safaricom.sim)) == 1


def test_a_reversal_of_nothing(w: World) -> None:
    w.gateway().reverse(w.payout(receipt="UC1ZZZZZZZ"))
    w.deliver()
    result = told(w, "/reversal", "reversal")
    assert (result.code, result.outcome) == ("R000002", Outcome.FAILED_FINAL)


@pytest.mark.parametrize("fault", ["lost_callback", "duplicate_callback", "late_callback"])
def test_results_are_lost_doubled_and_late_on_demand(w: World, fault: str) -> None:
    w.fault(fault, target="result", seconds=60)
    w.gateway().pay_out(w.payout())
    w.deliver()
    at_once = len(w.receiver.posts)
    w.deliver(61)
    expected = {"lost_callback": (0, 0), "duplicate_callback": (2, 2), "late_callback": (0, 1)}
    assert (at_once, len(w.receiver.posts)) == expected[fault]
    assert len(outgoing(w.safaricom.sim)) == 1


def test_every_body_passes_the_judge(w: World) -> None:
    account = w.account()
    request = replace(w.payout(), receipt="UC2ABC1234", **HTTPS)
    question = replace(request, request_id="")
    assert validate("b2c", payout_body(account, request, "c")) == []
    assert validate("reversal", reversal_body(account, request, "c")) == []
    assert validate("status", status_body(account, request, "c")) == []
    assert validate("status", status_body(account, question, "c")) == []
    assert validate("balance", balance_body(account, request, "c")) == []


@pytest.mark.parametrize(
    ("purpose", "command"),
    [("salary", "SalaryPayment"), ("promotion", "PromotionPayment"), ("refund", "BusinessPayment")],
)
def test_the_purpose_chooses_the_command(w: World, purpose: str, command: str) -> None:
    assert payout_body(w.account(), w.payout(purpose=purpose), "c")["CommandID"] == command


@pytest.mark.parametrize(("remarks", "sent"), [("", "Payment"), ("é", "Payment"), ("Ref <1>", "Ref 1")])
def test_remarks_are_plain_and_never_empty(w: World, remarks: str, sent: str) -> None:
    assert payout_body(w.account(), w.payout(remarks=remarks), "c")["Remarks"] == sent


def test_secrets_are_not_in_what_is_printed(w: World) -> None:
    text = repr(w.account())
    assert w.merchant.secret not in text
    assert w.merchant.initiator_password not in text


def test_a_request_without_a_name_asks_about_the_receipt(w: World) -> None:
    receipt = received(w)
    asked = PayoutRequest("", "", 0, "", "Question", receipt, w.payout().result_url, w.payout().timeout_url)
    w.gateway().ask_status(asked)
    w.deliver()
    result = told(w, "/status", "status")
    assert (result.outcome, result.receipt, result.amount_cents) == (Outcome.SUCCESS, receipt, 100_000)
