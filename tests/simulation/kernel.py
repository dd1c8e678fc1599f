"""One thread, many processes: greenlets that change places only where they touch the world outside.

Everything a handler does to the store, the bus, a provider or a channel is one *step*. A step waits a drawn
time, then has its effect at one moment; the process may end before the effect or right after it. Between two
steps nothing else runs, so that a seed decides every interleaving, and the same seed gives the same trace.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
SECOND = 1_000_000
"""Virtual time is kept in whole microseconds since ``START``."""
MOST_STEPS = 20_000
"""More than any schedule needs: beyond it, something goes round in circles."""


class Crash(BaseException):
    """The process ends at this step: no handler may catch it, nothing done afterwards has an effect."""


class Violation(BaseException):
    """A promise was broken; the schedule ends here."""


class Chances(Protocol):
    """What decides about a step: how long it takes, and whether the process survives it."""

    def latency(self) -> int: ...
    def crash(self, step: int, what: str) -> str: ...


class Calm:
    """Nothing goes wrong: a millisecond a step."""

    def latency(self) -> int:
        return 1000

    def crash(self, step: int, what: str) -> str:
        return ""


class Task:
    """One process at work on one request or event; ``skew`` is how far its clock is off, in microseconds."""

    __slots__ = ("dead", "ended", "greenlet", "name", "skew")

    def __init__(self, name: str, skew: int, ended: Callable[[BaseException | None], None]) -> None:
        self.name = name
        self.skew = skew
        self.ended = ended
        self.dead = False
        self.greenlet: Any = None


class Kernel:
    """Virtual time and whose turn it is.

    Args:
        chances: what decides about each step; may be replaced between steps.
    """

    def __init__(self, chances: Chances) -> None:
        self.chances = chances
        self.time = 0
        self.drift = 0
        self.steps = 0
        self.lines: list[str] = []
        self.current: Task | None = None
        self.violation: str = ""
        self._queue: list[tuple[int, int, Task | Callable[[], None]]] = []
        self._numbers = 0
        self._hub: Any = None

    # ---- time
    def now(self) -> datetime:
        """What the clock of the process at work shows; a process's clock may be off."""
        off = self.current.skew + self.drift if self.current else 0
        return START + timedelta(microseconds=self.time + off)

    def true_now(self) -> datetime:
        """The time itself."""
        return START + timedelta(microseconds=self.time)

    # ---- tasks
    def spawn(
        self,
        name: str,
        work: Callable[[], object],
        *,
        delay: int = 0,
        skew: int = 0,
        ended: Callable[[BaseException | None], None] | None = None,
    ) -> Task:
        """Start a process; ``ended`` is told how it went: None, its exception, or Crash."""
        task = Task(name, skew, ended or _nobody_cares)
        task.greenlet = greenlet(lambda: self._live(task, work))
        self._push(self.time + delay, task)
        return task

    def at(self, delay: int, do: Callable[[], None]) -> None:
        """Something that happens by itself, at one moment: it takes no steps."""
        self._push(self.time + delay, do)

    def _live(self, task: Task, work: Callable[[], object]) -> None:
        failure: BaseException | None = None
        try:
            work()
        except Violation:
            return
        except BaseException as error:  # noqa: BLE001 - whoever started it decides what it means
            failure = error
        self.note(f"ends {type(failure).__name__ if failure else 'well'}")
        try:
            task.ended(failure)
        except Violation:
            return

    def _push(self, when: int, what: Task | Callable[[], None]) -> None:
        self._numbers += 1
        heapq.heappush(self._queue, (when, self._numbers, what))

    # ---- running
    def run(self, seconds: float | None = None) -> None:
        """Let time pass: so many seconds, or until nothing is left to do. Raises Violation."""
        until = None if seconds is None else self.time + int(seconds * SECOND)
        self._hub = getcurrent()
        while self._queue and (until is None or self._queue[0][0] <= until) and not self.violation:
            self.time, _, what = heapq.heappop(self._queue)
            if isinstance(what, Task):
                self.current = what
                what.greenlet.parent = self._hub
                what.greenlet.switch()
                self.current = None
            else:
                what()
        if self.violation:
            raise Violation(self.violation)
        if until is not None:
            self.time = max(self.time, until)

    @property
    def idle(self) -> bool:
        return not self._queue

    def sleep(self, microseconds: int) -> None:
        """Let the process at work wait; outside of any, nothing waits."""
        if self.current is not None:
            self._push(self.time + microseconds, self.current)
            self._hub.switch()

    # ---- steps
    def step(self, what: str, effect: Callable[[], T]) -> T:
        """One effect on the world outside, by the process at work; raises Crash, and what it raises."""
        task = self.current
        if task is None:
            return effect()  # the world is being set up
        if task.dead:
            raise Crash
        self.steps += 1
        number = self.steps
        if number > MOST_STEPS:
            self.broken(f"no end after {MOST_STEPS} steps")
        crash = self.chances.crash(number, what)
        self.sleep(self.chances.latency())
        if crash == "before":
            self._die(task, number, f"before {what}")
        try:
            done = effect()
        except Exception as error:
            self.lines.append(f"{self.time} {task.name} {number} {what} -> {type(error).__name__}")
            raise
        self.lines.append(f"{self.time} {task.name} {number} {what}")
        if crash == "after":
            self._die(task, number, f"after {what}")
        return done

    def _die(self, task: Task, number: int, where: str) -> None:
        task.dead = True
        self.lines.append(f"{self.time} {task.name} {number} dies {where}")
        raise Crash

    def note(self, text: str) -> None:
        """Add a line to the trace."""
        self.lines.append(f"{self.time} {self.current.name if self.current else '-'} {text}")

    def broken(self, promise: str) -> None:
        """A promise was broken: nothing that happens after it says anything. Raises Violation."""
        self.violation = self.violation or promise
        self.note(f"VIOLATION {promise}")
        raise Violation(promise)

    def digest(self) -> str:
        """The hash of the whole trace."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:24]


def _nobody_cares(_failure: BaseException | None) -> None:
    """How it ended changes nothing."""


class KernelClock:
    """The clock port over virtual time."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def now(self) -> datetime:
        return self._kernel.now()

    def sleep(self, seconds: float) -> None:
        self._kernel.sleep(int(seconds * SECOND))


def drawn(random: Random, low: float, high: float) -> int:
    """Microseconds between two numbers of seconds."""
    return int(random.uniform(low, high) * SECOND)
