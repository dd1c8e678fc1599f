"""What was tried on a receipt, by whom, how long it took, and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from shared.core import measures
from shared.core.breaker import Breaker
from shared.core.clock import Stopwatch
from shared.receipts.model import EngineText

T = TypeVar("T")


class Outcome(StrEnum):
    """How one try ended; all but ``read`` and ``believed`` leave the receipt as it was."""

    READ = "read"
    NOTHING_READ = "nothing_read"
    UNAVAILABLE = "unavailable"
    BELIEVED = "believed"
    UNBELIEVED = "unbelieved"
    OVER_BUDGET = "over_budget"
    RESTING = "resting"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    THROTTLED = "throttled"
    FAILED = "failed"
    GARBLED = "garbled"
    BLOCKED = "blocked"


HARMLESS = frozenset({Outcome.REFUSED, Outcome.BLOCKED})
"""What is said about one picture, by a provider that is well."""


@dataclass(frozen=True)
class Tried:
    """One try: ``page`` counts from 0, ``milliseconds`` is the time until it ended."""

    engine: str
    version: str
    page: int
    outcome: str
    milliseconds: int = 0
    detail: str = ""


class Log:
    """What was tried on one receipt, in order."""

    def __init__(self) -> None:
        self.tried: list[Tried] = []

    def begin(self, engine: str, page: int, version: str = "") -> Trial:
        """Start the watch of one try."""
        return Trial(self.tried, engine, page, version)


class Trial:
    """One try that is going on; ``end`` writes it down."""

    def __init__(self, tried: list[Tried], engine: str, page: int, version: str) -> None:
        self._tried, self._engine, self._page, self._version = tried, engine, page, version
        self._watch = Stopwatch()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self._watch.seconds

    def end(self, outcome: Outcome, detail: str = "", version: str = "") -> None:
        """How it ended, and for a failure why, in a few words that hold no secret."""
        took = self._watch.milliseconds
        version = version or self._version
        self._tried.append(Tried(self._engine, version, self._page, outcome.value, took, detail[:200]))

    def read(self, text: EngineText) -> None:
        """It ended with a reading, which may be of nothing."""
        self.end(Outcome.READ if text.lines else Outcome.NOTHING_READ, version=text.version)

    def stopped(self, why: ReaderFailed | Refrained) -> None:
        """It ended without one."""
        self.end(why.outcome, why.detail if isinstance(why, ReaderFailed) else "")


class ReaderFailed(Exception):
    """A cloud engine gave no reading; ``outcome`` says why, ``detail`` is short and holds no secret."""

    def __init__(self, outcome: Outcome, detail: str = "", *, ill: bool | None = None) -> None:
        super().__init__(f"{outcome.value} {detail}".strip())
        self.outcome = outcome
        self.detail = detail[:120]
        self.ill = outcome not in HARMLESS if ill is None else ill
        """Whether the provider itself is in trouble, so that its breaker counts the failure."""


class Refrained(Exception):
    """A cloud engine was not asked: its breaker is open or its budget is spent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def ask(engine: str, breaker: Breaker, afford: Callable[[], bool], call: Callable[[], T]) -> T:
    """Make one call to a cloud engine, if its breaker and then its budget allow.

    Raises Refrained before anything is sent, ReaderFailed after.
    """
    if not breaker.allows():
        raise Refrained(Outcome.RESTING)
    _pay(breaker, afford)
    watch, outcome = Stopwatch(), Outcome.FAILED
    try:
        found = call()
        outcome = Outcome.READ
        breaker.record(True)
    except ReaderFailed as failure:
        outcome = failure.outcome
        breaker.record(not failure.ill)
        raise
    finally:
        measures.PROVIDER_CALLS.add(provider=engine, operation="read", outcome=_metric(outcome))
        measures.PROVIDER_SECONDS.observe(watch.seconds, provider=engine, operation="read")
    return found


def _pay(breaker: Breaker, afford: Callable[[], bool]) -> None:
    affordable = False
    try:
        affordable = afford()
    finally:
        if not affordable:
            breaker.withdraw()
    if not affordable:
        raise Refrained(Outcome.OVER_BUDGET)


_METRIC = {
    Outcome.READ: "ok",
    Outcome.REFUSED: "refused",
    Outcome.THROTTLED: "refused",
    Outcome.BLOCKED: "refused",
    Outcome.TIMED_OUT: "silent",
    Outcome.UNREACHABLE: "unreachable",
}


def _metric(outcome: Outcome) -> str:
    """The few words that the metric of provider calls knows."""
    return _METRIC.get(outcome, "failed")
