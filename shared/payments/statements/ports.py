"""What reading and listing statements needs; booking their lines needs what collecting money needs."""

from __future__ import annotations

from typing import Protocol

from shared.ports import HasBlobs, HasClock, HasIds, HasOutbox, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, HasIds, HasTokens, Protocol):
    """The sum of these."""
