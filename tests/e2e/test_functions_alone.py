"""Each function by itself under the functions-framework command, as the platform runs it.

Nothing is installed for a function and no setting is given that it does not name; its store cannot be reached
at first, as in an outage, and comes back: what was refused for that is taken when it is sent again.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from bench.floor import ROOT, environment, free_port
from local.topology import BucketTrigger, EventTrigger, Function, HttpTrigger, ScheduleTrigger, load_topology
from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.events import CATALOGUE, SYSTEM, ObjectFinalized, ObjectMissed, SweepDue
from shared.http.auth import Actor, Tokens
from tests.e2e.test_routes import ROUTES

COMMAND = Path(sys.executable).with_name("functions-framework")
BUSINESS = "biz_alone"
HTTP = [function for function in load_topology() if isinstance(function.trigger, HttpTrigger)]
EVENTS = [function for function in load_topology() if not isinstance(function.trigger, HttpTrigger)]


def each(functions: list[Function]) -> Any:
    return pytest.mark.parametrize("function", functions, ids=lambda function: function.name)


@dataclass
class Alone:
    """One served function; its store lies in a folder that is a file until ``mend``."""

    url: str
    folder: Path
    settings: dict[str, str]

    def mend(self) -> None:
        """Let the store be reached from now on."""
        (self.folder / "data").unlink()

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self.url + path, timeout=20, **options)

    def bearer(self) -> dict[str, str]:
        secrets = {
            "auth_secret": self.settings["AUTH_SECRET"],
            "callback_secret": self.settings["CALLBACK_SECRET"],
        }
        tokens = Tokens(Settings.model_validate(secrets), SystemClock())
        return {"Authorization": f"Bearer {tokens.issue(Actor('usr_x', BUSINESS, 'owner'))}"}

    def letters(self) -> list[str]:
        """The codes of the dead letters, oldest first."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/hesabu.db?mode=ro", uri=True)) as connection:
            sql = "SELECT json_extract(body, '$.code') FROM docs WHERE c = 'dead_letters' ORDER BY created_at"
            return [code for (code,) in connection.execute(sql)]


@contextmanager
def alone(function: Function, folder: Path) -> Iterator[Alone]:
    """Serve one function on a free port until the end; the command must end cleanly."""
    (folder / "data").write_text("in the way")
    settings = environment(folder, STORE_URL=f"sqlite:///{folder}/data/hesabu.db", LOG_LEVEL="INFO")
    source, port = ROOT / "functions" / function.name / "main.py", free_port()
    arguments = ["--source", source, "--target", function.name, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([COMMAND, *arguments], env=settings, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Alone(url, folder, settings)
    finally:
        process.terminate()
        code = process.wait(20)
    assert code == 0


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the command ended at once"
        try:
            requests.head(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the function did not listen in time")


def problem(answer: requests.Response, status: int) -> str:
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    return str(answer.json()["code"])


def address(function: Function) -> str:
    """A GET route of the function that needs no id, or its first route."""
    assert isinstance(function.trigger, HttpTrigger)
    mine = [r for r in ROUTES if any(r.path.startswith(prefix) for prefix in function.trigger.paths)]
    plain = [r for r in mine if r.method == "GET" and not r.parameters]
    return (plain or mine)[0].path


@each(HTTP)
def test_an_http_function_serves_by_itself(function: Function, tmp_path: Path) -> None:
    with alone(function, tmp_path) as served:
        path = address(function)
        assert problem(served.ask("GET", "/nothing/here"), 404) == "not_found"
        assert problem(served.ask("DELETE", path), 405) == "method_not_allowed"
        if path.startswith("/ipn"):
            take_callbacks(served)
            return
        assert problem(served.ask("GET", path), 401) == "unauthorized"
        if function.name != "auth":
            code = problem(served.ask("GET", path, headers=served.bearer()), 503)
            assert code == "unavailable", "the store is away"
        served.mend()
        answer = served.ask("GET", path, headers=served.bearer())
        assert answer.status_code == 200, answer.text
        assert answer.json()["object"]


def take_callbacks(served: Alone) -> None:
    """A callback that cannot be stored is not acknowledged: our own polls bring the money in."""
    from shared.payments.gateways.daraja.urls import callback_token

    token = callback_token(served.settings["CALLBACK_SECRET"], "stk", BUSINESS, "att_1")
    wrong, right = (f"/ipn/stk/{BUSINESS}/att_1/{one}" for one in ("0" * 64, token))
    assert problem(served.ask("POST", wrong, json={}), 404) == "not_found"
    assert problem(served.ask("POST", right, json={"Body": {}}), 503) == "unavailable"
    served.mend()
    answer = served.ask("POST", right, json={"Body": {}})
    assert (answer.status_code, answer.json()["ResultCode"]) == (200, 0)


def types(function: Function) -> list[str]:
    match function.trigger:
        case EventTrigger(types=several):
            return list(several)
        case BucketTrigger(type=one, types=more):
            return [one, *more]
        case ScheduleTrigger(type=one):
            return [one]
    return []


def event(kind: str, folder: str = "receipts/", **changes: Any) -> dict[str, Any]:
    """A structured CloudEvent of this type about records that do not exist, or a file of ``folder``."""
    data = {name: f"{name.removesuffix('_id')}_none" for name in CATALOGUE[kind].model_fields}
    if kind in (ObjectFinalized.TYPE, ObjectMissed.TYPE):
        data |= {"name": f"{folder}{BUSINESS}/gone.file", "generation": "1"}
    return {
        "specversion": "1.0",
        "id": f"evt_{kind}",
        "source": "//hesabu",
        "type": kind,
        "subject": "subject/none",
        "time": "2026-03-01T09:00:00.000Z",
        "business": SYSTEM if kind == SweepDue.TYPE else BUSINESS,
        "data": data,
        **changes,
    }


def deliver(served: Alone, body: Any) -> int:
    headers = {"Content-Type": "application/cloudevents+json"}
    return served.ask("POST", "/", json=body, headers=headers).status_code


def deliver_in_headers(served: Alone, body: dict[str, Any]) -> int:
    """The other form of a CloudEvent, in which Eventarc delivers: attributes as headers, data as the body."""
    headers = {f"ce-{name}": value for name, value in body.items() if name != "data"}
    return served.ask("POST", "/", json=body["data"], headers=headers).status_code


@each(EVENTS)
def test_an_event_function_serves_by_itself(function: Function, tmp_path: Path) -> None:
    with alone(function, tmp_path) as served:
        first, *_ = types(function)
        prefix = function.trigger.prefix if isinstance(function.trigger, BucketTrigger) else ""
        assert deliver(served, event(first, prefix)) >= 500, "the store is away: it must be delivered again"
        served.mend()
        for kind in types(function):
            assert deliver(served, event(kind, prefix)) in (200, 204), kind
            assert deliver(served, event(kind, prefix)) in (200, 204), "delivered twice"
            assert deliver_in_headers(served, event(kind, prefix)) in (200, 204), kind
        letters = len(served.letters())
        assert deliver(served, event(first, type="made.up.v1")) in (200, 204)
        assert served.letters()[letters:] == ["event_unknown"]
        assert deliver(served, {"not": "an event"}) == 400
        if first != SweepDue.TYPE:
            assert deliver(served, event(first, data={"a": [1]}, id="evt_poison")) in (200, 204)
            assert served.letters()[letters + 1 :] == ["event_invalid"]


def test_every_function_is_tried_here() -> None:
    folders = {main.parent.name for main in (ROOT / "functions").glob("*/main.py")}
    assert {function.name for function in HTTP + EVENTS} == folders
    assert len(folders) >= 12
