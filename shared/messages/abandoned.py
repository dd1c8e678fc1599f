"""Claims that no delivery comes back to: they end as unknown, for the timer.

A worker died around its call, and what it was to tell has become moot since (the payer has paid after all, a
person has decided), or has become another message, or the bus has given the event up. Whether somebody was
told is unknown, as with any claim without an outcome.
"""

from __future__ import annotations

from functools import partial

from shared.core.clock import rfc3339
from shared.messages.claims import LEASE, MESSAGES, give_up
from shared.messages.model import Status
from shared.ports import Tended
from shared.store import Query, Where

EVERY_MINUTES = 5
"""Between two looks: each costs a query a business."""
BATCH = 100


def close_abandoned(ports: Tended, business: str) -> int:
    """End the claims of workers that died; returns how many were looked at."""
    now = ports.clock.now()
    if now.minute % EVERY_MINUTES:
        return 0
    claimed = Where("status", "==", Status.CLAIMED.value)
    old = Query(MESSAGES, (claimed, Where("created_on", "<=", rfc3339(now - LEASE))), "created_on", BATCH)
    found = ports.store.query(business, old).docs
    for message in found:  # one that was claimed again lately is left to its worker
        ports.store.transaction(business, partial(give_up, key=message.key, now=now))
    return len(found)
