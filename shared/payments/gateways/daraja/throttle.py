"""How fast one instance may call Daraja: a token bucket on the injected clock, one per shortcode.

Safaricom publishes no rate; past it, calls are refused with 500.003.02 (spike arrest, D3). The bucket is of
this instance alone: a shared one would be a document that every call writes, slower than the calls it
counts. The sum is bounded by the most instances of infra/functions.json; what still goes over is met by
back-off and breaker.
"""

from __future__ import annotations

import threading
from datetime import datetime

from shared.core.clock import Clock

LONGEST_SECONDS = 5.0
"""A call that would wait longer is given up before it is sent, while its caller still listens."""


class Throttle:
    """At most ``per_second`` calls a second, and as many at once after a quiet second; 0 lets all pass."""

    def __init__(self, per_second: int, clock: Clock) -> None:
        self._rate = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._millicalls = per_second * 1000
        self._seen: datetime | None = None

    def pass_through(self) -> bool:
        """Wait for this call's turn; False, at once, when it is further off than ``LONGEST_SECONDS``."""
        if not self._rate:
            return True
        with self._lock:
            wait = self._take(self._clock.now())
        if wait is None:
            return False
        if wait > 0:
            self._clock.sleep(wait)
        return True

    def _take(self, now: datetime) -> float | None:
        """Reserve one call; the seconds until it may go, None when there is none to be had in time."""
        since = (now - self._seen).total_seconds() if self._seen else 0.0
        full = self._rate * 1000
        left = min(full, self._millicalls + int(max(0.0, since) * full)) - 1000
        if left < -LONGEST_SECONDS * full:
            return None
        self._millicalls, self._seen = left, now
        return max(0.0, -left / full)
