"""The bus: at-least-once delivery of events to every consumer that subscribes to their type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Bus(Protocol):
    """Where events are published.

    A bus with ``collects_outbox`` shares the store's file and takes committed outbox rows from there by
    itself: handing them over once more would write every event twice. ``wake`` then says that there are some.
    """

    @property
    def collects_outbox(self) -> bool: ...

    def wake(self) -> None: ...

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """Hand over structured CloudEvents, durably, before returning; raises Unavailable."""

    def close(self) -> None:
        """Let go of files and connections; nothing may be published afterwards."""
