"""Where figures come from: paged reads over declared indexes, never a whole collection in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from shared.core.clock import EAT, rfc3339
from shared.core.money import KES
from shared.insights.plan import Filters, Period
from shared.store import Doc, Key, Query, Store, Where

PAGE = 500
RECEIVED = ("settled", "partially_refunded")
"""States of a payment of which the business still has money."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books are read, and what day it is in Nairobi."""

    store: Store
    business: str
    today: date


def each(scope: Scope, query: Query) -> Iterator[Doc]:
    """Every document of a query in KES, page after page; other currencies are not added to shillings."""
    found = scope.store.each(scope.business, replace(query, limit=PAGE))
    return (doc for doc in found if doc.data.get("currency", KES) == KES)


def midnight(day: date) -> str:
    """The moment a Nairobi day begins, as stored."""
    return rfc3339(datetime.combine(day, time(), EAT).astimezone(UTC))


def payments(scope: Scope, period: Period, filters: Filters, *statuses: str) -> Iterator[Doc]:
    """Payments paid on the days of ``period`` in one of ``statuses``; our own money moved is none."""
    span = (
        Where("paid_at", ">=", midnight(period.start)),
        Where("paid_at", "<", midnight(period.end + timedelta(days=1))),
    )
    if filters.customer is not None:
        chosen = Where("customer_id", "==", filters.customer)
    else:
        chosen = Where("status", "in", statuses)
    for doc in each(scope, Query("payments", (chosen, *span), "paid_at")):
        right_channel = filters.channel is None or doc.data["provider"] == filters.channel
        own = doc.data.get("own_transfer", False)
        if right_channel and doc.data["status"] in statuses and not own:
            yield doc


def expenses(scope: Scope, period: Period, filters: Filters) -> Iterator[Doc]:
    """Expenses of the business days of ``period``."""
    where = (
        Where("business_day", ">=", period.start.isoformat()),
        Where("business_day", "<=", period.end.isoformat()),
    )
    for doc in each(scope, Query("expenses", where, "business_day")):
        if filters.category is None or doc.data["category"] == filters.category:
            yield doc


def open_invoices(scope: Scope, filters: Filters) -> Iterator[Doc]:
    """Finalised invoices with something left to pay, the longest due first."""
    where: tuple[Where, ...] = (Where("status", "==", "open"),)
    if filters.customer is not None:
        where = (Where("customer_id", "==", filters.customer), *where)
    for doc in each(scope, Query("invoices", where, "due_date")):
        overdue = doc.data["due_date"] < scope.today.isoformat()
        if doc.data["balance_cents"] > 0 and (overdue or not filters.overdue_only):
            yield doc


def invoices_issued(scope: Scope, period: Period) -> Iterator[Doc]:
    """Invoices issued in ``period``, paid or not. An invoice is due on or after the day it is issued."""
    where = (Where("status", "in", ("open", "paid")), Where("due_date", ">=", period.start.isoformat()))
    for doc in each(scope, Query("invoices", where, "due_date")):
        if period.start.isoformat() <= issue_day(doc) <= period.end.isoformat():
            yield doc


def issue_day(invoice: Doc) -> str:
    """The day of ``issued_on``, which is a day or a moment."""
    issued: str = invoice.data["issued_on"]
    if "T" not in issued:
        return issued
    moment = datetime.fromisoformat(issued)
    return moment.astimezone(EAT).date().isoformat()


def names_of(scope: Scope, customers: Sequence[str]) -> dict[str, str]:
    """The names of customers by id; one that is gone is called by its id."""
    docs = scope.store.get_many(scope.business, [Key("customers", who) for who in customers])
    return {who: doc.data["name"] if doc else who for who, doc in zip(customers, docs, strict=True)}


def first_payment_day(scope: Scope) -> date | None:
    """The Nairobi day of the oldest payment on record."""
    page = scope.store.query(scope.business, Query("payments", (), "paid_at", 1))
    if not page.docs:
        return None
    return datetime.fromisoformat(page.docs[0].data["paid_at"]).astimezone(EAT).date()
