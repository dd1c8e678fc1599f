"""What the sweep does about payouts: send what was left, ask about what is out, give up after a day."""

from __future__ import annotations

from datetime import datetime

from shared.core import context, logs
from shared.core.clock import rfc3339
from shared.core.errors import Permanent
from shared.payments.payout_questions import question
from shared.payments.payout_sending import ask, lose_sender, send, send_again
from shared.payments.payout_states import OVER, PayoutState
from shared.payments.payouts import planned_on
from shared.payments.places import PAYOUTS
from shared.payments.ports import Ports
from shared.store import Doc, Key, Query, Tx, Where

BATCH = 100


def chase_payouts(ports: Ports, business: str, give_up: datetime) -> int:
    """Do what is due about every payout without an end, until ``give_up``; returns how many."""
    now = rfc3339(ports.clock.now())
    due = Query(PAYOUTS, (Where("polling", "==", True), Where("poll_at", "<=", now)), "poll_at", BATCH)
    chased = 0
    for payout in ports.store.query(business, due).docs:
        if ports.clock.now() > give_up:
            break
        with context.continued(payout.data["correlation_id"], business):
            _chase(ports, business, payout)
        chased += 1
    return chased


def _chase(ports: Ports, business: str, payout: Doc) -> None:
    try:
        _resolve(ports, business, lose_sender(ports, business, payout))
    except Permanent as error:  # it is planned on all the same, so that it holds up no other
        logs.warn("a payout cannot be asked about", business=business, payout=payout.id, code=error.code)
    ports.outbox.run(business, lambda tx: _plan_next(tx, payout.key))
    logs.info("payout asked about", step="payout_poll", payout=payout.id, polls=payout.data["polls"] + 1)


def _resolve(ports: Ports, business: str, payout: Doc) -> None:
    """Asking comes first; what stays unknown, or cannot be asked about, is sent again under its own id."""
    match PayoutState(payout.data["status"]):
        case PayoutState.APPROVED:
            send(ports, business, payout.id)
        case PayoutState.UNKNOWN:
            again = payout.data["polls"] % 2 == 1
            if again or not ask(ports, business, payout):
                send_again(ports, business, payout)
        case PayoutState.SENT | PayoutState.REVIEW:
            ask(ports, business, payout)


def _plan_next(tx: Tx, key: Key) -> None:
    payout = tx.require(key)
    if not payout.data["polling"]:
        return
    payout = tx.update(key, planned_on(payout.data, tx.now))
    if not payout.data["polling"] and PayoutState(payout.data["status"]) not in OVER:
        question(tx, payout, "never_answered")
