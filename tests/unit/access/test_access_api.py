"""Signing in over the function's own routes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from shared.access import Membership, add_business, add_user
from shared.access.api import api
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http.auth import Tokens
from shared.store import Store

EMAIL, PASSWORD = "amina@duka.example", "sukuma-wiki-42"


class Ports:
    def __init__(self, store: Store, clock: ManualClock, ids: SeededIds) -> None:
        self.store, self.clock, self.ids = store, clock, ids
        self.tokens = Tokens(
            Settings.model_validate({"auth_secret": "a" * 32, "callback_secret": "c" * 32}), clock
        )


@pytest.fixture
def ports(store: Store, clock: ManualClock, ids: SeededIds) -> Ports:
    add_business(store, "biz_duka", {"name": "Duka la Amina"})
    add_user(store, EMAIL, PASSWORD, [Membership("biz_duka", "accountant"), Membership("biz_gone", "viewer")])
    return Ports(store, clock, ids)


def ask(
    ports: Ports, method: str, path: str, body: Any = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    builder = EnvironBuilder(path, method=method, headers=headers, json=body)
    answer = api.serve(ports, Request(builder.get_environ()))
    return answer.status_code, json.loads(answer.get_data())


def sign_in(ports: Ports, **fields: Any) -> tuple[int, dict[str, Any]]:
    return ask(ports, "POST", "/v1/auth/token", {"email": EMAIL, "password": PASSWORD, **fields})


def test_the_token_says_who_and_where(ports: Ports) -> None:
    status, token = sign_in(ports)
    assert status == 200
    assert (token["token_type"], token["expires_in"], token["business"]) == ("Bearer", 3600, "biz_duka")
    status, me = ask(ports, "GET", "/v1/auth/me", token=token["access_token"])
    assert status == 200
    assert (me["business"], me["business_name"], me["role"]) == ("biz_duka", "Duka la Amina", "accountant")
    assert EMAIL not in json.dumps(me)


def test_a_business_without_a_profile_has_no_name(ports: Ports) -> None:
    token = sign_in(ports, business="biz_gone")[1]["access_token"]
    assert ask(ports, "GET", "/v1/auth/me", token=token)[1]["business_name"] == ""


def test_the_token_ends_after_its_time(ports: Ports) -> None:
    token = sign_in(ports)[1]["access_token"]
    ports.clock.advance(3600)
    status, body = ask(ports, "GET", "/v1/auth/me", token=token)
    assert (status, body["code"]) == (401, "token_expired")


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@x.example"}, {"business": "biz_x"}]
)
def test_every_refusal_is_the_same_401(ports: Ports, wrong: dict[str, str]) -> None:
    status, body = sign_in(ports, **wrong)
    assert (status, body["code"]) == (401, "unauthorized")
    assert body["detail"] == sign_in(ports, password="also wrong")[1]["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": ""},
        {"email": "x" * 255},
        {"password": ""},
        {"password": "x" * 1001},
        {"password": 1234567890},
        {"email": None},
        {"business": 7},
        {"remember": True},
    ],
)
def test_a_body_of_the_wrong_shape_is_a_422_that_repeats_no_password(
    ports: Ports, wrong: dict[str, Any]
) -> None:
    status, body = sign_in(ports, **wrong)
    assert (status, body["code"]) == (422, "body_invalid")
    assert [e["pointer"] for e in body["errors"]] == [f"/{next(iter(wrong))}"]
    assert PASSWORD not in json.dumps(body)


def test_an_odd_text_as_email_is_a_refusal_and_not_a_crash(ports: Ports) -> None:
    for email in ("\x00\x00\x00", "ß" * 100, "\u202e@x", "' or 1=1 --", "🐘🐘🐘"):
        assert sign_in(ports, email=email)[0] == 401
