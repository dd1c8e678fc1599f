"""What telling people needs from the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.core.clock import Clock
from shared.core.ids import Ids
from shared.messages.channels.port import MessageChannel
from shared.store import Store

if TYPE_CHECKING:
    from shared.core.settings import Settings


class Ports(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def sms(self) -> MessageChannel: ...
    @property
    def email(self) -> MessageChannel: ...
