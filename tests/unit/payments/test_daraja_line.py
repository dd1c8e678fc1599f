"""How we treat Daraja: fast as agreed, patient where it cannot charge twice, quiet while it is down."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.core import logs
from shared.core.breaker import FAILURES, PAUSE, Breaker, Circuit
from shared.core.clock import ManualClock
from shared.payments.gateways.daraja.client import PUSH, QUERY
from shared.payments.gateways.daraja.line import TRIES, Answer, Line, healthy, pause
from shared.payments.gateways.daraja.sending import BALANCE, PAYOUT, REVERSAL, STATUS
from shared.payments.gateways.daraja.throttle import Throttle
from shared.payments.gateways.port import Accepted, NoAnswer, QueryAnswer, Rejected, Unknown
from shared.payments.gateways.spoken import LONGEST_TEXT, shown
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer
from tests.support.log_lines import captured
from tests.unit.local.safaricom_world import PHONE, World, world

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
DOWN = NoHttpAnswer("ConnectTimeout", sent=False)
GONE = NoHttpAnswer("ConnectionError", sent=True)
SLOW = NoHttpAnswer("ReadTimeout", sent=True)
HTML = HttpAnswer(500, {})
SPIKE = HttpAnswer(500, {"errorCode": "500.003.02"})
QUOTA = HttpAnswer(500, {"errorCode": "500.003.03"})
IN_FLIGHT = HttpAnswer(500, {"errorCode": "500.001.1001"})
GOOD = HttpAnswer(200, {"ResponseCode": "0"})


class Told:
    """A transport that answers what it is told, the last answer for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.calls = list(answers), 0

    def _next(self) -> Answer:
        self.calls += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def get_basic(self, path: str, user: str, password: str) -> Answer:
        return self._next()

    def post(self, path: str, body: Mapping[str, Any], bearer: str) -> Answer:
        return self._next()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        made.hold(10_000)
        yield made


@pytest.mark.parametrize("path", [QUERY, STATUS, BALANCE, PAYOUT, "/pulltransactions/v1/query"])
@pytest.mark.parametrize("bad", [DOWN, GONE, HTML, SPIKE], ids=["down", "gone", "html", "spike"])
def test_what_cannot_charge_twice_is_tried_again(clock: ManualClock, path: str, bad: Answer) -> None:
    told = Told(bad, GOOD)
    assert Line(told, clock).post(path, {}, "t") == GOOD
    assert told.calls == 2
    assert clock.now() > START


@pytest.mark.parametrize("path", [PUSH, REVERSAL, "/v1/billmanager-invoice/single-invoicing", "/unknown"])
@pytest.mark.parametrize("bad", [DOWN, GONE, HTML, SPIKE], ids=["down", "gone", "html", "spike"])
def test_what_could_charge_twice_is_sent_once(clock: ManualClock, path: str, bad: Answer) -> None:
    told = Told(bad, GOOD)
    assert Line(told, clock).post(path, {}, "t") == bad
    assert (told.calls, clock.now()) == (1, START)


@pytest.mark.parametrize("answer", [IN_FLIGHT, QUOTA, SLOW, GOOD, HttpAnswer(400, {})])
def test_an_answer_that_would_stay_the_same_is_not_asked_for_again(
    clock: ManualClock, answer: Answer
) -> None:
    told = Told(answer)
    assert Line(told, clock).post(QUERY, {}, "t") == answer
    assert told.calls == 1


def test_tries_end(clock: ManualClock) -> None:
    told = Told(HTML)
    assert Line(told, clock).post(QUERY, {}, "t") == HTML
    assert told.calls == TRIES


def test_pauses_double_and_part_from_each_other() -> None:
    first, second = ([pause(HTML, tried, str(n)) for n in range(50)] for tried in (1, 2))
    assert (min(first) >= 0.2, max(first) < 0.6, len(set(first)) > 25) == (True, True, True)
    assert (min(second) >= 0.4, max(second) < 1.2) == (True, True)
    assert pause(SPIKE, 1, "0") > pause(HTML, 1, "0")
    assert pause(HTML, 1, "same") == pause(HTML, 1, "same")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        *((one, True) for one in (GOOD, IN_FLIGHT, QUOTA, HttpAnswer(404, {}))),
        *((one, False) for one in (HTML, SPIKE, DOWN, SLOW, HttpAnswer(429, {}))),
    ],
)
def test_health(answer: Answer, expected: bool) -> None:
    assert healthy(answer) is expected


def test_the_breaker_opens_tries_once_and_closes(clock: ManualClock) -> None:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.state is Circuit.CLOSED
        breaker.record(False)
    assert (breaker.state, breaker.allows()) == (Circuit.OPEN, False)
    clock.advance(PAUSE.total_seconds())
    assert breaker.state is Circuit.HALF_OPEN
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.record(False)
    assert breaker.state is Circuit.OPEN
    clock.advance(PAUSE.total_seconds())
    assert breaker.allows()
    breaker.record(True)
    assert (breaker.state, breaker.allows()) == (Circuit.CLOSED, True)


