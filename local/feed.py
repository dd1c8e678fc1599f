"""What happened lately, for the status page: the last deliveries, newest first, in memory."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery; ``outcome`` is ``done``, ``again`` or ``dead``, the time is the handler's."""

    number: int
    at: str
    consumer: str
    type: str
    business: str
    subject: str
    attempt: int
    outcome: str
    milliseconds: int


class Feed:
    """The last ``size`` deliveries, and calls of each function since the start."""

    def __init__(self, size: int = 60) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._calls: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._number = 0
        self._lock = threading.Lock()

    def add(self, *, quiet: bool = False, **fields: Any) -> None:
        """Note one delivery; ``quiet`` counts it without showing it."""
        with self._lock:
            self._calls[fields["consumer"]] += 1
            self._failures[fields["consumer"]] += fields["outcome"] != "done"
            if quiet and fields["outcome"] == "done":
                return
            self._number += 1
            self._entries.appendleft(Entry(number=self._number, **fields))

    def count(self, consumer: str, *, failed: bool) -> None:
        """Note one call that is no delivery: an HTTP request."""
        with self._lock:
            self._calls[consumer] += 1
            self._failures[consumer] += failed

    def calls(self, consumer: str) -> tuple[int, int]:
        """How often a function was called, and how often it failed."""
        with self._lock:
            return self._calls[consumer], self._failures[consumer]

    def latest(self) -> list[dict[str, Any]]:
        """The entries, newest first."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]
