"""The line to Daraja: throttled, broken off while Daraja is down, and repeated only where that cannot charge
twice.

What is repeated: asking (token, query, status, balance, pull), registering, drawing a QR, and B2C, which
carries our OriginatorConversationID. Never: the STK push, which would prompt again; the reversal; whatever
bills a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shared.core.breaker import Breaker
from shared.core.clock import Clock
from shared.payments.gateways.daraja.throttle import Throttle
from shared.payments.gateways.daraja.transport import error_code, operation_of
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer

TRIES = 3
TOKEN_TRIES = 2
"""With the time-outs of transport.py two tries of a token end within its lease (tokens.py)."""
FIRST_PAUSE_SECONDS = 0.4
BUSY_PAUSE_SECONDS = 1.0
REPEATABLE = frozenset({"token", "query", "status", "balance", "pull", "register", "payout", "qr"})
"""Operations by the names of transport.py."""
BUSY = frozenset({"500.003.02"})
"""Spike arrest (D3); the quota's code 500.003.03 is not: trying on uses it up."""
_SLOW = frozenset({"ReadTimeout", "circuit_open", "throttled"})
"""Trying again would take the caller's time for the same answer."""

Answer = HttpAnswer | NoHttpAnswer


class Calls(Protocol):
    """What makes the calls: transport.py, or a line over it."""

    def get_basic(self, path: str, user: str, password: str) -> Answer: ...
    def post(self, path: str, body: Mapping[str, Any], bearer: str) -> Answer: ...
    def close(self) -> None: ...


class Line:
    """A transport with manners; it has the same methods."""

    def __init__(self, transport: Calls, clock: Clock, per_second: int = 0) -> None:
        self._transport = transport
        self._clock = clock
        self._throttle = Throttle(per_second, clock)
        self._breaker = Breaker(clock)

    def get_basic(self, path: str, user: str, password: str) -> Answer:
        """GET with HTTP Basic authentication: the token."""
        return self._call(lambda: self._transport.get_basic(path, user, password), path, TOKEN_TRIES)

    def post(self, path: str, body: Mapping[str, Any], bearer: str) -> Answer:
        """POST a JSON body; repeated where ``REPEATABLE`` says so."""
        tries = TRIES if operation_of(path) in REPEATABLE else 1
        seed = json.dumps(body, sort_keys=True, default=str)
        return self._call(lambda: self._transport.post(path, body, bearer), path + seed, tries)

    def close(self) -> None:
        """Let go of the pooled connections."""
        self._transport.close()

    def _call(self, send: Callable[[], Answer], seed: str, tries: int) -> Answer:
        answer = self._once(send)
        for tried in range(1, tries):
            if not worth_another(answer):
                break
            self._clock.sleep(pause(answer, tried, f"{seed}{self._clock.now()}"))
            answer = self._once(send)
        return answer

    def _once(self, send: Callable[[], Answer]) -> Answer:
        if not self._breaker.allows():
            return NoHttpAnswer("circuit_open", sent=False)
        if not self._throttle.pass_through():
            return NoHttpAnswer("throttled", sent=False)
        answer = send()
        self._breaker.record(healthy(answer))
        return answer


def healthy(answer: Answer) -> bool:
    """Whether Daraja is there: its own envelope is an answer, however it refuses, but for spike arrest."""
    if isinstance(answer, NoHttpAnswer) or _busy(answer):
        return False
    return answer.status < 500 or bool(error_code(answer))


def worth_another(answer: Answer) -> bool:
    """Whether the same call may be answered in a moment."""
    if isinstance(answer, NoHttpAnswer):
        return answer.reason not in _SLOW
    return not healthy(answer)


def pause(answer: Answer, tried: int, seed: str) -> float:
    """Seconds to wait: doubling, by a half more or less, so that callers who failed together part.

    Half at random would do; drawn from ``seed`` it is the same in a repeated run.
    """
    first = BUSY_PAUSE_SECONDS if isinstance(answer, HttpAnswer) and _busy(answer) else FIRST_PAUSE_SECONDS
    drawn = hashlib.sha256(f"{tried}{seed}".encode()).digest()[0] / 256
    return float(first * 2 ** (tried - 1) * (0.5 + drawn))


def _busy(answer: HttpAnswer) -> bool:
    return answer.status == 429 or error_code(answer) in BUSY
