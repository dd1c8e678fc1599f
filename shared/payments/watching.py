"""What must not grow unseen: attempts without an end, and money that nobody has found the purpose of.

Measured over all businesses together, because a gauge that many writers set says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.core import measures
from shared.core.clock import parse_rfc3339, rfc3339
from shared.payments.places import ATTEMPTS, PAYMENTS
from shared.payments.states import UNDECIDED
from shared.store import Query, Store, Where

EVERY_MINUTES = 5
"""Between two measurements: they cost three queries a business."""
STUCK_AFTER = timedelta(minutes=30)
"""Twice the time after which an unanswered attempt is expired by the sweep."""
MOST = 500
WAITS = ("waiting", "review")


def watch(store: Store, businesses: Sequence[str], now: datetime) -> None:
    """Set the gauges, every ``EVERY_MINUTES``; raises what the store raises."""
    if now.minute % EVERY_MINUTES:
        return
    measures.STUCK_ATTEMPTS.set(sum(_stuck(store, business, now) for business in businesses))
    for matching in WAITS:
        ages = [_oldest(store, business, matching, now) for business in businesses]
        measures.UNMATCHED_AGE.set(max(ages, default=0), matching=matching)


def _stuck(store: Store, business: str, now: datetime) -> int:
    where = (
        Where("status", "in", sorted(state.value for state in UNDECIDED)),
        Where("created_on", "<=", rfc3339(now - STUCK_AFTER)),
    )
    return len(store.all(business, Query(ATTEMPTS, where, "created_on"), MOST))


def _oldest(store: Store, business: str, matching: str, now: datetime) -> float:
    """Seconds since the oldest payment in this state was paid; 0 when there is none."""
    found = store.query(business, Query(PAYMENTS, (Where("matching", "==", matching),), "paid_at", 1)).docs
    return max(0.0, (now - parse_rfc3339(found[0].data["paid_at"])).total_seconds()) if found else 0.0
