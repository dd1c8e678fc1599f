"""A circuit breaker: a provider that is down is left alone for a while, and its callers do not wait for it.

Sixty lines of our own rather than a library: those that exist bring clocks, threads and storage of their
own, and the whole of it is one transition table on the injected clock.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.clock import Clock

FAILURES = 5
PAUSE = timedelta(seconds=30)


class Circuit(StrEnum):
    """``closed`` lets calls through, ``open`` none, ``half_open`` one to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after ``FAILURES`` failures in a row; after ``PAUSE`` one call is let through to see."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until: datetime | None = None
        self._trying = False

    @property
    def state(self) -> Circuit:
        """Where it stands now."""
        with self._lock:
            return self._state()

    def allows(self) -> bool:
        """Whether a call may go out; in ``half_open`` only the first one that asks."""
        with self._lock:
            state = self._state()
            if state is Circuit.HALF_OPEN and not self._trying:
                self._trying = True
                return True
            return state is Circuit.CLOSED

    def withdraw(self) -> None:
        """Tell that a call which was let through was not made after all: nothing is learnt from it."""
        with self._lock:
            self._trying = False

    def record(self, healthy: bool) -> None:
        """Tell how a call that was let through went."""
        with self._lock:
            self._trying = False
            self._failures = 0 if healthy else self._failures + 1
            if healthy:
                self._until = None
            elif self._failures >= FAILURES:
                self._until = self._clock.now() + PAUSE

    def _state(self) -> Circuit:
        if self._until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if self._clock.now() < self._until else Circuit.HALF_OPEN
