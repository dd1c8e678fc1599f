"""The one way from a request to an answer: routes, bodies, limits, keys, and failures in one form."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Request
from http_world import Answer, World, api
from werkzeug.test import EnvironBuilder

from shared.core.measures import HTTP_REQUESTS
from shared.core.metrics import REGISTRY
from tests.support.log_lines import captured

CART = {"name": "red"}


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    assert (answer.status, answer.body["code"]) == (status, code), answer.raw
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    assert answer.body["type"] == f"urn:hesabu:problem:{code}"
    assert answer.body["status"] == status
    assert {"title", "detail", "errors", "instance"} <= set(answer.body)
    return answer.body


# --- finding a route
@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/cart", "/v1/carts/", "/v1/carts/a/b", "/v1/carts/" + "x" * 201, "/V1/carts"]
)
def test_an_unknown_address_is_a_404(world: World, path: str) -> None:
    problem(world.ask("GET", path), 404, "not_found")


def test_an_unknown_address_asks_for_no_token(world: World) -> None:
    problem(world.ask("GET", "/nope", role=None), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/carts", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/carts", "GET, HEAD, POST"),
        ("PATCH", "/v1/carts/x", "DELETE, GET, HEAD"),
        ("GET", "/open/x", "POST"),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    world: World, method: str, path: str, allowed: str
) -> None:
    answer = world.ask(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed


def test_head_answers_like_get(world: World) -> None:
    assert world.ask("HEAD", "/v1/carts/x").status == 200


def test_a_path_argument_is_handed_over_decoded(world: World) -> None:
    assert world.ask("GET", "/v1/carts/a%20b%C3%B1").body["id"] == "a bñ"


# --- who
def test_a_route_asks_for_a_token_before_it_reads_anything(world: World) -> None:
    answer = world.ask("POST", "/v1/carts", "{broken", role=None)
    problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_role_outside_the_routes_is_a_403_before_the_body_is_read(world: World) -> None:
    body = problem(world.ask("POST", "/v1/carts", "{broken", role="viewer"), 403, "forbidden")
    assert "viewer" in body["detail"]


def test_the_business_comes_from_the_token_only(world: World) -> None:
    answer = world.ask("GET", "/v1/carts", Authorization=world.bearer(business="biz_b"), X_Business="biz_c")
    assert answer.body["data"][0]["asked_by"] == "biz_b"


# --- request id and headers
def test_a_given_request_id_is_used_everywhere(world: World) -> None:
    answer = world.ask("GET", "/v1/carts/x", X_Request_Id="from-the-caller")
    assert answer.headers["X-Request-Id"] == answer.body["asked_by"] == "from-the-caller"
    problem(world.ask("GET", "/nope", X_Request_Id="from-the-caller"), 404, "not_found")


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space", 'quote"quote', "<script>12345", "ünïcödé1"]
)
def test_an_odd_request_id_is_replaced(world: World, given: str) -> None:
    found = world.ask("GET", "/v1/carts/x", X_Request_Id=given).headers["X-Request-Id"]
    assert found.startswith("req_")


def test_answers_are_not_cached_and_not_sniffed(world: World) -> None:
    for path in ("/v1/carts", "/nope"):
        answer = world.ask("GET", path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_reply_carries_its_own_status_and_headers(world: World) -> None:
    answer = world.ask("POST", "/open/hello", b"bytes", role=None)
    assert (answer.status, answer.headers["X-Own"], answer.raw) == (200, "hello", b"bytes")
    assert world.ask("DELETE", "/v1/carts/x").status == 204


# --- bodies
def add(world: World, data: Any, **headers: str) -> Answer:
    return world.ask("POST", "/v1/carts", data, **{"Idempotency_Key": "key-1", **headers})


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/name"]),
        ({"name": ""}, ["/name"]),
        ({"name": "   "}, ["/name"]),
        ({"name": "x" * 21}, ["/name"]),
        ({"name": 7}, ["/name"]),
        ({"name": None}, ["/name"]),
        ({"name": "x", "extra": 1}, ["/extra"]),
        ({"name": "x", "wheels": [{"inches": "10"}]}, ["/wheels/0/inches"]),
        ({"name": "x", "wheels": [{"inches": 1}, {"inches": 41}]}, ["/wheels/1/inches"]),
        ({"name": "x", "wheels": [{"inches": 1.5}]}, ["/wheels/0/inches"]),
        ({"name": "x", "wheels": [{"inches": True}]}, ["/wheels/0/inches"]),
        ({"name": "x", "wheels": {}}, ["/wheels"]),
        ({"wheels": [{}], "note": 1}, ["/name", "/note", "/wheels/0/inches"]),
        ([], ["/"]),
    ],
)
def test_each_wrong_field_has_a_pointer(world: World, body: Any, pointers: list[str]) -> None:
    found = problem(add(world, body), 422, "body_invalid")
    assert sorted(error["pointer"] for error in found["errors"]) == pointers
    assert all(error["detail"] for error in found["errors"])
    assert world.ports.handled == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        '"text"',
        "NaN",
        '{"name": NaN}',
        '{"name": Infinity}',
        '{"name": "x", "wheels": [{"inches": ' + "9" * 5000 + "}]}",
        '{"name": "x", "wheels": [{"inches": 1e400}]}',
        '{"name": "\\ud800"}',
        "{'name': 'x'}",
        '{"name": "x"} trailing',
        '{"name": "x",}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"name": "x", "note": ' + "[" * 500 + "]" * 500 + "}",
    ],
)
def test_what_is_no_json_or_absurd_is_a_problem(world: World, text: str) -> None:
    problem(add(world, text), 422, "body_invalid")
    assert world.ports.handled == []


@pytest.mark.parametrize("raw", [b"\xff\xfe{\x00}\x00", b"\x00", b'{"name": "\xc3\x28"}', b"\xef\xbb\xbf[]"])
def test_bytes_that_are_no_utf8_are_a_problem(world: World, raw: bytes) -> None:
    problem(add(world, raw), 422, "body_invalid")


def test_a_hundred_wrong_fields_are_told_in_twenty_lines(world: World) -> None:
    many = {f"extra_{n}": n for n in range(100)} | {"x" * 5000: 1}
    found = problem(add(world, many), 422, "body_invalid")
    assert len(found["errors"]) == 20
    assert all(len(error["pointer"]) < 100 for error in found["errors"])


def test_a_wrong_value_is_not_repeated_back(world: World) -> None:
    assert b"hunter2" not in add(world, {"name": 7, "note": ["hunter2"]}).raw


@pytest.mark.parametrize(
    "mimetype",
    ["text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"],
)
def test_another_media_type_is_a_415(world: World, mimetype: str) -> None:
    problem(add(world, json.dumps(CART), Content_Type=mimetype), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "mimetype", ["application/json", "application/json; charset=utf-8", "application/x+json"]
)
def test_json_is_taken_under_its_names(world: World, mimetype: str) -> None:
    assert add(world, json.dumps(CART), Content_Type=mimetype).status == 201


def test_a_body_without_a_type_is_taken_as_json(world: World) -> None:
    assert add(world, json.dumps(CART)).status == 201


# --- limits
def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(world: World) -> None:
    assert world.ask("POST", "/open/x", b"x" * 100, role=None).status == 200
    problem(world.ask("POST", "/open/x", b"x" * 101, role=None), 413, "body_too_large")


def test_json_over_a_mebibyte_is_a_413(world: World) -> None:
    problem(add(world, {"name": "x" * (1 << 20)}), 413, "body_too_large")


class Endless(io.RawIOBase):
    """A body without an end; ``taken`` counts the bytes that were read."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        return len(buffer)


