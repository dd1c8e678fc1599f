"""Quiet hours: nobody's phone rings at night for what can wait."""

from __future__ import annotations

from datetime import datetime

from shared.core.clock import EAT
from shared.messages.model import Channel, Kind

QUIET_FROM, QUIET_UNTIL = 21, 7
"""Hours of the day in Nairobi."""


def may_interrupt(kind: Kind, channel: Channel, now: datetime) -> bool:
    """Whether this may be sent now: only a reminder's SMS at night may not; e-mail rings no phone."""
    hour = now.astimezone(EAT).hour
    night = hour >= QUIET_FROM or hour < QUIET_UNTIL
    return not (night and kind is Kind.REMINDER and channel is Channel.SMS)
