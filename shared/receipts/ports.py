"""What reading receipts needs from the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from shared.ports import HasBlobs, HasClock, HasIds, HasOutbox, HasSettings, HasStore, HasTokens

if TYPE_CHECKING:
    from shared.receipts.engines.cloud import CloudReaders
    from shared.receipts.engines.port import Engine


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, HasIds, HasSettings, HasTokens, Protocol):
    @property
    def engines(self) -> Sequence[Engine]: ...
    @property
    def cloud_readers(self) -> CloudReaders | None: ...
