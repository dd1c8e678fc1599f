"""What one answer reads: whose books, as of which Nairobi day, and what of them it has read already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.core.clock import EAT, rfc3339
from shared.insights.plan import Period
from shared.store import Store, Where

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books are read, and what day it is in Nairobi.

    Args:
        memo: what was read for this answer already, by whom it belongs to; gone with the answer.
    """

    store: Store
    business: str
    today: date
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


def midnight(day: date) -> str:
    """The moment a Nairobi day begins, as stored."""
    return rfc3339(datetime.combine(day, time(), EAT).astimezone(UTC))


def moments(name: str, period: Period) -> tuple[Where, Where]:
    """The days of a period on a field that holds moments."""
    return Where(name, ">=", midnight(period.start)), Where(name, "<", midnight(period.end + _DAY))


def days(name: str, period: Period) -> tuple[Where, Where]:
    """The days of a period on a field that holds days."""
    return Where(name, ">=", period.start.isoformat()), Where(name, "<=", period.end.isoformat())


def days_of(period: Period) -> Iterator[str]:
    """Every day of a period."""
    return ((period.start + timedelta(days=at)).isoformat() for at in range(period.days))
