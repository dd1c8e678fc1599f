"""What every stand-in keeps: the messages it took, and the faults it was asked for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
MAX_BODY = 30 * 1024 * 1024


class Trouble(StrEnum):
    """What can go wrong with one request."""

    STATUS = "status"
    """Answered with an HTTP error; nothing is taken."""
    TAKEN_THEN_STATUS = "taken_then_status"
    """Taken, and answered with an HTTP error all the same."""
    TAKEN_THEN_CUT = "taken_then_cut"
    """Taken, and the connection is cut before an answer."""
    TAKEN_THEN_SILENT = "taken_then_silent"
    """Taken, and no answer comes until ``release`` is called."""
    TAKEN_THEN_GARBLED = "taken_then_garbled"
    """Taken, and the answer is a web page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble for one request; ``status`` is the HTTP status it answers with, where it answers."""

    trouble: Trouble
    status: int = 503


@dataclass(slots=True)
class Desk:
    """The state of one stand-in: what it took, and what the next requests run into, first come first."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    refusals: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)

    def next_fault(self) -> Fault | None:
        """Count a request and take the fault that waits for it."""
        with self._lock:
            self.requests += 1
            return self.faults.popleft() if self.faults else None

    def take(self, messages: Iterable[dict[str, Any]]) -> None:
        """Accept messages: from here on the person is told."""
        with self._lock:
            self.taken.extend(messages)

    def release(self) -> None:
        """Let every silent request end."""
        self._released.set()

    def stay_silent(self, seconds: float = 30.0) -> None:
        """Block a request until ``release``, at most ``seconds``."""
        self._released.wait(seconds)


def read_body(environ: Environ) -> bytes:
    """The request's body, at most MAX_BODY bytes."""
    length = environ.get("CONTENT_LENGTH") or "0"
    size = min(int(length), MAX_BODY) if length.isdecimal() else 0
    body: bytes = environ["wsgi.input"].read(size)
    return body


def answer(
    start: StartResponse,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> list[bytes]:
    """Answer a request in one piece."""
    lines = [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers]
    start(f"{status} Status", lines)
    return [body]


def suffer(fault: Fault, desk: Desk, start: StartResponse) -> list[bytes]:
    """Answer as the fault says; a cut connection raises what the WSGI server takes for one."""
    match fault.trouble:
        case Trouble.TAKEN_THEN_CUT:
            raise ConnectionAbortedError("the stand-in was told to hang up")
        case Trouble.TAKEN_THEN_SILENT:
            desk.stay_silent()
            raise ConnectionAbortedError("the stand-in never answered")
        case Trouble.TAKEN_THEN_GARBLED:
            return answer(start, 200, b"<html><body>Welcome</body></html>", "text/html")
        case _:
            return answer(start, fault.status, b"Service trouble", "text/plain")
