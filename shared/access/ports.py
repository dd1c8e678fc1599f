"""What signing in needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasClock, HasIds, HasStore, HasTokens


class Ports(HasStore, HasClock, HasIds, HasTokens, Protocol):
    """The sum of these."""