def test_a_success_between_failures_keeps_it_closed(clock: ManualClock) -> None:
    breaker = Breaker(clock)
    for _ in range(3):
        for _ in range(FAILURES - 1):
            breaker.record(False)
        breaker.record(True)
    assert breaker.state is Circuit.CLOSED


def test_while_it_is_open_nothing_is_sent_and_that_is_certain(clock: ManualClock) -> None:
    told = Told(HTML)
    line = Line(told, clock)
    for _ in range(FAILURES):
        line.post(PUSH, {}, "t")
    assert line.post(PUSH, {}, "t") == NoHttpAnswer("circuit_open", sent=False)
    assert told.calls == FAILURES


def test_the_throttle_spreads_calls(clock: ManualClock) -> None:
    throttle = Throttle(10, clock)
    assert all(throttle.pass_through() for _ in range(10))
    assert clock.now() == START  # a full bucket lets as many through at once
    assert all(throttle.pass_through() for _ in range(20))
    assert timedelta(seconds=1.9) <= clock.now() - START <= timedelta(seconds=2.1)


def test_the_throttle_gives_up_what_would_wait_too_long() -> None:
    class Standing(ManualClock):
        def sleep(self, seconds: float) -> None:
            """Time stands: as if all callers came at once."""

    throttle = Throttle(2, Standing(START))
    passed = [throttle.pass_through() for _ in range(20)]
    assert passed == [True] * 12 + [False] * 8  # two at once and five seconds' worth behind them


def test_without_a_rate_all_pass(clock: ManualClock) -> None:
    assert all(Throttle(0, clock).pass_through() for _ in range(1000))
    assert clock.now() == START


def test_a_throttled_push_is_rejected_for_certain(w: World) -> None:
    class Standing(ManualClock):
        def sleep(self, seconds: float) -> None:
            """Time stands."""

    from shared.payments.gateways.daraja.client import DarajaGateway

    gateway = DarajaGateway(w.account(), Standing(START), w.tokens, calls_per_second=1)
    answers = [gateway.initiate(w.request(amount=n + 1)) for n in range(8)]
    assert [type(a) for a in answers] == [Accepted] * 5 + [Rejected] * 3
    assert len(w.safaricom.sim.state.all("push")) == 5


def test_spike_arrest_is_waited_out_by_a_payout(w: World) -> None:
    w.fault("spike_arrest", route="payout", times=2)
    assert w.gateway().pay_out(w.payout()) == Accepted("pyo_1", w.safaricom.sim.state.all("asked")[0][0])


def test_a_lost_acknowledgement_of_a_payout_is_repaired_at_once(w: World) -> None:
    w.fault("lost_ack", route="payout", mode="http_500")
    assert w.gateway().pay_out(w.payout()) == Accepted("pyo_1")
    assert len(w.safaricom.sim.state.all("asked")) == 1


def test_a_push_whose_acknowledgement_is_lost_is_not_repeated(w: World) -> None:
    w.fault("lost_ack", mode="http_500")
    assert isinstance(w.gateway().initiate(w.request()), Unknown)
    assert len(w.safaricom.sim.state.all("push")) == 1


def test_a_daraja_that_is_down_is_left_alone(w: World) -> None:
    checkout = w.pay()
    gateway = w.gateway()
    w.fault("broken_answer", route="query", mode="http_500", times=None)
    assert {type(gateway.query(checkout)) for _ in range(4)} == {NoAnswer}
    assert gateway.query(checkout) == NoAnswer("circuit_open")
    w.safaricom.sim.state.delete("fault", "000001")
    w.clock.advance(PAUSE.total_seconds())
    assert isinstance(gateway.query(checkout), QueryAnswer)


SECRETS = {
    "Password": "cGFzcw==",
    "SecurityCredential": "A" * 344,
    "PartyA": 254712345678,
    "PhoneNumber": "254712345678",
    "CallBackURL": "https://pay.example/ipn/stk/biz/att/" + "ab" * 32,
    "access_token": "tok-1234567890",
    "QRCode": "B" * 50_000,
    "Response": [[{"msisdn": "254712345678", "sender": "x", "organizationname": "JANE"}]],
    "Remarks": "call 0712 345 678 or jane@example.com",
}


def test_what_is_logged_holds_no_secret_and_is_short() -> None:
    text = shown(SECRETS)
    for secret in (
        "cGFzcw",
        "AAAAA",
        "712345678",
        "345 678",
        "abababab",
        "tok-123",
        "B" * 30,
        "JANE",
        "jane@",
    ):
        assert secret not in text, secret
    assert "2547*****678" in text
    assert len(text) < LONGEST_TEXT
    assert len(shown({str(n): "x" * 150 for n in range(1000)})) < LONGEST_TEXT + 50


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_exchanges_are_logged_for_debugging_only(
    w: World, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "debugging", lambda: level == "DEBUG")
    with captured() as lines:
        w.push()
    told = lines.of(message="daraja call")
    assert [line["operation"] for line in told] == (["token", "push"] if level == "DEBUG" else [])
    assert PHONE not in json.dumps(told)
    assert w.merchant.secret not in json.dumps(told)
