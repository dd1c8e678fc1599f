"""What insights need from the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from shared.core.clock import Clock
from shared.core.ids import Ids
from shared.http.auth import Tokens
from shared.store import Store

if TYPE_CHECKING:
    from shared.core.settings import Settings


class Planner(Protocol):
    """A model that may choose an intent for a masked question: it sees no record and returns no figure.

    Raises PlannerFailed for every kind of failure; what it returns is checked by the caller.
    """

    def choose(self, masked_question: str, intents: Sequence[str]) -> Mapping[str, Any]: ...


class PlannerFailed(Exception):
    """The model could not be asked or did not answer in form; ``code`` says how, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Ports(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def planner(self) -> Planner | None: ...
