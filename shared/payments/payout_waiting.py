"""Payouts that wait for approval: those who may approve are told at once, and reminded the next morning.

The event names the payout, and each person is told once about it whatever number of events come. The one of
the morning is for those who could not be told at night.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from shared.bus import emit
from shared.core.clock import EAT, parse_rfc3339, rfc3339
from shared.events import PayoutRequested
from shared.payments.payout_states import PayoutState
from shared.payments.places import PAYOUTS, PAYOUTS_WAITING
from shared.payments.ports import Ports
from shared.store import Doc, Key, Query, Tx, Where

MORNING = 8
"""The hour in Nairobi at which phones may ring for a question of the night."""
EVERY_MINUTES = 5
"""Between two looks for reminders that are due: each costs a query a business."""
BATCH = 100


def announce(tx: Tx, payout: Doc) -> None:
    """Have the approvers told, in the commit that writes the payout."""
    emit(tx, PayoutRequested(payout_id=payout.id), payout.key, payout.version)
    tx.set(Key(PAYOUTS_WAITING, payout.id), {"remind_at": next_morning(tx.now)})


def remind(ports: Ports, business: str) -> int:
    """Announce once more what has waited over night; returns how many payouts."""
    now = ports.clock.now()
    if now.minute % EVERY_MINUTES:
        return 0
    due = Query(PAYOUTS_WAITING, (Where("remind_at", "<=", rfc3339(now)),), "remind_at", BATCH)
    waiting = ports.store.query(business, due).docs
    return sum(ports.outbox.run(business, partial(_remind, doc.key)) for doc in waiting)


def _remind(reminder: Key, tx: Tx) -> bool:
    if tx.get(reminder) is None:
        return False  # another sweep was faster
    tx.delete(reminder)
    payout = tx.require(Key(PAYOUTS, reminder.id))
    waits = PayoutState(payout.data["status"]) is PayoutState.REQUESTED
    if waits:
        emit(tx, PayoutRequested(payout_id=payout.id), payout.key, payout.version + 1)
    return waits


def next_morning(now: str) -> str:
    """The first moment after ``now`` at which it is ``MORNING`` in Nairobi."""
    local = parse_rfc3339(now).astimezone(EAT)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return rfc3339(morning if morning > local else morning + timedelta(days=1))
