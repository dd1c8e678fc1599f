"""Many schedules in several processes, added up to one line of figures."""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from tests.simulation.faults import SOMETIMES
from tests.simulation.schedule import Result, run

CHUNK = 50
ENOUGH, AT = 100, 2000
"""Each fault must have happened so often in so many schedules: a fault that never happens proves nothing."""


@dataclass(slots=True)
class Total:
    """What some schedules came to."""

    schedules: int = 0
    steps: int = 0
    traces: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, str]] = field(default_factory=list)

    def add(self, result: Result) -> None:
        self.schedules += 1
        self.steps += result.steps
        self.traces.add(result.trace)
        self.faults += result.faults
        if result.violation:
            self.broken.append((result.seed, result.violation))

    def join(self, other: Total) -> None:
        self.schedules += other.schedules
        self.steps += other.steps
        self.traces |= other.traces
        self.faults += other.faults
        self.broken += other.broken

    def unmet(self) -> list[str]:
        """The faults that did not happen often enough, once there were enough schedules to ask."""
        if self.schedules < AT:
            return []
        return [name for name in SOMETIMES if self.faults[name] < ENOUGH]

    def line(self, seconds: float) -> dict[str, Any]:
        """The form of bench/README.md, and how fast it went."""
        return {
            "schedules": self.schedules,
            "distinct_traces": len(self.traces),
            "steps": self.steps,
            "violations": len(self.broken),
            "faults": {name: self.faults[name] for name in sorted(self.faults)},
            "failing_seeds": [seed for seed, _ in sorted(self.broken)[:50]],
            "unmet": self.unmet(),
            "seconds": round(seconds, 1),
            "schedules_per_s": round(self.schedules / max(seconds, 0.001), 1),
        }


def some(first: int, count: int) -> Total:
    """Run the schedules of ``count`` seeds from ``first``; a part of the work for one process."""
    gc.disable()  # a schedule leaves cycles behind: looking for them all the time costs a fifth of it
    total = Total()
    for seed in range(first, first + count):
        total.add(run(seed))
    gc.enable()
    gc.collect()
    return total


def many(first: int, count: int, jobs: int, tell: Callable[[str], None]) -> tuple[Total, float]:
    """Run the schedules of ``count`` seeds in ``jobs`` processes; also returns the seconds it took."""
    began = time.perf_counter()
    total = Total()
    for n, part in enumerate(_parts(first, count, jobs), 1):
        total.join(part)
        for seed, why in part.broken:
            tell(f"seed {seed}: {why}")
        if n % 20 == 0:
            tell(f"{total.schedules} schedules, {len(total.broken)} violations")
    return total, time.perf_counter() - began


def _parts(first: int, count: int, jobs: int) -> Iterator[Total]:
    starts = range(first, first + count, CHUNK)
    sizes = [min(CHUNK, first + count - start) for start in starts]
    if jobs < 2 or count <= CHUNK:
        yield from map(some, starts, sizes)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from chain(pool.map(some, starts, sizes))


def to_stderr(text: str) -> None:
    """Progress, apart from the line of figures."""
    print(text, file=sys.stderr, flush=True)
