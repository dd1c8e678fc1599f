"""What watching for what looks wrong needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasClock, HasIds, HasOutbox, HasStore, HasTokens


class Watching(HasStore, HasOutbox, HasClock, Protocol):
    """What an event's handler needs."""


class Ports(Watching, HasIds, HasTokens, Protocol):
    """What the list over HTTP needs besides."""
