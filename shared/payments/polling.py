"""When to ask the provider again: soon while the payer may be typing, ever less often after."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.store import Data

PLAN_SECONDS = (15, 30, 45, 60, 90, 120, 5 * 60, 15 * 60, 60 * 60)
"""Seconds after the attempt was made (reference: payments 5.1, poll plan)."""
EXPIRES_AFTER_SECONDS = 15 * 60
LEASE_SECONDS = 90
"""Longer than any call of ours may take: after it, a submitter is taken for dead."""


def next_poll(created_on: str, polls: int) -> str | None:
    """When to poll for the ``polls``-th time (from 0), or None when the plan is at its end."""
    if polls >= len(PLAN_SECONDS):
        return None
    return rfc3339(parse_rfc3339(created_on) + timedelta(seconds=PLAN_SECONDS[polls]))


def planned_on(record: Data, now: str) -> Data:
    """The changes of an attempt or payment that has just been asked about: when to ask again, or never."""
    polls = record["polls"] + 1
    following = next_poll(record["created_on"], polls)
    return {"polls": polls, "polling": following is not None, "poll_at": following or now}


def expired(created_on: str, now: datetime) -> bool:
    """Whether an unanswered attempt has waited long enough to be called expired."""
    return now - parse_rfc3339(created_on) >= timedelta(seconds=EXPIRES_AFTER_SECONDS)


def lease_over(created_on: str, now: datetime) -> bool:
    """Whether the process that was to send this attempt must have died."""
    return now - parse_rfc3339(created_on) >= timedelta(seconds=LEASE_SECONDS)
