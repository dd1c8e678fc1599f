"""What collecting money needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.payments.gateways.port import Gateway
from shared.ports import HasBlobs, HasClock, HasIds, HasOutbox, HasSettings, HasStore, HasTokens


class HasGateways(Protocol):
    """The providers of this installation."""

    @property
    def gateway(self) -> Gateway:
        """M-Pesa."""

    @property
    def airtel(self) -> Gateway | None:
        """Airtel Money; None where no key for it is set."""


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, HasIds, HasSettings, HasTokens, HasGateways, Protocol):
    """The sum of these."""
