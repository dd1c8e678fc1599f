"""Nairobi days of stored moments."""

from __future__ import annotations

from shared.core.clock import business_day, parse_rfc3339
from shared.store import Doc


def paid_day(payment: Doc) -> str:
    """The Nairobi day a payment was paid on."""
    return business_day(parse_rfc3339(payment.data["paid_at"]))
