"""What cloud engines may see, over HTTP: read by managers, changed by owners, each business its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Request
from pydantic import SecretStr
from werkzeug.test import EnvironBuilder

from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.receipts.api import api
from shared.store import Store
from tests.support.bus import RecordingBus

PATH = "/v1/receipts/policy/cloud"
SECRET = SecretStr("0123456789abcdef" * 4)
CLOSED = {"allowed": False, "vision_pages_a_day": 100, "gemini_calls_a_day": 50}
OPEN = {"allowed": True, "vision_pages_a_day": 10, "gemini_calls_a_day": 0}


@dataclass
class Desk:
    store: Store
    outbox: Outbox
    clock: ManualClock
    tokens: Tokens
    ids: SeededIds

    def call(
        self, method: str, body: Any = None, role: str = "owner", business: str = "biz_a"
    ) -> tuple[int, dict[str, Any]]:
        token = self.tokens.issue(Actor("usr_owner", business, role))
        headers = {"Authorization": f"Bearer {token}"}
        environ = EnvironBuilder(method=method, path=PATH, headers=headers, json=body).get_environ()
        answer = api.serve(self, Request(environ))  # type: ignore[arg-type]
        return answer.status_code, json.loads(answer.get_data())


@pytest.fixture
def desk(store: Store, bus: RecordingBus, clock: ManualClock) -> Desk:
    tokens = Tokens(Settings(auth_secret=SECRET, callback_secret=SECRET), clock)
    return Desk(store, Outbox(store, bus), clock, tokens, SeededIds(1))


def test_a_business_that_never_chose_lets_nothing_out(desk: Desk) -> None:
    assert desk.call("GET") == (200, {"object": "receipt_cloud_policy", **CLOSED, "changes": []})


def test_a_choice_holds_for_one_business_and_is_kept_with_who_made_it(desk: Desk) -> None:
    for _ in range(2):
        status, answer = desk.call("PUT", OPEN)
        assert status == 200, answer
    assert desk.call("GET") == (200, answer)
    (change,) = answer["changes"]
    assert (change["by"], change["before"], change["after"]) == ("usr_owner", CLOSED, OPEN)
    assert desk.call("GET", business="biz_b")[1]["allowed"] is False


@pytest.mark.parametrize(
    ("role", "read", "change"),
    [("owner", 200, 200), ("admin", 200, 200), ("accountant", 200, 403), ("cashier", 403, 403),
     ("viewer", 403, 403), ("service", 403, 403)],
)  # fmt: skip
def test_who_may_read_and_who_may_change_it(desk: Desk, role: str, read: int, change: int) -> None:
    assert desk.call("GET", role=role)[0] == read
    assert desk.call("PUT", OPEN, role=role)[0] == change


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"allowed": "perhaps"}, "/allowed"),
        ({"vision_pages_a_day": -1}, "/vision_pages_a_day"),
        ({"gemini_calls_a_day": 10_001}, "/gemini_calls_a_day"),
        ({"gemini_calls_a_day": None}, "/gemini_calls_a_day"),
        ({"business": "biz_b"}, "/business"),
    ],
)
def test_a_wrong_choice_changes_nothing(desk: Desk, wrong: dict[str, Any], pointer: str) -> None:
    status, problem = desk.call("PUT", {**OPEN, **wrong})
    assert (status, [error["pointer"] for error in problem["errors"]]) == (422, [pointer])
    assert desk.call("GET")[1]["changes"] == []
