"""What reading receipts needs from the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from shared.blobs import Blobs
from shared.bus import Outbox
from shared.core.clock import Clock
from shared.core.ids import Ids
from shared.http.auth import Tokens
from shared.store import Store

if TYPE_CHECKING:
    from shared.receipts.engines.port import Engine


class Ports(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def engines(self) -> Sequence[Engine]: ...
