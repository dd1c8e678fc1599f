"""What rooms ask of the composition root, one name each; a room's ``Ports`` is the sum of what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shared.blobs import Blobs
    from shared.bus.outbox import Outbox
    from shared.core.clock import Clock
    from shared.core.ids import Ids
    from shared.core.settings import Settings
    from shared.http.auth import Tokens
    from shared.store import Store


class HasStore(Protocol):
    @property
    def store(self) -> Store: ...


class HasOutbox(Protocol):
    @property
    def outbox(self) -> Outbox: ...


class HasBlobs(Protocol):
    @property
    def blobs(self) -> Blobs: ...


class HasClock(Protocol):
    @property
    def clock(self) -> Clock: ...


class HasIds(Protocol):
    @property
    def ids(self) -> Ids: ...


class HasSettings(Protocol):
    @property
    def settings(self) -> Settings: ...


class HasTokens(Protocol):
    @property
    def tokens(self) -> Tokens: ...


class Tended(HasStore, HasClock, Protocol):
    """What a chore works on."""


Chore = Callable[[Tended, str], int]
"""What is done for a business on the timer's tick; returns how much there was to do."""


class HasChores(Protocol):
    @property
    def chores(self) -> Sequence[Chore]:
        """What the timer does for rooms that its own must not know."""
