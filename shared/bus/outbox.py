"""The outbox: events are rows of the commit that causes them, published right after it.

A crash between commit and publish leaves the rows; ``relay`` (called by sweep) publishes what was left. A row
that is published twice keeps its event id, so consumers see one event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from shared.bus.port import Bus
from shared.core import logs, measures
from shared.core.clock import rfc3339
from shared.core.errors import Retryable
from shared.events import EventData, new_event
from shared.store import Key, Once, Query, Store, Tx, Where

T = TypeVar("T")
OUTBOX = "outbox"
GRACE_SECONDS = 10
"""Younger rows belong to a publisher that is still at work."""


def emit(tx: Tx, data: EventData, subject: Key, version: int = 1, *, request_id: str = "") -> None:
    """Add an event to this transaction.

    Args:
        version: tells apart repeated events of one record.
        request_id: the request that the event goes back to, when that is not the one at hand.
    """
    event = new_event(
        tx.business, f"{subject.collection}/{subject.id}", version, tx.now, data, request_id=request_id
    )
    tx.set(Key(OUTBOX, event.id), {"event": event.to_cloud_event(), "created_on": tx.now})


class Outbox:
    """Transactions that publish: the store's ``transaction`` plus its events."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus

    def run(self, business: str, fn: Callable[[Tx], T], *, once: Once | None = None) -> T:
        """Run a transaction and publish what it emitted; see ``Store.transaction`` for what it raises."""
        return self._store.transaction(business, fn, once=once, committed=self._publish)

    def relay(self, business: str, limit: int = 200) -> int:
        """Publish rows that a crash or an outage left behind; returns how many."""
        if self._bus.collects_outbox:
            return 0
        before = rfc3339(self._store.clock.now() - timedelta(seconds=GRACE_SECONDS))
        query = Query(OUTBOX, (Where("created_on", "<=", before),), "created_on", limit)
        rows = self._store.query(business, query).docs
        if rows:
            self._send(business, {row.key: row.data["event"] for row in rows})
            measures.RELAYED.observe(len(rows))
        return len(rows)

    def _publish(self, tx: Tx) -> None:
        rows = {
            key: doc.data["event"]
            for key, doc in tx.writes.items()
            if key.collection == OUTBOX and doc is not None
        }
        if not rows:
            return
        if self._bus.collects_outbox:
            self._bus.wake()
            return
        try:
            self._send(tx.business, rows)
        except Retryable as error:
            # the commit stands and the rows are safe: sweep relays them, the caller must not fail
            measures.UNPUBLISHED.add()
            logs.warn(
                "publishing waits for the next sweep", business=tx.business, events=len(rows), why=str(error)
            )

    def _send(self, business: str, rows: dict[Key, dict[str, Any]]) -> None:
        self._bus.publish(list(rows.values()))
        self._store.discard(business, list(rows))
