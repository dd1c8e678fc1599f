"""What telling people needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.messages.channels.port import MessageChannel
from shared.ports import HasBlobs, HasClock, HasIds, HasSettings, HasStore


class Ports(HasStore, HasBlobs, HasClock, HasIds, HasSettings, Protocol):
    @property
    def sms(self) -> MessageChannel: ...
    @property
    def email(self) -> MessageChannel: ...
