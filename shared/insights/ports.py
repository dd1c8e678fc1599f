"""What insights need from the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from shared.ports import HasClock, HasIds, HasSettings, HasStore, HasTokens

if TYPE_CHECKING:
    from shared.insights.gate import Gate


class Planner(Protocol):
    """A model that may choose an intent for a masked question: it sees no record and returns no figure.

    Raises PlannerFailed for every kind of failure; what it returns is checked by the caller.
    """

    def choose(self, masked_question: str, intents: Sequence[str]) -> Mapping[str, Any]: ...


class Phraser(Protocol):
    """A model that may word a sentence around slots: it sees neither the question nor a record.

    Raises PhraserFailed for every kind of failure; what it returns is checked by the caller.
    """

    def phrase(self, about: Mapping[str, Any]) -> str: ...


class ModelFailed(Exception):
    """The model gave nothing usable; ``code`` says how, for the log.

    Args:
        ill: whether the provider itself is in trouble, so that its breaker counts the failure.
    """

    def __init__(self, code: str, *, ill: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.ill = ill


class PlannerFailed(ModelFailed):
    """The model could not be asked for an intent or did not answer in form."""


class PhraserFailed(ModelFailed):
    """The model could not be asked for a sentence or did not finish one."""


class Ports(HasStore, HasClock, HasIds, HasTokens, HasSettings, Protocol):
    @property
    def planner(self) -> Planner | None: ...
    @property
    def phraser(self) -> Phraser | None: ...
    @property
    def model_gate(self) -> Gate: ...
