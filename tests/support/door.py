"""What stands between Pub/Sub and the functions in tests: it passes pushes on, and fails on demand."""

from __future__ import annotations

import http.client
import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

Fault = Literal["away", "ack lost"]
"""``away``: the function is not reached. ``ack lost``: it has done its work, and the answer never arrives."""
NOT_FORWARDED = {"host", "connection", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Seen:
    """One push and what Pub/Sub was told."""

    function: str
    body: bytes
    status: int

    @property
    def event(self) -> dict[str, Any]:
        """The event, empty where the body is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Door:
    """``POST {url}/{function}`` goes to that function's own address.

    ``faults[function]`` are used up one by one, oldest first.
    """

    def __init__(self, functions: Mapping[str, str]) -> None:
        self._functions = functions
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.url = ""

    def endpoints(self) -> dict[str, str]:
        return {name: f"{self.url}/{name}" for name in self._functions}

    def seen(self, function: str = "") -> list[Seen]:
        """Every push so far, or those of one function, oldest first."""
        with self._lock:
            return [one for one in self._seen if function in ("", one.function)]

    def passes(self, function: str, headers: Mapping[str, str], body: bytes) -> int:
        with self._lock:
            fault = self.faults[function].popleft() if self.faults[function] else None
        status = 503 if fault == "away" else _forward(self._functions[function], headers, body)
        if fault == "ack lost":
            status = 500
        with self._lock:
            self._seen.append(Seen(function, body, status))
        return status


def _forward(address: str, headers: Mapping[str, str], body: bytes) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        kept = {name: value for name, value in headers.items() if name.lower() not in NOT_FORWARDED}
        connection.request("POST", "/", body, kept)
        return connection.getresponse().status
    except OSError:
        return 502
    finally:
        connection.close()


@contextmanager
def door(functions: Mapping[str, str]) -> Iterator[Door]:
    """An open door on loopback, closed at the end."""
    made = Door(functions)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status = made.passes(self.path.strip("/"), dict(self.headers.items()), body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
