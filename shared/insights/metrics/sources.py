"""Where figures come from: paged reads over declared indexes, never a whole collection in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from shared.core.clock import day_of
from shared.core.money import KES
from shared.insights.daysums.counting import RECEIVED, of_channel
from shared.insights.plan import Filters, Period
from shared.insights.scope import Scope, days, midnight, moments
from shared.store import Doc, Key, Query, Where

__all__ = [
    "LEFT_OUT",
    "PAGE",
    "RECEIVED",
    "Scope",
    "each",
    "expenses",
    "first_payment_day",
    "invoices_issued",
    "issue_day",
    "midnight",
    "names_of",
    "open_invoices",
    "payments",
]

PAGE = 500
LEFT_OUT = "left_out"
"""In a scope's memo: something was not counted, because it is not in shillings."""


def each(scope: Scope, query: Query, page: int = PAGE) -> Iterator[Doc]:
    """Every document of a query in KES, page after page; other currencies are not added to shillings."""
    for doc in scope.store.each(scope.business, replace(query, limit=page)):
        if doc.data.get("currency", KES) == KES:
            yield doc
        else:
            scope.memo[LEFT_OUT] = True


def payments(
    scope: Scope, period: Period, filters: Filters, *statuses: str, page: int = PAGE
) -> Iterator[Doc]:
    """Payments paid on the days of ``period`` in one of ``statuses``; our own money moved is none."""
    if filters.customer is not None:
        chosen = Where("customer_id", "==", filters.customer)
    else:
        chosen = Where("status", "in", statuses)
    for doc in each(scope, Query("payments", (chosen, *moments("paid_at", period)), "paid_at"), page):
        right_channel = of_channel(doc.data["provider"], filters.channel)
        own = doc.data.get("own_transfer", False)
        if right_channel and doc.data["status"] in statuses and not own:
            yield doc


def expenses(scope: Scope, period: Period, filters: Filters) -> Iterator[Doc]:
    """Expenses of the business days of ``period``."""
    for doc in each(scope, Query("expenses", days("business_day", period), "business_day")):
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
    """The Nairobi day of ``issued_on``, which is a day or a moment."""
    return day_of(invoice.data["issued_on"])


def names_of(scope: Scope, customers: Sequence[str]) -> dict[str, str]:
    """The names of customers by id; one that is gone is called by its id."""
    docs = scope.store.get_many(scope.business, [Key("customers", who) for who in customers])
    return {who: doc.data["name"] if doc else who for who, doc in zip(customers, docs, strict=True)}


def first_payment_day(scope: Scope) -> date | None:
    """The Nairobi day of the oldest payment on record."""
    page = scope.store.query(scope.business, Query("payments", (), "paid_at", 1))
    if not page.docs:
        return None
    return date.fromisoformat(day_of(page.docs[0].data["paid_at"]))
