"""What matching needs from the composition root."""

from __future__ import annotations

from typing import Protocol

from shared.bus import Outbox
from shared.core.ids import Ids
from shared.http.auth import Tokens
from shared.store import Store


class Ports(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def tokens(self) -> Tokens: ...
