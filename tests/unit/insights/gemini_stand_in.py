"""A stand-in for the Generative Language API that speaks its REST wire and does as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def call(arguments: dict[str, Any], name: str = "choose") -> dict[str, Any]:
    """A reply with one function call."""
    return _candidate([{"functionCall": {"name": name, "args": arguments}}])


def words(text: str, finish: str = "STOP") -> dict[str, Any]:
    """A reply in words, which no planner may give."""
    return _candidate([{"text": text}], finish)


def empty(finish: str) -> dict[str, Any]:
    """A candidate without content, as after SAFETY or MAX_TOKENS."""
    return {"candidates": [{"finishReason": finish, "index": 0}], "usageMetadata": _USAGE}


BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}}
_USAGE = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}


def _candidate(parts: list[dict[str, Any]], finish: str = "STOP") -> dict[str, Any]:
    content = {"role": "model", "parts": parts}
    return {
        "candidates": [{"content": content, "finishReason": finish, "index": 0}],
        "usageMetadata": _USAGE,
    }


def about_of(body: dict[str, Any]) -> dict[str, Any]:
    """What a request tells a model that words an answer."""
    told: dict[str, Any] = json.loads(body["contents"][0]["parts"][0]["text"])
    return told


class StandIn:
    """Answers every request with ``reply`` and ``status`` after ``delay`` seconds; keeps the requests.

    A reply that is a function is given the request's body. With ``cut`` it hangs up instead of answering.
    """

    def __init__(self) -> None:
        self.reply: dict[str, Any] | bytes | Callable[[dict[str, Any]], dict[str, Any]] = {}
        self.cut = False
        self.status = 200
        self.delay = 0.0
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def answer(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        end = time.monotonic() + self.delay
        while time.monotonic() < end and not self._released.wait(0.02):
            pass
        reply = self.reply(asked) if callable(self.reply) else self.reply
        return self.status, reply if isinstance(reply, bytes) else json.dumps(reply).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                stand_in.requests.append((self.path.partition("?")[0], headers, json.loads(body)))
                status, reply = stand_in.answer(stand_in.requests[-1][2])
                if stand_in.cut:
                    self.close_connection = True
                    return
                head = (
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(reply)}"
                )
                try:
                    self.wfile.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + reply)
                except OSError:
                    self.close_connection = True  # the caller gave up, as a time-out should
                self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests read ``requests``."""

        return Handler
