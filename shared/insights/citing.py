"""The first records behind a sum: one indexed page of at most fifty, whoever added the sum up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from shared.core.money import KES
from shared.insights.daybook import COUNTED, RECEIVED, UNPROVEN, channel_of, nairobi_day
from shared.insights.facts import MOST_RECORDS
from shared.insights.plan import Period
from shared.insights.records import Scope, days, moments
from shared.store import Doc, Query, Where


def cite_payments(
    scope: Scope,
    period: Period,
    *,
    channel: str | None = None,
    customer: str | None = None,
    statuses: tuple[str, ...] = RECEIVED,
    currency: str = KES,
    keep: Callable[[Doc], bool] = lambda doc: True,
    most: int = MOST_RECORDS,
) -> tuple[str, ...]:
    """The first payments of a period in some states, from one channel or customer."""
    if customer is not None:
        chosen: tuple[Where, ...] = (Where("customer_id", "==", customer),)
    else:
        chosen = (Where("status", "in", statuses),)
        chosen += (Where("provider", "==", channel),) if channel and channel != "bank" else ()
    query = Query("payments", (*chosen, *moments("paid_at", period)), "paid_at", most)

    def right(doc: Doc) -> bool:
        data = doc.data
        ours = data["status"] in statuses and not data.get("own_transfer", False)
        return ours and channel in (None, channel_of(data["provider"])) and keep(doc)

    return _first(scope, query, currency, right, most)


def cite_unproven(scope: Scope, period: Period, channel: str | None = None) -> tuple[str, ...]:
    """The first payments of a period that wait for proof."""
    return cite_payments(scope, period, channel=channel, statuses=UNPROVEN)


def cite_expenses(
    scope: Scope,
    period: Period,
    *,
    category: str | None = None,
    currency: str = KES,
    keep: Callable[[Doc], bool] = lambda doc: True,
    most: int = MOST_RECORDS,
) -> tuple[str, ...]:
    """The first expenses of a period, of one category or all."""
    chosen = (Where("category", "==", category),) if category is not None else ()
    query = Query("expenses", (*chosen, *days("business_day", period)), "business_day", most)
    return _first(scope, query, currency, keep, most)


def cite_invoices(scope: Scope, period: Period, *, currency: str = KES) -> tuple[str, ...]:
    """The first invoices that were issued in a period and stand."""
    query = Query("invoices", moments("issued_on", period), "issued_on", MOST_RECORDS)
    return _first(scope, query, currency, lambda doc: doc.data["status"] in COUNTED, MOST_RECORDS)


def cite_paid_invoices(scope: Scope, period: Period, customer: str | None = None) -> tuple[str, ...]:
    """The first paid invoices that were issued in a period, of one customer or all; none is due before it is
    issued."""
    chosen = (Where("customer_id", "==", customer),) if customer is not None else ()
    since = Where("due_date", ">=", period.start.isoformat())
    query = Query("invoices", (*chosen, Where("status", "==", "paid"), since), "due_date", MOST_RECORDS)
    first, last = period.start.isoformat(), period.end.isoformat()

    def right(doc: Doc) -> bool:
        return bool(doc.data.get("paid_on")) and first <= nairobi_day(doc.data["issued_on"]) <= last

    return _first(scope, query, KES, right, MOST_RECORDS)


def _first(
    scope: Scope, query: Query, currency: str, keep: Callable[[Doc], bool], most: int
) -> tuple[str, ...]:
    found: Iterator[Doc] = scope.store.each(scope.business, query)
    right = (doc.id for doc in found if doc.data.get("currency", KES) == currency and keep(doc))
    return tuple(islice(right, most))
