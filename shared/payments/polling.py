"""When to ask the provider again: soon while the payer may be typing, ever less often after."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.payments.gateways.providers import AIRTEL, MPESA, provider_of
from shared.store import Data

PLAN_SECONDS = (15, 30, 45, 60, 90, 120, 5 * 60, 15 * 60, 60 * 60)
"""Seconds after the attempt was made (reference: payments 5.1, poll plan)."""
_OTHER_PLANS = {AIRTEL: (180, 210, 240, 5 * 60, 450, 10 * 60, 15 * 60, 30 * 60, 60 * 60)}
"""Airtel wants to be left alone for three minutes; a callback makes us ask sooner."""
EXPIRES_AFTER_SECONDS = 15 * 60
LEASE_SECONDS = 90
"""Longer than any call of ours may take: after it, a submitter is taken for dead."""


def next_poll(created_on: str, polls: int, provider: str = MPESA) -> str | None:
    """When to poll for the ``polls``-th time (from 0), or None when the provider's plan is at its end."""
    plan = _OTHER_PLANS.get(provider, PLAN_SECONDS)
    if polls >= len(plan):
        return None
    return rfc3339(parse_rfc3339(created_on) + timedelta(seconds=plan[polls]))


def planned_on(record: Data, now: str) -> Data:
    """The changes of an attempt or payment that has just been asked about: when to ask again, or never."""
    polls = record["polls"] + 1
    following = next_poll(record["created_on"], polls, provider_of(record))
    return {"polls": polls, "polling": following is not None, "poll_at": following or now}


def expired(created_on: str, now: datetime) -> bool:
    """Whether an unanswered attempt has waited long enough to be called expired."""
    return now - parse_rfc3339(created_on) >= timedelta(seconds=EXPIRES_AFTER_SECONDS)


def lease_over(created_on: str, now: datetime) -> bool:
    """Whether the process that was to send this attempt must have died."""
    return now - parse_rfc3339(created_on) >= timedelta(seconds=LEASE_SECONDS)
