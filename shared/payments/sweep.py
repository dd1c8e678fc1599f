"""The sweep: what callbacks, crashes and outages left undone is finished by asking again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.access import businesses
from shared.books import seal_when_due
from shared.bus import emit
from shared.core import context, logs, measures
from shared.core.clock import rfc3339
from shared.core.errors import HesabuError, Permanent
from shared.events import SYSTEM, AttemptFailed
from shared.payments.attempts import lose_submitter, moved
from shared.payments.payout_polling import chase_payouts
from shared.payments.payout_waiting import remind
from shared.payments.places import ATTEMPTS
from shared.payments.polling import expired, lease_over, planned_on
from shared.payments.ports import Ports as PaymentPorts
from shared.payments.pulling import pull_payments
from shared.payments.reversals import apply_kept
from shared.payments.settlement import ask_provider
from shared.payments.shortcode.order_questions import chase_orders
from shared.payments.statements.places import DROPPED, SWEPT, file_trace
from shared.payments.states import WAITING, Signal, State
from shared.payments.subscriptions.running import run_due
from shared.payments.watching import watch
from shared.ports import HasChores
from shared.store import Doc, Key, Query, Tx, Where

BATCH = 100
LONGEST = timedelta(seconds=60)
"""How long one sweep asks about attempts; the timer comes again."""


class Ports(PaymentPorts, HasChores, Protocol):
    """The sum of these."""


@dataclass(slots=True)
class Swept:
    """What one sweep did."""

    relayed: int = 0
    polled: int = 0
    pulled: int = 0
    paid_out: int = 0
    reminded: int = 0
    ordered: int = 0
    reversed: int = 0
    subscribed: int = 0
    sealed: int = 0
    tended: int = 0
    announced: int = 0
    failed: int = 0


def sweep(ports: Ports) -> Swept:
    """Relay, poll, pull, collect what is due, seal, for every business; one that fails stops no other.

    Money comes first; then what is left of the time is for files whose event was lost.
    """
    done = Swept()
    give_up = ports.clock.now() + LONGEST
    everybody = [doc.id for doc in businesses(ports.store)]
    for business in everybody:
        with _counted(done, business):
            done.relayed += ports.outbox.relay(business)
            done.polled += poll_attempts(ports, business, give_up)
            done.pulled += pull_payments(ports, business)
            done.paid_out += chase_payouts(ports, business, give_up)
            done.reminded += remind(ports, business)
            done.ordered += chase_orders(ports, business)
            done.reversed += apply_kept(ports, business)
            done.subscribed += run_due(ports, business, give_up)
            done.sealed += seal_when_due(ports.store, business, give_up)
            done.tended += sum(chore(ports, business) for chore in ports.chores)
    with _counted(done, SYSTEM):
        done.relayed += ports.outbox.relay(SYSTEM)  # callbacks that named no payment of ours
    done.announced = _announce_lost(ports, everybody, give_up)
    watch(ports.store, everybody, ports.clock.now())
    return done


def _announce_lost(ports: Ports, everybody: list[str], give_up: datetime) -> int:
    """Files of receipts and of statements that nobody read."""
    from shared.receipts.missed import RECEIPT_FILES, Watched, announce_missed  # for the timer only

    folders = (RECEIPT_FILES, Watched(DROPPED, SWEPT, (file_trace,)))
    return sum(announce_missed(ports, everybody, give_up, folder) for folder in folders)


@contextmanager
def _counted(done: Swept, business: str) -> Iterator[None]:
    """What fails for one business is counted and told, and stops no other."""
    try:
        yield
    except HesabuError as error:
        done.failed += 1
        measures.SWEEP_FAILURES.add()
        logs.warn("sweep of a business failed", business=business, code=error.code, why=str(error))


def poll_attempts(ports: Ports, business: str, give_up: datetime) -> int:
    """Ask about every attempt whose time has come, until ``give_up``; returns how many."""
    now = rfc3339(ports.clock.now())
    due = Query(ATTEMPTS, (Where("polling", "==", True), Where("poll_at", "<=", now)), "poll_at", BATCH)
    polled = 0
    for attempt in ports.store.query(business, due).docs:
        if ports.clock.now() > give_up:
            break  # a provider that is slow today is asked about the rest by the next sweep
        with context.continued(attempt.data.get("correlation_id"), business):
            _poll(ports, business, attempt)
        polled += 1
    return polled


def _poll(ports: Ports, business: str, attempt: Doc) -> None:
    if attempt.data["status"] == State.SUBMITTING and lease_over(
        attempt.data["created_on"], ports.clock.now()
    ):
        lose_submitter(ports, business, attempt.id)
    try:
        ask_provider(ports, business, attempt.id)
    except Permanent as error:  # it is planned on all the same, so that it holds up no other
        logs.warn("an attempt cannot be asked about", business=business, attempt=attempt.id, code=error.code)
    ports.outbox.run(business, lambda tx: _plan_next(ports, tx, attempt.key))
    logs.info("attempt asked about", step="poll", attempt=attempt.id, polls=attempt.data["polls"] + 1)


def _plan_next(ports: Ports, tx: Tx, key: Key) -> None:
    attempt = tx.require(key)
    if not attempt.data["polling"]:
        return
    changes = planned_on(attempt.data, tx.now)
    if State(attempt.data["status"]) in WAITING and expired(attempt.data["created_on"], ports.clock.now()):
        changes |= moved(tx, attempt, Signal.EXPIRE, "timer", "")
        changes["failure"] = "expired"
        emit(tx, AttemptFailed(attempt_id=key.id), key, attempt.version)
    tx.update(key, changes)
