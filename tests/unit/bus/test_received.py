"""What a push may bring to a function behind functions-framework, and what Pub/Sub is told about it.

2xx: dealt with, or recorded as a dead letter. 5xx: deliver again. What is no CloudEvent never reaches our
code: the framework refuses it with the headers and the body in its answer, so event functions are not public.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from functions_framework import create_app

from shared import app as composition
from shared.app import App
from shared.bus.consume import DEAD_LETTERS
from shared.core.errors import Unavailable
from shared.core.settings import Settings
from shared.events import SYSTEM, PaymentSettled, new_event
from shared.store import Query

BUSINESS = "biz_1"
SOURCE = Path(__file__).resolve().parents[3] / "functions" / "reconcile" / "main.py"
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
GOOD = new_event(
    BUSINESS, "payments/none", 1, "2026-03-01T09:00:00.000Z", PaymentSettled(payment_id="none")
).to_cloud_event()
BINARY = {f"ce-{name}": value for name, value in GOOD.items() if name != "data"}
JSON = {**BINARY, "Content-Type": "application/json"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    secret = "s" * 32
    settings = Settings.model_validate(
        {"store_url": f"sqlite:///{tmp_path}/a.db", "auth_secret": secret, "callback_secret": secret}
    )
    made = App(settings)
    composition.use(made)
    yield made
    composition.use(None)
    made.close()


@pytest.fixture(scope="module")
def client() -> Any:
    return create_app("reconcile", str(SOURCE)).test_client()


def without(*names: str) -> bytes:
    return json.dumps({name: value for name, value in GOOD.items() if name not in names}).encode()


def but(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def letters(app: App) -> list[str]:
    query = Query(DEAD_LETTERS, (), "recorded_at")
    return [doc.data["code"] for business in (SYSTEM, BUSINESS) for doc in app.store.all(business, query)]


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (but(type="made.up.v1"), STRUCTURED, "event_unknown"),
        (but(type=7), STRUCTURED, "event_unknown"),
        (but(type="attempt.failed.v1", data={"attempt_id": "a"}), STRUCTURED, "event_unrouted"),
        (without("business"), STRUCTURED, "event_invalid"),
        (but(business=""), STRUCTURED, "event_invalid"),
        (but(business={"a": 1}), STRUCTURED, "event_invalid"),
        (but(business="../other"), STRUCTURED, "invalid_id"),
        (without("subject"), STRUCTURED, "event_invalid"),
        (without("data"), STRUCTURED, "event_invalid"),
        (but(data=None), STRUCTURED, "event_invalid"),
        (but(data=[1]), STRUCTURED, "event_invalid"),
        (but(data="text"), STRUCTURED, "event_invalid"),
        (but(data={"payment_id": {}}), STRUCTURED, "event_invalid"),
        (but(id="x" * 5000), STRUCTURED, "event_invalid"),
        (b"", JSON, "event_invalid"),
        (b"{broken", JSON, "event_invalid"),
        (b"\xff\xfe", JSON, "event_invalid"),
        (b"null", JSON, "event_invalid"),
        (b'{"payment_id": "none"}', JSON, "not_found"),
        (but(), STRUCTURED, "not_found"),
    ],
)
def test_poison_is_recorded_and_acknowledged(
    app: App, client: Any, body: bytes, headers: dict[str, str], code: str
) -> None:
    for _ in range(2):
        assert client.post("/", data=body, headers=headers).status_code in (200, 204)
    assert letters(app) == [code]


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b'{"specversion": "1.0", "id"', STRUCTURED), (b"", STRUCTURED), (b"raw", {}), (b'["x"]', STRUCTURED)],
)
def test_what_is_no_event_is_refused_before_our_code(
    app: App, client: Any, body: bytes, headers: dict[str, str]
) -> None:
    assert client.post("/", data=body, headers=headers).status_code >= 400
    assert letters(app) == []


def test_what_may_succeed_later_is_asked_for_again(
    app: App, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_more: Any) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr(app.store, "get", away)
    monkeypatch.setattr(app.store, "require", away)
    monkeypatch.setattr(app.store, "transaction", away)
    assert client.post("/", data=but(), headers=STRUCTURED).status_code >= 500
    assert client.post("/", data=but(type="made.up.v1"), headers=STRUCTURED).status_code >= 500
