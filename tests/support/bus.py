"""A bus that remembers, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.errors import Unavailable


class RecordingBus:
    """Keeps what was published, in order; ``down`` makes publishing raise Unavailable."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.down = False
        self.collects_outbox = False
        self.woken = 0

    def close(self) -> None:
        """Nothing is held."""

    def wake(self) -> None:
        self.woken += 1

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        if self.down:
            raise Unavailable("the bus is down")
        self.events += events

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]
