"""Results and time-outs at /ipn: kept whole, answered 200, read by their address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.payments.consumer import settle_consumer
from shared.payments.gateways.port import Outcome
from shared.payments.results import addresses, read_result
from tests.unit.payments.collecting import Desk
from tests.unit.payments.test_callback_intake import HOSTILE, kept, letters, post

ANSWER = (200, b'{"ResultCode":0,"ResultDesc":"Accepted"}')


def body(code: Any = 0) -> bytes:
    return json.dumps({"Result": {"ResultCode": code, "ConversationID": "AG_1"}}).encode()


def path(desk: Desk, route: str = "result", kind: str = "") -> str:
    urls = addresses(desk, desk.business, "pyo_1")
    url = urls.result if route == "result" else urls.timeout
    return url.removeprefix(desk.settings.public_url) + (f"/{kind}" if kind else "")


@pytest.mark.parametrize(
    ("route", "kind", "code", "outcome"),
    [
        ("result", "", 0, Outcome.SUCCESS),
        ("result", "", "1", Outcome.FAILED_RETRYABLE),
        ("result", "reversal", "R000002", Outcome.FAILED_FINAL),
        ("result", "status", 1, Outcome.UNKNOWN),
        ("timeout", "", 1, Outcome.UNKNOWN),
        ("timeout", "reversal", 0, Outcome.UNKNOWN),
    ],
)
def test_the_address_says_what_was_asked(
    desk: Desk, route: str, kind: str, code: Any, outcome: Outcome
) -> None:
    assert post(desk, path(desk, route, kind), body(code)) == ANSWER
    (record,) = kept(desk)
    result = read_result(record)
    assert (result.kind, result.request_id, result.outcome) == (kind or "payout", "pyo_1", outcome)


def test_a_time_out_needs_no_body_that_can_be_read(desk: Desk) -> None:
    post(desk, path(desk, "timeout"), b"<html>")
    assert read_result(kept(desk)[0]).code == "queue_timeout"


@pytest.mark.parametrize("raw", [*HOSTILE, body(True), b'{"Result":[]}'], ids=lambda raw: repr(raw[:30]))
def test_a_hostile_result_is_answered_kept_and_buried(desk: Desk, raw: bytes) -> None:
    assert post(desk, path(desk), raw) == ANSWER
    settle_consumer.handle(desk, desk.events("callback.received.v1")[0])
    assert [letter["consumer"] for letter in letters(desk)] == ["settle"]


def test_addresses_of_others_do_not_exist(desk: Desk) -> None:
    good = path(desk)
    forged = (
        good.replace("pyo_1", "pyo_2"),
        good.replace(desk.business, "biz_2"),
        good.replace("/result/", "/timeout/"),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        f"{good}/anything",
    )
    assert {post(desk, one, body())[0] for one in forged} == {404}
    assert kept(desk) == []


def test_the_same_result_twice_is_one_evidence(desk: Desk) -> None:
    post(desk, path(desk), body())
    post(desk, path(desk), body())
    post(desk, path(desk, kind="status"), body())
    assert len(kept(desk)) == 2
