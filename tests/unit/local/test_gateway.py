"""The gateway: dispatch by path, one error form, pages only for this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runtime_world import function, one_function
from werkzeug.test import Client
from werkzeug.wrappers import Response

from local import web
from local.feed import Feed
from local.functions import Functions
from local.gateway import Gateway, mounts_of
from shared.core.ids import SeededIds

Open = Callable[..., Client]
LOCAL = {"Host": "127.0.0.1:8080"}


def gateway(functions: Functions, feed: Feed | None = None, **mounts: Any) -> Client:
    pages = {"/": lambda: web.page("<p>hello</p>")}
    return Client(Gateway(functions, pages, mounts_of(**mounts), feed=feed or Feed(), ids=SeededIds(1)))


def problem(answer: Any) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.data)
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail", "code", "request_id", "errors"} <= set(body)
    return body


def test_a_function_sees_the_whole_path_the_query_and_the_body(tmp_path: Path) -> None:
    body = "return request.method + request.path + '?' + request.args['q'] + request.get_data(as_text=True)"
    client = gateway(one_function(tmp_path, "echo", body, "/v1/echo"))
    assert client.post("/v1/echo/deep/er?q=ñ", data="body").text == "POST/v1/echo/deep/er?ñbody"


@pytest.mark.parametrize(
    "path", ["/nope", "/v1", "/v1/echoes", "/robots.txt", "/favicon.ico", "/static/x.js"]
)
def test_an_unknown_address_is_a_problem(tmp_path: Path, path: str) -> None:
    answer = gateway(one_function(tmp_path, "echo2", "return 'x'", "/v1/echo")).get(path)
    assert problem(answer)["code"] == "not_found"


@pytest.mark.parametrize("path", ["/v1/echo/%0a", "/v1/echo%00", "/%1b", "/v1/echo/%7f"])
def test_control_characters_in_a_path_are_refused_before_any_function(tmp_path: Path, path: str) -> None:
    answer = gateway(one_function(tmp_path, "echo3", "return 'reached'", "/v1/echo")).get(path)
    assert answer.status_code == 400
    assert problem(answer)["code"] == "path_invalid"


def test_a_redirect_or_refusal_in_html_leaves_as_a_problem(tmp_path: Path) -> None:
    body = "from flask import abort, redirect; return redirect('/x') if request.args else abort(405)"
    client = gateway(one_function(tmp_path, "html", body))
    assert problem(client.get("/html?to=x"))["status"] == 404
    assert problem(client.get("/html"))["status"] == 405


def test_a_crash_in_a_function_leaves_as_a_problem_without_its_text(tmp_path: Path) -> None:
    feed = Feed()
    client = gateway(one_function(tmp_path, "crash", "raise ValueError('secret detail')"), feed)
    answer = client.get("/crash")
    assert problem(answer)["code"] == "internal"
    assert b"secret detail" not in answer.data
    assert feed.calls("crash") == (1, 1)


def test_a_function_that_cannot_be_loaded_is_unavailable_and_the_rest_works(tmp_path: Path) -> None:
    functions = Functions([function("absent", "/absent")], tmp_path)
    client = gateway(functions)
    assert problem(client.get("/absent"))["code"] == "function_unavailable"
    assert client.get("/", headers=LOCAL).status_code == 200


def test_a_functions_own_answer_passes_unchanged(tmp_path: Path) -> None:
    body = "return ('{\"a\": 1}', 418, {'Content-Type': 'application/problem+json', 'X-Own': 'yes'})"
    answer = gateway(one_function(tmp_path, "own", body)).get("/own")
    assert (answer.status_code, answer.data, answer.headers["X-Own"]) == (418, b'{"a": 1}', "yes")


def test_a_mount_gets_the_rest_of_the_path() -> None:
    def mounted(environ: Any, start_response: Any) -> Any:
        return Response(f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}")(environ, start_response)

    client = gateway(Functions([]), safaricom=mounted, absent=None)
    assert client.get("/safaricom").text == "/safaricom /"
    assert client.get("/safaricom/phone/x").text == "/safaricom /phone/x"
    assert client.get("/absent").status_code == 404


def test_pages_carry_a_policy_and_may_not_be_posted_to() -> None:
    client = gateway(Functions([]))
    answer = client.get("/", headers=LOCAL)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert problem(client.post("/", headers=LOCAL))["code"] == "method_not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_pages_are_shown_on_this_machine(host: str) -> None:
    assert gateway(Functions([])).get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "books.example.co.ke:443"])
def test_pages_are_shown_under_no_foreign_name(host: str) -> None:
    assert problem(gateway(Functions([])).get("/", headers={"Host": host}))["code"] == "host_unknown"


@pytest.mark.parametrize("name", ["status.html", "../web.py", "..%2fweb.py", "absent.css", ""])
def test_only_assets_are_served_as_assets(name: str) -> None:
    answer = gateway(Functions([])).get(f"/assets/{name}", headers=LOCAL)
    assert answer.status_code == 404
    assert gateway(Functions([])).get("/assets/hesabu.css", headers=LOCAL).mimetype == "text/css"
