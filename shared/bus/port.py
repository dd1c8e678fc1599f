"""The bus: at-least-once delivery of events to every consumer that subscribes to their type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Bus(Protocol):
    """Where events are published."""

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        """Hand over structured CloudEvents, durably, before returning; raises Unavailable."""
