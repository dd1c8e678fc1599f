"""The HTTP server over real sockets: limits, and a stop that cuts nobody off."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.server import MAX_BODY_BYTES, Server

Start = Callable[[Any], Server]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Server] = []

    def begin(app: Any) -> Server:
        server = Server(app, "127.0.0.1", 0)
        server.start()
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop(2)


def ask(server: Server, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, "/x", body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data())


def test_port_zero_takes_a_free_port_and_serves(start: Start) -> None:
    one, two = start(echo), start(echo)
    assert one.port != two.port
    assert ask(one, "POST", b"body") == (200, b"body")


def test_an_absurd_body_is_refused_and_the_server_lives(start: Start) -> None:
    server = start(echo)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/x")
    connection.putheader("Content-Length", str(MAX_BODY_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert ask(server)[0] == 200


def test_absurd_headers_are_refused_and_the_server_lives(start: Start) -> None:
    server = start(echo)
    assert ask(server, **{"X-Long": "x" * 40_000})[0] == 431
    assert ask(server)[0] == 200


def test_a_request_at_hand_is_answered_before_the_server_stops(start: Start) -> None:
    inside, go = threading.Event(), threading.Event()

    @Request.application
    def slow(_request: Request) -> Response:
        inside.set()
        go.wait(5)
        return Response("finished")

    server = start(slow)
    answers: list[tuple[int, bytes]] = []
    caller = threading.Thread(target=lambda: answers.append(ask(server)))
    caller.start()
    assert inside.wait(5)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    go.set()
    caller.join(5)
    stopper.join(5)
    assert answers == [(200, b"finished")]
    with pytest.raises(ConnectionRefusedError):
        ask(server)
