"""One transaction by its reference, amount or customer: reads by key and by index, never a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

from shared.core.ids import derived_id
from shared.core.money import KES
from shared.insights.daybook import nairobi_day
from shared.insights.facts import (
    Fact,
    Source,
    Tally,
    count_fact,
    in_currency,
    mark_of,
    money_fact,
    tally,
    version_of,
)
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Filters, Period, Plan
from shared.insights.records import moments
from shared.store import Doc, Key, Query, Where

DEFAULT_ROWS = 10
LOOKED_AT = 500
"""Records of one amount looked at when a customer or days are named too; the newest first."""
_PROVIDERS = ("mpesa", "airtel")
_REFERENCES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_DAY_OF = {
    "payments": "paid_at",
    "transactions": "paid_at",
    "expenses": "business_day",
    "invoices": "issued_on",
}


def find_transaction(scope: Scope, plan: Plan) -> Result:
    """What fits everything that is named, the newest first; a reference alone decides where it is given."""
    filters, wanted = plan.filters, plan.limit or DEFAULT_ROWS
    if filters.reference is None and filters.amount_cents is None and filters.customer is None:
        return Result((_count(scope, filters, []),), "unclear")
    found = [doc for doc in _candidates(scope, filters, plan.period) if _fits(doc, filters, plan.period)]
    found = found[:wanted]
    count = _count(scope, filters, found)
    if not found:
        return Result((count,), "none")
    facts = [_fact(doc) for doc in found]
    rows = tuple(
        Row(fact.label, (fact.id,), doc.id, doc.key.collection)
        for fact, doc in zip(facts, found, strict=True)
    )
    one = facts[0].model_copy(update={"id": "found"})
    table = Table(("record", "amount"), rows, len(rows))
    return Result((count, one, *facts), "one" if len(found) == 1 else "some", table=table)


def _candidates(scope: Scope, filters: Filters, period: Period | None) -> Iterator[Doc]:
    if filters.reference is not None:
        yield from _by_reference(scope, filters.reference)
    elif filters.amount_cents is not None:
        yield from _by_amount(scope, filters.amount_cents)
    else:
        span = moments("paid_at", period) if period else ()
        where = (Where("customer_id", "==", filters.customer), *span)
        yield from _newest(scope, Query("payments", where, "-paid_at", 50))


def _by_reference(scope: Scope, reference: str) -> Iterator[Doc]:
    """A receipt number of a payment or of money that went out, or the number of an invoice."""
    told = reference.strip().upper()
    if not told or any(letter not in _REFERENCES for letter in told):
        return
    claims = [Key("money", f"{provider}-{told}") for provider in _PROVIDERS]
    out = [Key("transactions", derived_id("txn", provider, told)) for provider in _PROVIDERS]
    docs = scope.store.get_many(scope.business, [*claims, *out])
    places = [Key("payments", f"{provider}-{told}") for provider in _PROVIDERS]
    places += [Key("payments", doc.data["payment_id"]) for doc in docs[: len(claims)] if doc is not None]
    invoices = [Key("invoices", id_) for id_ in _invoices(scope, told)]
    paid = scope.store.get_many(scope.business, [*dict.fromkeys(places), *invoices])
    yield from (doc for doc in (*paid, *docs[len(claims) :]) if doc is not None)


def _invoices(scope: Scope, number: str) -> list[str]:
    from shared.books import find, invoice_keys  # a large room, and most references are receipts

    found = find(scope.store, scope.business, invoice_keys(number)[:1])
    return [id_ for ids in found.values() for id_ in ids][:5]


def _by_amount(scope: Scope, cents: int) -> Iterator[Doc]:
    equal = Where("amount_cents", "==", cents)
    for collection, order in (
        ("payments", "-paid_at"),
        ("transactions", "-paid_at"),
        ("expenses", "-business_day"),
    ):
        yield from _newest(scope, Query(collection, (equal,), order, 50))


def _newest(scope: Scope, query: Query) -> Iterator[Doc]:
    return islice(scope.store.each(scope.business, query), LOOKED_AT)


def _fits(doc: Doc, filters: Filters, period: Period | None) -> bool:
    data = doc.data
    named = filters.customer in (None, data.get("customer_id"))
    amounts = {data.get("amount_cents"), data.get("total_cents")}
    day = _day(doc)
    in_time = period is None or period.start.isoformat() <= day <= period.end.isoformat()
    return named and in_time and (filters.amount_cents is None or filters.amount_cents in amounts)


def _day(doc: Doc) -> str:
    return nairobi_day(doc.data.get(_DAY_OF[doc.key.collection], "") or doc.created_at)


def _cents(doc: Doc) -> int:
    cents: int = doc.data["total_cents"] if doc.key.collection == "invoices" else doc.data["amount_cents"]
    return cents


_NAME: dict[str, Callable[[Doc], str]] = {
    "payments": lambda doc: doc.data.get("receipt") or doc.id,
    "transactions": lambda doc: doc.data.get("receipt") or doc.id,
    "invoices": lambda doc: doc.data.get("number") or doc.id,
    "expenses": lambda doc: doc.data.get("merchant") or doc.id,
}


def _fact(doc: Doc) -> Fact:
    at = date.fromisoformat(_day(doc))
    told = Tally(_cents(doc), 1, (doc.id,), version_of(mark_of(doc)))
    source = Source(doc.key.collection, Period(start=at, end=at), (("id", doc.id),))
    fact = money_fact(f"record:{doc.id}", told, source, _NAME[doc.key.collection](doc))
    return in_currency(fact, doc.data.get("currency", KES))


def _count(scope: Scope, filters: Filters, found: list[Doc]) -> Fact:
    source = Source("payments", None, tuple(sorted(filters.given().items())))
    return count_fact("found_count", len(found), tally(found, _cents), source)
