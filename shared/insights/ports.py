"""What insights need from the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared.ports import HasClock, HasIds, HasSettings, HasStore, HasTokens


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


class Ports(HasStore, HasClock, HasIds, HasTokens, HasSettings, Protocol):
    @property
    def planner(self) -> Planner | None: ...
