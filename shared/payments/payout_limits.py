"""How much may leave a business: which amounts a second person approves, and how much goes out in a day.

A business's profile may say otherwise: ``payout_approval_over_cents`` (everything is approved by default) and
``payout_daily_limit_cents``.
"""

from __future__ import annotations

from shared.core.clock import business_day, parse_rfc3339
from shared.core.errors import Refused
from shared.core.money import format_kes
from shared.payments.places import PROFILE
from shared.store import Data, Doc, Key, Tx

APPROVAL_OVER_CENTS = 0
DAILY_LIMIT_CENTS = 500_000_00


def needs_approval(tx: Tx, cents: int) -> bool:
    """Whether somebody else than who asked must approve this amount."""
    over: int = _rule(tx, "payout_approval_over_cents", APPROVAL_OVER_CENTS)
    return cents > over


def count(tx: Tx, payout: Doc) -> Doc:
    """Count a payout that is about to be sent in today's sum; raises Refused ``daily_limit``."""
    limit = _rule(tx, "payout_daily_limit_cents", DAILY_LIMIT_CENTS)
    day = business_day(parse_rfc3339(tx.now))
    known = tx.get(_place(day))
    cents = (known.data["cents"] if known else 0) + payout.data["amount_cents"]
    if cents > limit:
        raise Refused(f"that is more than {format_kes(limit)} in one day", code="daily_limit")
    tx.put(_place(day), {"cents": cents})
    return tx.update(payout.key, {"limit_day": day})


def give_back(tx: Tx, payout: Doc) -> Doc:
    """Take a payout that never went out of its day's sum again; a second time changes nothing."""
    day = payout.data["limit_day"]
    if not day:
        return payout
    counted: Data = tx.require(_place(day)).data
    tx.put(_place(day), {"cents": counted["cents"] - payout.data["amount_cents"]})
    return tx.update(payout.key, {"limit_day": ""})


def _rule(tx: Tx, name: str, default: int) -> int:
    profile = tx.peek(PROFILE)
    value = profile.data.get(name, default) if profile else default
    return int(value)


def _place(day: str) -> Key:
    return Key("payout_days", day)
