"""How one party usually pays or is paid: a bounded document, the same whatever order events come in.

The latest movements by their own time are kept, not the latest that were told: two deliveries in the other
order end in the same document. Lines are text that sorts by time.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import NamedTuple

from shared.alerts.moves import Move, day_of
from shared.store import Data

KEPT = 64
"""Movements of a party that are remembered."""
MINUTE = 60_000
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE


class Seen(NamedTuple):
    """One remembered movement."""

    at_ms: int
    cents: int
    channel: str
    subject: str
    code: str


@dataclass(frozen=True, slots=True)
class Party:
    """A party's past: how many movements in all, since when, and the latest of them by time."""

    count: int = 0
    first_ms: int = 0
    seen: tuple[Seen, ...] = ()

    def before(self, at_ms: int) -> tuple[Seen, ...]:
        """What is remembered from before a moment."""
        return self.seen[: bisect_left(self.seen, at_ms, key=lambda one: one.at_ms)]

    def is_new(self, at_ms: int) -> bool:
        """Whether nothing is known of this party from before a moment, or from it."""
        return self.count == 0 or at_ms < self.first_ms

    def near(self, at_ms: int, span_ms: int) -> tuple[Seen, ...]:
        """What lies within ``span_ms`` of a moment, on either side."""
        low = bisect_left(self.seen, at_ms - span_ms, key=lambda one: one.at_ms)
        high = bisect_left(self.seen, at_ms + span_ms + 1, key=lambda one: one.at_ms)
        return self.seen[low:high]


NOBODY = Party()


def read_party(data: Data | None) -> Party:
    """A stored profile; of a party that is not known, an empty one."""
    if data is None:
        return NOBODY
    return Party(data["count"], data["first_ms"], tuple(map(_read, data["recent"])))


def learnt(data: Data | None, move: Move, channel: str = "") -> Data:
    """A party's document with one movement more.

    Args:
        channel: what is kept as the movement's channel, its own where it is empty.
    """
    recent = list(data["recent"]) if data else []
    insort(recent, _line(move, channel or move.channel))
    del recent[:-KEPT]
    first = min(data["first_ms"], move.at_ms) if data else move.at_ms
    return {"count": (data["count"] if data else 0) + 1, "first_ms": first, "recent": recent}


def days_with(seen: tuple[Seen, ...], least: int) -> set[str]:
    """The Nairobi days that hold at least so many movements."""
    counts: dict[str, int] = {}
    for one in seen:
        day = day_of(one.at_ms)
        counts[day] = counts.get(day, 0) + 1
    return {day for day, count in counts.items() if count >= least}


def most_within(times: list[int], around_ms: int, span_ms: int) -> int:
    """The most of these sorted moments that lie in one span which holds ``around_ms``."""
    near = [one for one in times if abs(one - around_ms) <= span_ms]
    ends = (
        bisect_left(near, one + span_ms + 1) - start for start, one in enumerate(near) if one <= around_ms
    )
    return max(ends, default=0)


def _line(move: Move, channel: str) -> str:
    return f"{move.at_ms:013d}|{move.cents}|{channel}|{move.subject}|{move.code}"


def _read(line: str) -> Seen:
    at, cents, channel, subject, code = line.split("|", 4)
    return Seen(int(at), int(cents), channel, subject, code)
