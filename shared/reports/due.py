"""The timer's part: look for saved reports that fell due. What makes them is loaded when there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.core.clock import rfc3339
from shared.ports import Chore, HasOutbox, Tended
from shared.reports.places import DEFINITIONS
from shared.reports.ports import Making
from shared.store import Query, Where

BATCH = 2
"""Reports of one business on one tick: the timer comes again."""
EVERY_MINUTES = 5
"""Between two looks while nothing is due: each costs a query a business."""
LONGEST, TICK = timedelta(seconds=45), timedelta(seconds=55)
"""Of one tick for reports, all businesses together; what began longer ago was another tick."""


class Running(Making, HasOutbox, Protocol):
    """What the timer needs besides: the news of a report leaves with its commit."""


@dataclass(slots=True)
class Ticks:
    """What this process remembers of the timer: when the tick began, and whether the last one left some."""

    began: datetime | None = None
    left: bool = False
    look: bool = False

    def may(self, now: datetime) -> bool:
        """Whether a business is looked at now."""
        if self.began is None or now - self.began > TICK:
            self.look = self.left or now.minute % EVERY_MINUTES == 0
            self.began, self.left = now, False
        over = now - self.began > LONGEST
        self.left = self.left or (self.look and over)
        return self.look and not over


def chore_of(ports: Running) -> Chore:
    """The chore, bounded over all businesses of a tick; a tick that left some is followed up by the next."""
    ticks = Ticks()

    def run_reports(tended: Tended, business: str) -> int:
        if not ticks.may(tended.clock.now()):
            return 0
        found = run_due(ports, business)
        ticks.left = ticks.left or found > 0
        return found

    return run_reports


def run_due(ports: Running, business: str) -> int:
    """Make what fell due; returns how many there were. What fails for one definition stops no other."""
    now = rfc3339(ports.clock.now())
    where = (Where("scheduled", "==", True), Where("next_at", "<=", now))
    due = ports.store.query(business, Query(DEFINITIONS, where, "next_at", BATCH)).docs
    if due:
        from shared.reports.runs import attend

        for definition in due:
            attend(ports, business, definition)
    return len(due)
