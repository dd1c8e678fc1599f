"""The port's rules, kept by every gateway alike, each against its own simulated provider over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.core.errors import HesabuError, Invalid
from shared.payments.gateways.port import (
    Accepted,
    Evidence,
    Gateway,
    InitiateAnswer,
    Lists,
    NoAnswer,
    Outcome,
    PaysOut,
    QueryAnswer,
    Refunds,
    Rejected,
    Unknown,
)
from tests.unit.local.safaricom_world import world as safaricom_world
from tests.unit.payments.airtel_world import world as airtel_world


@dataclass
class Case:
    """One provider under test: how its world counts prompts and receives callbacks, and its route."""

    w: Any
    route: str
    query_route: str

    @property
    def gateway(self) -> Gateway:
        made: Gateway = self.w.gateway()
        return made

    def prompts(self) -> int:
        sim = getattr(self.w, "safaricom", None) or self.w.airtel
        return len(sim.sim.state.all("push")) + len(sim.sim.state.all("payment"))

    def callbacks(self) -> list[bytes]:
        return [post.body for post in self.w.receiver.posts if f"/ipn/{self.route}/" in post.path]


@contextmanager
def opened(provider: str) -> Iterator[Case]:
    made = safaricom_world() if provider == "mpesa" else airtel_world("the-key")
    routes = ("stk", "query") if provider == "mpesa" else ("airtel", "enquiry")
    with made as w:
        yield Case(w, *routes)


@pytest.fixture(params=["mpesa", "airtel"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with opened(request.param) as made:
        yield made


def accepted(case: Case) -> str:
    answer = case.gateway.initiate(case.w.request())
    assert isinstance(answer, Accepted)
    return answer.request_id


def proven(case: Case, request_id: str) -> Evidence:
    answer = case.gateway.query(request_id)
    assert isinstance(answer, QueryAnswer), answer
    return answer.evidence


def test_capabilities_say_what_the_gateway_has(case: Case) -> None:
    gateway = case.gateway
    can = gateway.capabilities
    assert can.can_list == isinstance(gateway, Lists)
    assert can.can_refund == isinstance(gateway, PaysOut | Refunds)
    assert can.can_refund or not can.partial_refunds
    assert 0 < can.min_cents < can.max_cents
    assert can.query_floor_seconds >= 0


def test_amounts_outside_of_the_limits_are_refused_before_anything_is_sent(case: Case) -> None:
    can = case.gateway.capabilities
    for cents in (0, -100, can.min_cents - 1, can.min_cents + 1, can.max_cents + 100):
        wrong = replace(case.w.request(), amount_cents=cents)
        with pytest.raises(Invalid) as refused:
            case.gateway.initiate(wrong)
        assert refused.value.code == "collect_invalid"
    assert case.prompts() == 0


def test_one_push_is_one_prompt_and_its_success_is_told_by_query_and_callback_alike(case: Case) -> None:
    id_ = accepted(case)
    assert case.gateway.known_as("att_1a2b") in {"", id_}
    case.w.answer(id_)
    case.w.deliver()
    said, asked = case.gateway.parse(case.route, {}, case.callbacks()[0]), proven(case, id_)
    assert case.prompts() == 1
    for evidence, kind in ((said, "callback"), (asked, "query")):
        assert (evidence.provider, evidence.kind) == (case.gateway.provider, kind)
        assert (evidence.outcome, evidence.request_id) == (Outcome.SUCCESS, id_)
    assert asked.receipt in {None, said.receipt}


def test_a_failure_is_definite_by_query_and_has_a_word(case: Case) -> None:
    id_ = accepted(case)
    case.w.answer(id_, "pin", "9999")
    failed = proven(case, id_)
    assert failed.outcome is Outcome.FAILED_RETRYABLE
    assert failed.failure == "wrong_pin"
    assert failed.receipt is None


def test_an_open_prompt_and_an_unknown_request_are_no_answer(case: Case) -> None:
    assert isinstance(case.gateway.query(accepted(case)), NoAnswer)
    assert isinstance(case.gateway.query("attnone"), NoAnswer)


@pytest.mark.parametrize("mode", ["http_500", "close", "hold"])
def test_a_lost_acknowledgement_is_unknown_and_prompted_once(case: Case, mode: str) -> None:
    case.w.fault("lost_ack", mode=mode, seconds=1.5)
    assert isinstance(case.gateway.initiate(case.w.request()), Unknown)
    assert case.prompts() == 1


def test_nobody_there_is_a_refusal_that_may_be_tried_again(case: Case) -> None:
    away = case.w.gateway(base_url="http://127.0.0.1:1")
    answer: InitiateAnswer = away.initiate(case.w.request())
    assert isinstance(answer, Rejected)
    assert answer.retryable
    assert isinstance(away.query("att1"), NoAnswer)


def test_a_wrong_secret_prompts_nobody_and_is_no_answer(case: Case) -> None:
    wrong = case.w.gateway(secret="wrong")
    answer = wrong.initiate(case.w.request())
    assert isinstance(answer, Rejected)
    assert not answer.retryable
    assert isinstance(wrong.query("att1"), NoAnswer)
    assert case.prompts() == 0


def test_a_token_that_dies_is_renewed_and_nothing_is_prompted_twice(case: Case) -> None:
    gateway = case.gateway
    case.w.fault("token_expired")
    assert isinstance(gateway.initiate(case.w.request()), Accepted)
    assert case.prompts() == 1


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"nonsense", b'{"transaction":1,"Body":2}', b"\xff\xfe"])
def test_what_nobody_posts_is_refused_with_a_code(case: Case, raw: bytes) -> None:
    with pytest.raises(HesabuError) as refused:
        case.gateway.parse(case.route, {}, raw)
    assert isinstance(refused.value, Invalid)
    assert refused.value.code
