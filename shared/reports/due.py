"""The timer's part: look for saved reports that fell due. What makes them is loaded when there is one."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.clock import rfc3339
from shared.ports import Chore, Tended
from shared.reports.places import DEFINITIONS
from shared.reports.ports import Making
from shared.store import Query, Where

BATCH = 2
"""Reports of one business on one tick: the timer comes again."""
LONGEST, TICK = timedelta(seconds=45), timedelta(seconds=55)
"""Of one tick for reports, all businesses together; what began longer ago was another tick."""


def chore_of(ports: Making) -> Chore:
    """The chore, bounded over all businesses of a tick."""
    began: list[datetime] = []

    def run_reports(tended: Tended, business: str) -> int:
        now = tended.clock.now()
        if not began or now - began[0] > TICK:
            began[:] = [now]
        return run_due(ports, business) if now - began[0] <= LONGEST else 0

    return run_reports


def run_due(ports: Making, business: str) -> int:
    """Make what fell due; returns how many there were. What fails for one definition stops no other."""
    now = rfc3339(ports.clock.now())
    where = (Where("scheduled", "==", True), Where("next_at", "<=", now))
    due = ports.store.query(business, Query(DEFINITIONS, where, "next_at", BATCH)).docs
    if due:
        from shared.reports.runs import attend

        for definition in due:
            attend(ports, business, definition)
    return len(due)
