"""How reconciliation stands: payments by state, the share that needed nobody, and what waits for whom.

Every figure comes from bounded reads of an index: at most ``COUNTED_MOST`` payments of the period, the newest
first, and ``OPEN_MOST`` of what is open. What was cut says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.books.places import SPENDABLE
from shared.core.clock import rfc3339
from shared.matching.places import PAYMENTS, REVIEW
from shared.store import Doc, Query, Store, Where

COUNTED_MOST, OPEN_MOST = 2_000, 500
STATES = ("waiting", "auto", "review", "none", "manual")


@dataclass(frozen=True, slots=True)
class Sum:
    """So many, and their cents; ``more``: there are more than were counted."""

    count: int = 0
    cents: int = 0
    unallocated_cents: int = 0
    more: bool = False
    oldest: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """States of the payments of a period, shares per mille (None when nothing was decided), what is open.

    ``since``: from when on the payments are counted; later than asked for when ``complete`` is false.
    """

    since: str
    complete: bool
    states: dict[str, Sum]
    straight_through_milli: int | None
    review_load_milli: int | None
    waiting: Sum
    queue: Sum


def standing_of(store: Store, business: str, now: datetime, days: int) -> Standing:
    """How the payments of the last days stand; raises what the store raises."""
    since = rfc3339(now - timedelta(days=days))
    query = Query(PAYMENTS, (Where("paid_at", ">=", since),), "-paid_at")
    found = store.all(business, query, COUNTED_MOST + 1)
    complete, found = len(found) <= COUNTED_MOST, found[:COUNTED_MOST]
    ours = [doc for doc in found if doc.data["status"] in SPENDABLE and not doc.data.get("own_transfer")]
    states = {state: _sum(doc for doc in ours if doc.data["matching"] == state) for state in STATES}
    decided = sum(states[state].count for state in STATES if state != "waiting")
    return Standing(
        since=since if complete else found[-1].data["paid_at"],
        complete=complete,
        states=states,
        straight_through_milli=states["auto"].count * 1000 // decided if decided else None,
        review_load_milli=(decided - states["auto"].count) * 1000 // decided if decided else None,
        waiting=_waiting(store, business),
        queue=_queue(store, business),
    )


def _sum(docs: Iterable[Doc]) -> Sum:
    found = list(docs)
    return Sum(
        len(found),
        sum(doc.data["amount_cents"] for doc in found),
        sum(doc.data["unallocated_cents"] for doc in found),
        oldest=min((doc.data["paid_at"] for doc in found), default=""),
    )


def _waiting(store: Store, business: str) -> Sum:
    """Settled money that the engine has not looked at, whenever it was paid."""
    query = Query(PAYMENTS, (Where("matching", "==", "waiting"),), "paid_at")
    found = store.all(business, query, OPEN_MOST)
    told = _sum(doc for doc in found if doc.data["status"] in SPENDABLE)
    return Sum(told.count, told.cents, told.unallocated_cents, len(found) == OPEN_MOST, told.oldest)


def _queue(store: Store, business: str) -> Sum:
    """Open questions about payments, whenever they were asked."""
    where = (Where("status", "==", "open"), Where("kind", "==", "payment"))
    found = store.all(business, Query(REVIEW, where, "-rank"), OPEN_MOST)
    cents = sum(doc.data["value_cents"] for doc in found)
    oldest = min((doc.data["created_on"] for doc in found), default="")
    return Sum(len(found), cents, cents, len(found) == OPEN_MOST, oldest)
