"""The record of a message as a small state machine: claimed before the call, its outcome written after it.

A claim without an outcome whose lease is over means that its worker died somewhere around the call: whether
the person was told is unknown, and an unknown message is never sent again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from shared.core import measures
from shared.core.clock import parse_rfc3339
from shared.messages.model import Failed, Outcome, Sent, Status, Unknown
from shared.store import Data, Key, Tx

MESSAGES = "messages"
LEASE = timedelta(seconds=30)
"""Longer than any call of a channel, shorter than the bus goes on delivering an event again."""
MAX_ATTEMPTS = 6
"""Leaves deliveries of the event for the next channel: the bus gives up after eight."""


class Standing(StrEnum):
    """What a worker that holds a message may do about it."""

    OURS = "ours"
    """Nobody has told them: send now."""
    BUSY = "busy"
    """Another worker is sending it: come back later."""
    LOST = "lost"
    """Its worker died around the call: never send again."""
    TOLD = "told"
    """They were told, or may have been: leave it."""
    NOT_TOLD = "not_told"
    """They certainly were not, and will not be on this channel."""


def standing(message: Data | None, now: datetime) -> Standing:
    """What the stored message allows a worker to do."""
    if message is None:
        return Standing.OURS
    match Status(message["status"]):
        case Status.SENT | Status.UNKNOWN:
            return Standing.TOLD
        case Status.SUPPRESSED:
            return Standing.OURS  # it was night; should the event come again by day, it is sent
        case Status.FAILED:
            return Standing.OURS if message["retry"] else Standing.NOT_TOLD
        case Status.CLAIMED:
            return Standing.LOST if _lease_over(message, now) else Standing.BUSY


def claim(tx: Tx, key: Key, draft: Data, token: str, now: datetime) -> Standing:
    """Take the right to send a message, or say why not.

    Args:
        tx: the transaction; nothing is sent inside it.
        key: the message's.
        draft: the new message's fields.
        token: tells this claim from every other.
        now: the worker's clock.
    """
    stored = tx.get(key)
    found = standing(stored.data if stored else None, now)
    if found is Standing.OURS:
        attempts = stored.data["attempts"] + 1 if stored else 1
        created = stored.data["created_on"] if stored else tx.now
        claimed = {"status": Status.CLAIMED.value, "claim": token, "claimed_on": tx.now, "error": ""}
        tx.put(key, {**draft, **claimed, "attempts": attempts, "created_on": created})
    return Standing.BUSY if found is Standing.LOST else found


def give_up(tx: Tx, key: Key, now: datetime) -> None:
    """Mark a message whose worker died as unknown; one that has moved on stays as it is."""
    if standing(tx.require(key).data, now) is Standing.LOST:
        lost = tx.update(key, {"status": Status.UNKNOWN.value, "error": "no_outcome"})
        _tally(tx, lost.data)


def suppress(tx: Tx, key: Key, draft: Data, why: str) -> None:
    """Record that a message was not sent on purpose; one that was written before stays as it is."""
    if tx.get(key) is None:
        kept = {**draft, "status": Status.SUPPRESSED.value, "error": why, "created_on": tx.now}
        _tally(tx, tx.create(key, kept).data)


def record(tx: Tx, key: Key, outcome: Outcome) -> Standing:
    """Write what the channel answered. Sent is sticky; our own answer overrules an expired lease."""
    message = tx.require(key).data
    if message["status"] == Status.SENT:
        return Standing.TOLD
    change = _change(outcome, message["attempts"], tx.now)
    _tally(tx, tx.update(key, change).data)
    if not isinstance(outcome, Failed):
        return Standing.TOLD
    return Standing.BUSY if change["retry"] else Standing.NOT_TOLD


def _tally(tx: Tx, message: Data) -> None:
    tx.tally(measures.MESSAGES, channel=message["channel"], outcome=message["status"])


def _change(outcome: Outcome, attempts: int, now: str) -> Data:
    match outcome:
        case Sent(provider_id, cost):
            told = {"provider_id": provider_id, "cost": cost, "sent_on": now}
            return {"status": Status.SENT.value, "error": "", **told}
        case Failed(reason, retryable):
            again = retryable and attempts < MAX_ATTEMPTS
            return {"status": Status.FAILED.value, "error": reason, "retry": again}
        case Unknown(reason):
            return {"status": Status.UNKNOWN.value, "error": reason, "retry": False}
        case _:
            assert_never(outcome)


def _lease_over(message: Data, now: datetime) -> bool:
    return now >= parse_rfc3339(message["claimed_on"]) + LEASE