@pytest.mark.parametrize("declared", ["1000000000000", None])
def test_an_endless_body_is_refused_without_being_read(world: World, declared: str | None) -> None:
    stream = Endless()
    environ = EnvironBuilder("/open/x", method="POST").get_environ()
    environ |= {"wsgi.input": stream, "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    if declared:
        environ["CONTENT_LENGTH"] = declared
    answer = api.serve(world.ports, Request(environ))
    problem(Answer(answer.status_code, answer.headers, answer.get_data()), 413, "body_too_large")
    assert stream.taken <= (0 if declared else 101)


# --- query arguments
@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=ten", "limit=1.5", "limit=-1", "limit=", "other=1", "colour=" + "x" * 11],
)
def test_a_wrong_argument_is_named(world: World, query: str) -> None:
    found = problem(world.ask("GET", f"/v1/carts?{query}"), 422, "arguments_invalid")
    assert [error["pointer"] for error in found["errors"]] == ["/" + query.split("=", maxsplit=1)[0]]


def test_arguments_have_defaults_and_are_typed(world: World) -> None:
    assert world.ask("GET", "/v1/carts").body["data"][0]["id"] == "cart_20"
    assert world.ask("GET", "/v1/carts?limit=7&colour=red").body["data"][0]["id"] == "cart_7"


