"""What must not grow unseen: attempts and payouts without an end, and money without a known purpose.

Measured over all businesses together, because a gauge that many writers set says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.core import measures
from shared.core.clock import parse_rfc3339, rfc3339
from shared.payments.payout_states import OVER, PayoutState
from shared.payments.places import ATTEMPTS, PAYMENTS, PAYOUTS
from shared.payments.states import UNDECIDED
from shared.store import Query, Store, Where

EVERY_MINUTES = 5
"""Between two measurements: they cost five queries a business."""
STUCK_AFTER = timedelta(minutes=30)
"""Twice the time after which an unanswered attempt is expired by the sweep."""
UNTOLD_AFTER = timedelta(hours=1)
"""Results of payouts take seconds to minutes."""
UNDECIDED_AFTER = timedelta(days=1)
"""The approvers were told, and reminded in the morning."""
MOST = 500
WAITS = ("waiting", "review")
_PAYOUTS = (
    ("provider", frozenset(PayoutState) - OVER - {PayoutState.REQUESTED}, "asked_from", UNTOLD_AFTER),
    ("approval", frozenset({PayoutState.REQUESTED}), "created_on", UNDECIDED_AFTER),
)
"""Whom a payout waits for, in which states, since when, and how long that is in order."""


def watch(store: Store, businesses: Sequence[str], now: datetime) -> None:
    """Set the gauges, every ``EVERY_MINUTES``; raises what the store raises."""
    if now.minute % EVERY_MINUTES:
        return
    measures.STUCK_ATTEMPTS.set(sum(_stuck(store, business, now) for business in businesses))
    for awaiting, states, since, after in _PAYOUTS:
        late = [_late(store, business, states, since, now - after) for business in businesses]
        measures.STUCK_PAYOUTS.set(sum(late), awaiting=awaiting)
    for matching in WAITS:
        ages = [_oldest(store, business, matching, now) for business in businesses]
        measures.UNMATCHED_AGE.set(max(ages, default=0), matching=matching)


def _stuck(store: Store, business: str, now: datetime) -> int:
    where = (
        Where("status", "in", sorted(state.value for state in UNDECIDED)),
        Where("created_on", "<=", rfc3339(now - STUCK_AFTER)),
    )
    return len(store.all(business, Query(ATTEMPTS, where, "created_on"), MOST))


def _late(store: Store, business: str, states: frozenset[PayoutState], since: str, before: datetime) -> int:
    """How many payouts have been in one of these states since before a moment."""
    moment = rfc3339(before)
    among = Where("status", "in", sorted(state.value for state in states))
    older = Query(PAYOUTS, (among, Where("created_on", "<=", moment)), "created_on")
    return sum(payout.data[since] <= moment for payout in store.all(business, older, MOST))


def _oldest(store: Store, business: str, matching: str, now: datetime) -> float:
    """Seconds since the oldest payment in this state was paid; 0 when there is none."""
    found = store.query(business, Query(PAYMENTS, (Where("matching", "==", matching),), "paid_at", 1)).docs
    return max(0.0, (now - parse_rfc3339(found[0].data["paid_at"])).total_seconds()) if found else 0.0
