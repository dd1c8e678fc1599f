"""What filing over HTTP needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasClock, HasIds, HasOutbox, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasClock, HasIds, HasTokens, Protocol):
    """The sum of these."""
