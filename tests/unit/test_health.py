"""/healthz and /readyz: exact, cheap, without a token, and honest about what cannot be reached."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request

from shared.access.api import api
from shared.app import App, serve, use
from shared.core.errors import Unavailable
from shared.core.ids import Ids, SeededIds
from shared.core.measures import HTTP_REQUESTS
from shared.core.metrics import REGISTRY
from shared.core.settings import Settings
from shared.health import PATHS, Readiness

SECRET = "s3cr3t-" + "x" * 32


OPENED: list[App] = []


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    use(None)
    yield
    use(None)
    while OPENED:
        OPENED.pop().close()


def settled(tmp_path: Path, **changes: Any) -> None:
    """Install an App for the process."""
    given = {"auth_secret": SECRET, "callback_secret": SECRET, "log_level": "CRITICAL"}
    app = App(Settings.model_validate({"store_url": f"sqlite:///{tmp_path}/x.db", **given, **changes}))
    OPENED.append(app)
    use(app)


def ask(path: str, method: str = "GET") -> Response:
    with Flask("x").test_request_context(path, method=method):
        return serve(api, request)


@pytest.mark.parametrize("path", ["/healthz", "/health"])
def test_the_process_answers_even_without_settings(path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/readyz", "/ready"])
def test_a_function_is_ready_when_everything_is_there(tmp_path: Path, path: str) -> None:
    settled(tmp_path)
    answer = ask(path)
    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "ready",
        "checks": dict.fromkeys(("settings", "store", "bus"), "ok"),
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_unusable_settings_are_named_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET", SECRET)
    monkeypatch.setenv("CALLBACK_SECRET", "too-short")
    answer = ask("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "settings_invalid")
    assert "CALLBACK_SECRET" in answer.get_json()["detail"]
    assert "too-short" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"store_url": "sqlite:///{folder}/file/x.db"},
            ["/store", "/bus"],
        ),  # the local bus is in the same file
        ({"store_url": "redis://user:hunter22@host/0", "bus_url": "local:{folder}/q.db"}, ["/store"]),
        ({"bus_url": "kafka://user:hunter22@host"}, ["/bus"]),
    ],
)
def test_what_cannot_be_reached_is_named_without_secrets(
    tmp_path: Path, changes: dict[str, str], named: list[str]
) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    settled(tmp_path, **{k: v.format(folder=tmp_path) for k, v in changes.items()})
    answer = ask("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    body = answer.get_json()
    assert body["code"] == "not_ready"
    assert [error["pointer"] for error in body["errors"]][: len(named)] == named
    assert "hunter22" not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


@dataclass
class Hanging:
    """A store that answers when it is let go; ``asked`` counts the questions that reached it."""

    gate: threading.Event
    ids: Ids
    asked: int = 0
    error: Exception | None = None

    @property
    def bus(self) -> Any:
        return self

    @property
    def store(self) -> Any:
        return self

    def get(self, *_: Any) -> None:
        self.asked += 1
        assert self.gate.wait(20)
        if self.error:
            raise self.error


def test_a_store_that_hangs_is_not_waited_for_and_asked_only_once() -> None:
    hanging = Hanging(threading.Event(), SeededIds(1))
    readiness = Readiness(hanging, seconds=0.05)
    assert readiness.faults() == {"store": "no answer in time"}
    assert readiness.faults() == {"store": "no answer in time"}
    assert hanging.asked == 1
    hanging.gate.set()
    patient = Readiness(hanging, seconds=20)
    assert patient.faults() == {}


@pytest.mark.parametrize(
    ("error", "told"),
    [(Unavailable("mongodb://user:hunter22@host"), "unavailable"), (OSError("x"), "OSError")],
)
def test_a_fault_is_one_word(error: Exception, told: str) -> None:
    broken = Hanging(threading.Event(), SeededIds(1), error=error)
    broken.gate.set()
    assert Readiness(broken, seconds=20).faults() == {"store": told}


@pytest.mark.parametrize("path", sorted(PATHS))
def test_only_get_and_head_are_answered_and_only_there(tmp_path: Path, path: str) -> None:
    settled(tmp_path)
    assert ask(path, "HEAD").status_code == 200
    assert ask(path, "POST").status_code == 404
    assert ask(f"{path}/").status_code == 404
    assert ask(f"/v1/auth{path}").status_code == 404


def test_being_looked_at_is_no_request(tmp_path: Path) -> None:
    settled(tmp_path)
    labels = {"function": "auth", "route": "unknown", "status": "2xx"}
    before = REGISTRY.value(HTTP_REQUESTS, **labels)
    for path in PATHS:
        ask(path)
    assert REGISTRY.value(HTTP_REQUESTS, **labels) == before
