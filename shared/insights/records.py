"""Records by the day they count for: paged reads over declared indexes, never a whole collection in
memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.core.clock import EAT, rfc3339
from shared.insights.daybook import RECEIVED, UNPROVEN
from shared.insights.plan import Period
from shared.store import Doc, Query, Store, Where

PAGE = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books are read, and what day it is in Nairobi."""

    store: Store
    business: str
    today: date


def midnight(day: date) -> str:
    """The moment a Nairobi day begins, as stored."""
    return rfc3339(datetime.combine(day, time(), EAT).astimezone(UTC))


def moments(field: str, period: Period) -> tuple[Where, Where]:
    """The days of a period on a field that holds moments, or days among moments (``issued_on``)."""
    after = midnight(period.end + timedelta(days=1))
    return Where(field, ">=", midnight(period.start)), Where(field, "<", after)


def days(field: str, period: Period) -> tuple[Where, Where]:
    """The days of a period on a field that holds days."""
    return Where(field, ">=", period.start.isoformat()), Where(field, "<=", period.end.isoformat())


def records(scope: Scope, collection: str, period: Period, names: Iterable[str]) -> Iterator[Doc]:
    """The records of a collection that count on the days of a period for some names (daybook.py)."""
    match collection:
        case "payments":
            wanted = (*RECEIVED, *(UNPROVEN if "unproven" in names else ()))
            chosen = Where("status", "in", wanted)
            query = Query("payments", (chosen, *moments("paid_at", period)), "paid_at", PAGE)
        case "expenses":
            query = Query("expenses", days("business_day", period), "business_day", PAGE)
        case "invoices":
            query = Query("invoices", moments("issued_on", period), "issued_on", PAGE)
        case _:
            query = Query(collection, moments("created_on", period), "created_on", PAGE)
    return scope.store.each(scope.business, query)