def test_a_route_without_arguments_ignores_them(world: World) -> None:
    assert world.ask("GET", "/v1/carts/x?whatever=1").status == 200


# --- idempotency keys
@pytest.mark.parametrize("key", [None, "", " ", "two words", "x" * 256, "ключ", "tab\there"])
def test_an_unusable_key_is_refused(world: World, key: str | None) -> None:
    headers = {"Idempotency_Key": key} if key is not None else {}
    problem(world.ask("POST", "/v1/carts", CART, **headers), 422, "idempotency_key_required")
    assert world.ports.handled == []


def test_two_different_keys_in_one_request_are_refused(world: World) -> None:
    problem(world.ask("POST", "/v1/carts", CART, Idempotency_Key="one, two"), 422, "idempotency_key_required")


def test_a_key_belongs_to_a_business_and_a_route(world: World) -> None:
    add(world, CART)
    add(world, CART, Authorization=world.bearer(business="biz_b"))
    first, second = world.ports.handled
    assert first == "http|biz_a|POST /v1/carts|key-1"
    assert second == "http|biz_b|POST /v1/carts|key-1"


def test_a_replay_says_so(world: World) -> None:
    assert "Idempotent-Replayed" not in add(world, CART).headers
    assert add(world, CART).headers["Idempotent-Replayed"] == "true"


# --- failures
def test_a_crash_is_a_500_that_tells_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    answer = world.ask("POST", "/open/crash", role=None)
    problem(answer, 500, "internal")
    assert b"secret" not in answer.raw
    assert b"RuntimeError" not in answer.raw


def test_an_unreachable_store_is_a_503(world: World) -> None:
    problem(world.ask("POST", "/open/away", role=None), 503, "unavailable")


def test_a_refusal_carries_its_code_words_and_pointers(world: World) -> None:
    body = problem(world.ask("POST", "/open/invalid", role=None), 422, "amount_invalid")
    assert body["detail"] == "whole shillings only"
    assert body["errors"] == [{"pointer": "/amount", "detail": "has cents"}]
    assert body["instance"] == "/open/invalid"


def test_every_request_leaves_one_line_and_one_count(world: World) -> None:
    labels = {"function": "carts", "route": "GET /v1/carts/{cart_id}", "status": "2xx"}
    before = REGISTRY.value(HTTP_REQUESTS, **labels)
    with captured() as lines:
        world.ask("GET", "/v1/carts/cart_9", X_Request_Id="req_of-mine-1", traceparent="00-bad")
    (line,) = lines.all
    assert line.pop("duration_ms") >= 0
    assert line == {
        "severity": "INFO", "message": "request answered", "request_id": "req_of-mine-1", "business": "biz_a",
        "function": "carts", "step": "GET /v1/carts/{cart_id}", "outcome": "2xx", "status": 200,
    }  # fmt: skip
    assert REGISTRY.value(HTTP_REQUESTS, **labels) - before == 1


@pytest.mark.parametrize(
    ("path", "step", "ending"),
    [
        ("/open/away", "POST /open/{kind}", ("5xx", "unavailable", "WARNING")),
        ("/open/invalid", "POST /open/{kind}", ("4xx", "amount_invalid", "INFO")),
        ("/nobody/home", "unknown", ("4xx", "not_found", "INFO")),
        ("/v1/carts/x", "unknown", ("4xx", "method_not_allowed", "INFO")),
    ],
)
def test_a_refusal_says_why_and_its_route_is_a_pattern(
    world: World, path: str, step: str, ending: tuple[str, str, str]
) -> None:
    with captured() as lines:
        world.ask("POST", path)
    (line,) = lines.all
    assert line["step"] == step
    assert (line["outcome"], line["code"], line["severity"]) == ending
    assert path not in str(line), "a path may hold a token or a name"


def test_a_phone_number_is_no_request_id(world: World) -> None:
    answer = world.ask("GET", "/v1/carts", X_Request_Id="254712345678")
    assert answer.headers["X-Request-Id"].startswith("req_")
