"""A receipt, the engines that read it badly or well, and simulated Vision and Gemini over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from local.providers.serve import serving
from local.readers import Fault, Readers, add_fault, build_readers
from local.safaricom.state import State
from shared.core.clock import ManualClock
from shared.core.generative import GeminiAccount
from shared.receipts.engines.cloud import Cloud, CloudReaders
from shared.receipts.engines.gemini import GeminiReader
from shared.receipts.engines.vision import VisionReader
from shared.receipts.model import EngineText, Line
from tests.unit.receipts.support import line

KEY = "test-key"
GOOD = (
    "MAJI PLUMBING SUPPLIES LTD",
    "PIN: P052204618B",
    "RECEIPT NO: 007702",
    "DATE: 21/10/2026 11:31",
    "GATE VALVE 15 585.00 8,775.00",
    "TOTAL KES 8,775.00",
    "CASH 9,000.00",
    "CHANGE 225.00",
)
BLURRED = (*GOOD[:5], "T0TAL KE5 8,7/5.0O", "CA5H 9,0", "CHA 225")
"""What an engine reads of the same receipt where it is smudged: no total that arithmetic bears out."""


def lines(texts: tuple[str, ...], score: int = 980) -> tuple[Line, ...]:
    return tuple(line(text, x=10, y=10 + 30.0 * index, score=score) for index, text in enumerate(texts))


class Eyes:
    """What the simulated readers see, whatever the picture; counts how often they look."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.looked = 0

    def __call__(self, content: bytes) -> tuple[EngineText, tuple[int, int]]:
        self.looked += 1
        if not content.startswith(b"\xff\xd8"):
            raise ValueError("bad image data")
        return EngineText(lines(self.texts), "eyes", "1"), (400, 600)


@dataclass
class World:
    """The readers of one installation and the simulated services behind them."""

    simulated: Readers
    eyes: Eyes
    url: str
    clock: ManualClock
    readers: CloudReaders
    calls: dict[str, int]
    budget: int = 100

    def cloud(self, uri: str = "") -> Cloud:
        return Cloud(self.readers, self._afford, uri)

    def _afford(self, engine: str) -> bool:
        self.calls[engine] = self.calls.get(engine, 0) + 1
        return self.calls[engine] <= self.budget

    def go_wrong(self, name: str, **how: object) -> None:
        add_fault(self.simulated.desk.state, Fault(name, **how))  # type: ignore[arg-type]

    def asked(self, service: str) -> list[dict[str, object]]:
        return self.simulated.desk.requests(service)


Build = Callable[[str, ManualClock], CloudReaders]


def both(url: str, clock: ManualClock) -> CloudReaders:
    return CloudReaders(clock, VisionReader("rest", url, timeout=5), gemini(url))


def only_vision(url: str, clock: ManualClock) -> CloudReaders:
    return CloudReaders(clock, VisionReader("rest", url, timeout=5), None)


def only_gemini(url: str, clock: ManualClock) -> CloudReaders:
    return CloudReaders(clock, None, gemini(url))


def gemini(url: str, timeout: float = 5) -> GeminiReader:
    return GeminiReader(GeminiAccount(KEY, "gemini-test", url, timeout))


@contextmanager
def world_of(build: Build, *seen: str) -> Iterator[World]:
    """A world whose simulated services see the texts given."""
    clock = ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    eyes = Eyes(*seen)
    simulated = build_readers(State(), clock, key=KEY, eyes=eyes)
    with serving(simulated) as url:
        readers = build(url, clock)
        try:
            yield World(simulated, eyes, url, clock, readers, {})
        finally:
            simulated.closing.set()
            if isinstance(readers.pages, VisionReader):
                readers.pages.close()
    simulated.close()
