"""What arrives at /ipn: kept whole before it is understood, answered 200, and never able to hurt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from shared.payments.consumer import settle_consumer
from shared.payments.evidence import Address, body_of, keep
from shared.payments.gateways.daraja.urls import callback_url
from shared.payments.ipn import LIMIT, api
from shared.store import Doc, Key
from tests.unit.payments.collecting import PAYBILL, Desk, stk_body

FIXTURE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HOSTILE = [
    b"",
    b"\x00",
    b"\xff\xfe\x00{",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b'{"Body":null}',
    b'{"Body":{"stkCallback":[]}}',
    b'{"Body":{"stkCallback":{"CheckoutRequestID":"ws","ResultCode":NaN}}}',
    b'{"Body":{"stkCallback":{"CheckoutRequestID":"ws","ResultCode":0,"ResultCode":1}}}',
    b'{"Body":' * 5000 + b"1" + b"}" * 5000,
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":"\\ud800"}',
    stk_body(0, Amount="-5"),
    stk_body(0, Amount=True),
    stk_body(0, Amount=1e400),
    stk_body(0, MpesaReceiptNumber="'; DROP TABLE payments; --"),
    stk_body(0, TransactionDate=20269999999999),
]


def path(desk: Desk, attempt: str = "att_1", route: str = "stk") -> str:
    secret = desk.settings.callback_secret.get_secret_value()
    return callback_url("http://127.0.0.1", route, desk.business, attempt, secret).removeprefix(
        "http://127.0.0.1"
    )


def post(desk: Desk, where: str, raw: bytes) -> tuple[int, bytes]:
    environ = EnvironBuilder(method="POST", path=where, data=raw).get_environ()
    answer = api.serve(desk, Request(environ))
    return answer.status_code, answer.get_data()


def kept(desk: Desk) -> list[Doc]:
    ids = [event["data"]["evidence_id"] for event in desk.events("callback.received.v1")]
    return [desk.store.require(desk.business, Key("callbacks", evidence_id)) for evidence_id in ids]


def letters(desk: Desk) -> list[dict[str, Any]]:
    return desk.docs("dead_letters", "recorded_at")


@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: repr(raw[:40]))
def test_a_hostile_body_is_answered_kept_and_buried(desk: Desk, raw: bytes) -> None:
    attempt = desk.ask()
    assert post(desk, path(desk, attempt), raw) == (200, b'{"ResultCode":0,"ResultDesc":"Accepted"}')
    assert [body_of(doc) for doc in kept(desk)] == [raw]
    settle_consumer.handle(desk, desk.events("callback.received.v1")[0])
    assert [letter["consumer"] for letter in letters(desk)] == ["settle"]
    assert desk.doc("attempts", attempt)["status"] == "pending"
    assert desk.docs("payments", "paid_at") == []


@FIXTURE
@given(raw=st.binary(max_size=2000))
def test_any_bytes_are_kept_exactly(desk: Desk, raw: bytes) -> None:
    desk.bus.events.clear()
    status, _ = post(desk, path(desk, "att_any"), raw)
    assert status == 200
    assert all(body_of(doc) == raw for doc in kept(desk))


def test_the_same_body_again_is_the_same_evidence(desk: Desk) -> None:
    address = Address("stk", desk.business, "att_1")
    first = [keep(desk, address, b"body", {}) for _ in range(3)]
    assert len(set(first)) == 1
    assert len(desk.events("callback.received.v1")) == 1
    assert keep(desk, Address("stk", desk.business, "att_2"), b"body", {}) not in first
    assert keep(desk, Address("c2b/confirmation", desk.business, "att_1"), b"body", {}) not in first


def test_only_harmless_headers_are_kept_and_cut(desk: Desk) -> None:
    headers = {"user-agent": "x" * 999, "authorization": "Bearer secret", "businessshortcode": PAYBILL}
    keep(desk, Address("stk", desk.business, "att_1"), b"body", headers)
    assert kept(desk)[0].data["headers"] == {"user-agent": "x" * 300, "businessshortcode": PAYBILL}


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p[:-1] + ("0" if p[-1] != "0" else "1"),
        lambda p: p.replace("att_1", "att_2"),
        lambda p: p.replace("biz_1", "biz_2"),
        lambda p: p.replace("/stk/", "/c2b/confirmation/"),
        lambda p: p + "0",
        lambda p: p.rsplit("/", 1)[0] + "/" + "0" * 64,
    ],
)
def test_an_address_that_does_not_prove_itself_does_not_exist(desk: Desk, change: Any) -> None:
    status, body = post(desk, change(path(desk)), stk_body())
    assert (status, json.loads(body)["code"]) == (404, "not_found")
    assert desk.bus.events == []


def test_a_body_over_the_limit_is_refused_and_not_kept(desk: Desk) -> None:
    assert post(desk, path(desk), b" " * (LIMIT + 1))[0] == 413
    assert desk.bus.events == []
    assert post(desk, path(desk), b" " * LIMIT)[0] == 200


def test_a_callback_is_kept_when_the_bus_is_down_and_published_by_the_relay(desk: Desk) -> None:
    desk.bus.down = True
    assert post(desk, path(desk), stk_body())[0] == 200
    desk.bus.down = False
    desk.clock.advance(11)
    assert desk.outbox.relay(desk.business) == 1
    assert len(kept(desk)) == 1


@pytest.mark.parametrize(
    ("shortcode", "answer"), [(PAYBILL, 0), ("600999", "C2B00015")], ids=["ours", "somebody else's"]
)
def test_validation_turns_away_only_what_is_meant_for_another_shortcode(
    desk: Desk, shortcode: str, answer: int | str
) -> None:
    question = {"TransID": "UC2ABC1234", "TransAmount": "10", "BusinessShortCode": shortcode}
    status, body = post(desk, path(desk, PAYBILL, "c2b/validation"), json.dumps(question).encode())
    assert (status, json.loads(body)["ResultCode"]) == (200, answer)
    assert desk.bus.events == []


@pytest.mark.parametrize("raw", HOSTILE[:8], ids=lambda raw: repr(raw[:40]))
def test_a_validation_that_cannot_be_read_does_not_turn_money_away(desk: Desk, raw: bytes) -> None:
    status, body = post(desk, path(desk, PAYBILL, "c2b/validation"), raw)
    assert (status, json.loads(body)["ResultCode"]) == (200, 0)
