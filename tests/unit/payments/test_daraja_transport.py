"""What the client makes of a peer that is not Daraja at all: redirects, floods, foreign answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shared.core.clock import ManualClock
from shared.payments.gateways.daraja.client import DarajaGateway, push_answer, query_answer
from shared.payments.gateways.daraja.oauth import lifetime
from shared.payments.gateways.daraja.request import DarajaAccount
from shared.payments.gateways.daraja.transport import DarajaTransport
from shared.payments.gateways.port import Accepted, NoAnswer, QueryAnswer, Rejected, Unknown
from shared.payments.gateways.tokens import MemoryTokens, SharedToken, Token, TokenRefused
from shared.payments.gateways.transport import MAX_ANSWER_BYTES, HttpAnswer, NoHttpAnswer

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


class Peer:
    """Answers every request in one way and counts them."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b"{}"
        self.paths: list[str] = []

    def set(self, status: int, body: bytes, **headers: str) -> None:
        self.status, self.body, self.headers = status, body, headers


@pytest.fixture
def peer() -> Iterator[tuple[Peer, DarajaTransport]]:
    told = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.paths.append(self.path)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    transport = DarajaTransport(f"http://127.0.0.1:{server.server_port}", connect=2, read=2)
    yield told, transport
    transport.close()
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_so_nothing_is_sent_twice(
    peer: tuple[Peer, DarajaTransport], status: int
) -> None:
    told, transport = peer
    told.set(status, b"", Location="/elsewhere")
    answer = transport.post("/push", {}, "token")
    assert isinstance(push_answer(answer), Unknown)
    assert told.paths == ["/push"]


@pytest.mark.parametrize(
    "body",
    [
        b"x" * (MAX_ANSWER_BYTES + 1),
        b"[" * 50_000,
        b'{"ResponseCode": "0"',
        b'{"ResponseCode":"0","ResponseCode":"1","CheckoutRequestID":"ws"}',
        b"\xff\xfe",
        b"null",
    ],
)
def test_an_unreadable_answer_is_unknown(peer: tuple[Peer, DarajaTransport], body: bytes) -> None:
    told, transport = peer
    told.set(200, body)
    assert push_answer(transport.post("/push", {}, "token")) == Unknown("http_200")


def answer(status: int = 200, **body: Any) -> HttpAnswer:
    return HttpAnswer(status, body)


GOOD = {"MerchantRequestID": "1-2-3", "CheckoutRequestID": "ws_CO_1", "ResponseCode": "0"}


def test_what_counts_as_accepted() -> None:
    assert push_answer(answer(**GOOD)) == Accepted("ws_CO_1", "1-2-3")
    assert push_answer(answer(**{**GOOD, "ResponseCode": 0})) == Accepted("ws_CO_1", "1-2-3")
    for wrong in ({"ResponseCode": "1"}, {"CheckoutRequestID": ""}, {"CheckoutRequestID": ["x"]}):
        assert isinstance(push_answer(answer(**{**GOOD, **wrong})), Unknown)
    assert isinstance(push_answer(answer(status=500, **GOOD)), Unknown)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "400.002.02", Rejected),
        (404, "404.001.03", Rejected),
        (200, "400.002.02", Rejected),
        (500, "400.002.02", Unknown),
        (408, "400.002.02", Unknown),
        (500, "500.001.1001", Unknown),
        (200, "500.001.1001", Unknown),
        (400, "500.003.02", Unknown),
        (400, "", Unknown),
    ],
)
def test_only_daraja_own_4xx_proves_that_nothing_was_prompted(status: int, code: str, expected: type) -> None:
    assert type(push_answer(answer(status, errorCode=code, errorMessage="m"))) is expected


def test_silence() -> None:
    assert push_answer(NoHttpAnswer("ReadTimeout", sent=True)) == Unknown("ReadTimeout")
    assert isinstance(push_answer(NoHttpAnswer("ConnectionError", sent=False)), Rejected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ResultCode": "0", "CheckoutRequestID": "ws_CO_1"}, QueryAnswer),
        ({"ResultCode": 1032, "CheckoutRequestID": "ws_CO_1"}, QueryAnswer),
        ({"ResultCode": "0", "CheckoutRequestID": "ws_CO_2"}, NoAnswer),
        ({"ResultCode": "0"}, NoAnswer),
        ({"ResultCode": "4999", "CheckoutRequestID": "ws_CO_1"}, NoAnswer),
        ({"ResultCode": True, "CheckoutRequestID": "ws_CO_1"}, NoAnswer),
        ({"ResultCode": "0", "CheckoutRequestID": "ws_CO_1", "errorCode": "500.001.1001"}, NoAnswer),
        ({}, NoAnswer),
    ],
)
def test_what_a_query_proves(body: dict[str, Any], expected: type) -> None:
    assert type(query_answer(answer(**body), "ws_CO_1", "174379")) is expected
    assert isinstance(query_answer(answer(status=500, **body), "ws_CO_1", "174379"), NoAnswer)


# --- tokens ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(3599, 3599), ("3599", 3599), (10**7, 86_400), ("soon", 0), (None, 0), (-5, 0), (1.5, 0), (True, 0)],
)
def test_a_lifetime_is_read_from_number_or_text(given: object, seconds: int) -> None:
    assert lifetime(given) == seconds


@pytest.mark.parametrize(
    ("status", "body", "retryable"),
    [
        (200, {"access_token": "", "expires_in": "3599"}, True),
        (200, {"access_token": "t"}, True),
        (200, {"access_token": ["t"], "expires_in": 3599}, True),
        (401, {}, False),
        (400, {"errorCode": "400.008.01"}, False),
        (429, {}, True),
        (503, {}, True),
    ],
)
def test_a_token_that_is_none(
    peer: tuple[Peer, DarajaTransport], status: int, body: dict[str, Any], retryable: bool
) -> None:
    told, transport = peer
    told.set(status, json.dumps(body).encode())
    account = DarajaAccount("http://127.0.0.1:1", "k", "s", "174379", "p")
    gateway = DarajaGateway(account, ManualClock(START), MemoryTokens(), transport)
    with pytest.raises(TokenRefused) as caught:
        gateway._token.current()
    assert caught.value.retryable is retryable


def test_a_caller_waits_for_the_one_who_fetches_and_takes_over_when_it_died() -> None:
    clock, tokens = ManualClock(START), MemoryTokens()
    assert tokens.claim("app", START, START.replace(second=20))  # somebody who never comes back
    fresh = Token("new", START.replace(hour=11))
    shared = SharedToken("app", tokens, clock, lambda: fresh)
    assert shared.current() == "new"
    assert (clock.now() - START).total_seconds() >= 20


def test_a_refused_token_is_not_fetched_again_when_another_already_has() -> None:
    clock, tokens = ManualClock(START), MemoryTokens()
    tokens.put("app", Token("newer", START.replace(hour=11)))

    def fetch() -> Token:
        raise AssertionError("this would kill the newer token")

    assert SharedToken("app", tokens, clock, fetch).current(refused="older") == "newer"
