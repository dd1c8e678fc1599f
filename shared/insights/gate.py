"""What stands before every call to the model of questions: time, breaker, budget; one gate a process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from shared.core import measures
from shared.core.breaker import Breaker
from shared.core.clock import Clock, Stopwatch
from shared.insights.call_budget import Caps, pay
from shared.insights.ports import ModelFailed
from shared.insights.recent import Recent

if TYPE_CHECKING:
    from shared.store import Store

T = TypeVar("T")
CALL = timedelta(seconds=6)
QUESTION = timedelta(seconds=10)
KEPT_PLANS, KEPT_TEXTS = 512, 512


class NotAsked(ModelFailed):
    """Nothing was sent: ``late``, ``resting`` (the breaker is open) or ``over_cap``."""

    def __init__(self, code: str) -> None:
        super().__init__(code, ill=False)


class Gate:
    """The breaker, the caps and what was answered lately; it lives as long as the process."""

    def __init__(self, clock: Clock, caps: Caps | None = None) -> None:
        self.clock = clock
        self.caps = caps or Caps()
        self.breaker = Breaker(clock)
        self.plans: Recent[Any] = Recent(KEPT_PLANS)
        self.texts: Recent[str] = Recent(KEPT_TEXTS)

    def turn(self, store: Store, business: str) -> Turn:
        """Begin a question."""
        return Turn(self, store, business)


class Turn:
    """What one question of one business may ask of the model: whole calls within ten seconds."""

    def __init__(self, gate: Gate, store: Store, business: str) -> None:
        self.gate = gate
        self.business = business
        self._store = store
        self._until = gate.clock.now() + QUESTION

    def ask(self, operation: str, call: Callable[[], T]) -> T:
        """Make one call; raises NotAsked before anything is sent, ModelFailed after."""
        self._enter()
        watch, outcome, healthy = Stopwatch(), "failed", False
        try:
            said = call()
            outcome, healthy = "ok", True
        except ModelFailed as failure:
            healthy = not failure.ill
            outcome = "refused" if healthy else "failed"
            raise
        finally:
            self.gate.breaker.record(healthy)
            measures.PROVIDER_CALLS.add(provider="gemini", operation=operation, outcome=outcome)
            measures.PROVIDER_SECONDS.observe(watch.seconds, provider="gemini", operation=operation)
        return said

    def _enter(self) -> None:
        gate = self.gate
        self._in_time()
        if not gate.breaker.allows():
            raise NotAsked("resting")
        entered = False
        try:
            if not pay(self._store, self.business, gate.caps, gate.clock.now()):
                raise NotAsked("over_cap")
            self._in_time()  # counting may have waited for others
            entered = True
        finally:
            if not entered:
                gate.breaker.withdraw()

    def _in_time(self) -> None:
        if self.gate.clock.now() + CALL > self._until:
            raise NotAsked("late")
