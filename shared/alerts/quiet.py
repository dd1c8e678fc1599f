"""What people found no problem: it takes a higher score to be told of it again, less so every month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.alerts.findings import RAISE
from shared.alerts.places import EVERYBODY, quiet_key
from shared.alerts.profile import DAY
from shared.store import Data, Key

STEP, DETECTOR_STEP = 350, 25
"""How much one "not a problem" raises the threshold for that party, and for everybody."""
HALF_LIFE = 60 * DAY
MOST, MOST_FOR_ALL = 700, 150
LEAST_LEFT = 5


@dataclass(slots=True)
class Levels:
    """The thresholds of a business at a moment, read when something was found.

    Args:
        read: reads what is kept of a party; its documents are looked at once each.
    """

    read: Callable[[Key], Data | None]
    now_ms: int
    _known: dict[str, Data] = field(default_factory=dict)

    def threshold(self, detector: str, party: str) -> int:
        """The score from which this detector is heard about this party."""
        return RAISE + self.level(detector, party)

    def raised(self, detector: str, party: str) -> bool:
        """Whether people's word stands against this detector about this very party."""
        return _level(self._of(party), detector, self.now_ms) >= STEP // 2

    def level(self, detector: str, party: str) -> int:
        """What is added to ``RAISE``: for this party, and a little for everybody."""
        return sum(_level(self._of(one), detector, self.now_ms) for one in (party, EVERYBODY))

    def _of(self, party: str) -> Data:
        if party not in self._known:
            self._known[party] = self.read(quiet_key(party)) or {"levels": {}}
        return self._known[party]


def _level(data: Data, detector: str, now_ms: int) -> int:
    kept = data["levels"].get(detector)
    if kept is None:
        return 0
    age = max(0, now_ms - kept["at_ms"])
    left: float = kept["milli"] * 0.5 ** (age / HALF_LIFE)
    return round(left) if left >= LEAST_LEFT else 0


def louder(data: Data | None, detector: str, party: str, now_ms: int) -> Data:
    """What is kept of a party after one "not a problem" more about it."""
    levels: Data = dict(data["levels"]) if data else {}
    step, most = (DETECTOR_STEP, MOST_FOR_ALL) if party == EVERYBODY else (STEP, MOST)
    left = _level({"levels": levels}, detector, now_ms)
    levels[detector] = {"milli": min(most, left + step), "at_ms": now_ms}
    return {"levels": levels}
