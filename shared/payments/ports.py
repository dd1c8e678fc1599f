"""What collecting money needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.payments.gateways.port import Gateway
from shared.ports import HasBlobs, HasClock, HasIds, HasOutbox, HasSettings, HasStore, HasTokens


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, HasIds, HasSettings, HasTokens, Protocol):
    @property
    def gateway(self) -> Gateway: ...
