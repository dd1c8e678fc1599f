"""The sweep: what callbacks, crashes and outages left undone is finished by asking again."""

from __future__ import annotations

from dataclasses import dataclass

from shared.access import businesses
from shared.bus import emit
from shared.core import logs
from shared.core.clock import rfc3339
from shared.core.errors import Retryable
from shared.events import AttemptFailed
from shared.payments.attempts import ATTEMPTS, lose_submitter, moved
from shared.payments.polling import expired, lease_over, next_poll
from shared.payments.ports import Ports
from shared.payments.settlement import ask_provider
from shared.payments.states import WAITING, Signal, State
from shared.store import Data, Doc, Key, Query, Tx, Where

BATCH = 100


@dataclass(slots=True)
class Swept:
    """What one sweep did."""

    relayed: int = 0
    polled: int = 0
    failed: int = 0


def sweep(ports: Ports) -> Swept:
    """Relay outboxes and poll what is due, for every business; one that fails does not stop the others."""
    done = Swept()
    for business in [doc.id for doc in businesses(ports.store)]:
        try:
            done.relayed += ports.outbox.relay(business)
            done.polled += poll_attempts(ports, business)
        except Retryable as error:
            done.failed += 1
            logs.warn("sweep of a business failed", business=business, why=str(error))
    return done


def poll_attempts(ports: Ports, business: str) -> int:
    """Ask about every attempt whose time has come; returns how many."""
    now = rfc3339(ports.clock.now())
    due = Query(ATTEMPTS, (Where("polling", "==", True), Where("poll_at", "<=", now)), "poll_at", BATCH)
    attempts = ports.store.query(business, due).docs
    for attempt in attempts:
        _poll(ports, business, attempt)
    return len(attempts)


def _poll(ports: Ports, business: str, attempt: Doc) -> None:
    if attempt.data["status"] == State.SUBMITTING and lease_over(
        attempt.data["created_on"], ports.clock.now()
    ):
        lose_submitter(ports, business, attempt.id)
    ask_provider(ports, business, attempt.id)
    ports.outbox.run(business, lambda tx: _plan_next(ports, tx, attempt.key))


def _plan_next(ports: Ports, tx: Tx, key: Key) -> None:
    attempt = tx.require(key)
    if not attempt.data["polling"]:
        return
    polls = attempt.data["polls"] + 1
    following = next_poll(attempt.data["created_on"], polls)
    changes: Data = {"polls": polls, "polling": following is not None, "poll_at": following or tx.now}
    if State(attempt.data["status"]) in WAITING and expired(attempt.data["created_on"], ports.clock.now()):
        changes |= moved(attempt, Signal.EXPIRE, "timer", "", tx.now)
        changes["failure"] = "expired"
        emit(tx, AttemptFailed(attempt_id=key.id), key, attempt.version)
    tx.update(key, changes)
