"""How often one phone may be prompted: a stranger is left in peace, nobody is charged twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.core.clock import parse_rfc3339, rfc3339
from shared.core.errors import RateLimited, Refused
from shared.core.phone import phone_hash
from shared.store import Key, Tx

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 5
SAME_AGAIN = timedelta(minutes=2)
"""Daraja answers 17 to the same amount for the same customer within two minutes (D3 MpesaExpressSimulate)."""


def admit(tx: Tx, phone: str, cents: int, now: datetime) -> None:
    """Count one prompt; raises RateLimited after five in ten minutes, Refused for an early repeat."""
    key = Key("prompts", phone_hash(phone))
    known = tx.get(key)
    recent = [p for p in (known.data["prompts"] if known else []) if parse_rfc3339(p["at"]) > now - WINDOW]
    if any(p["cents"] == cents and parse_rfc3339(p["at"]) > now - SAME_AGAIN for p in recent):
        raise Refused(
            "this phone was asked for the same amount less than two minutes ago", code="repeated_too_soon"
        )
    if len(recent) >= MOST_IN_WINDOW:
        raise RateLimited("this phone was prompted five times in ten minutes", code="phone_rate_limited")
    tx.put(key, {"prompts": [*recent, {"at": rfc3339(now), "cents": cents}]})
