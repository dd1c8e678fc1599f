"""What matching needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasIds, HasOutbox, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasIds, HasTokens, Protocol):
    """The sum of these."""
