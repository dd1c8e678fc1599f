"""What collecting money needs from the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.bus import Outbox
from shared.core.clock import Clock
from shared.core.ids import Ids
from shared.http.auth import Tokens
from shared.payments.gateways.port import Gateway
from shared.store import Store

if TYPE_CHECKING:
    from shared.core.settings import Settings


class Ports(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def gateway(self) -> Gateway: ...
