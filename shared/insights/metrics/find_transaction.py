"""One payment, invoice or line of money out, by what people call it: a few reads by key, never a search."""

from __future__ import annotations

from datetime import date

from shared.books import find, invoice_keys
from shared.core.clock import day_of
from shared.core.ids import derived_id
from shared.insights.daysums.counting import of_channel
from shared.insights.facts import Fact, Source, Tally, money_fact
from shared.insights.metrics.outstanding_invoices import balance
from shared.insights.metrics.result import Result, Row, Table
from shared.insights.metrics.sources import Scope, names_of
from shared.insights.plan import Period, Plan
from shared.store import Doc, Key, Query, Where

PROVIDERS = ("mpesa", "airtel", "bank")
MOST = 20
PAGE = 200
"""Newest payments of a customer, or of a period, among which an amount is looked for; the answer says so."""


def find_transaction(scope: Scope, plan: Plan) -> Result:
    """By reference: a receipt number or an invoice number; else by amount among the newest payments."""
    filters = plan.filters
    if filters.reference:
        return _by_reference(scope, filters.reference, filters.customer)
    if filters.amount_cents is not None or filters.customer is not None:
        return _by_amount(scope, plan)
    return Result((), "what")


def _by_reference(scope: Scope, reference: str, customer: str | None) -> Result:
    names = [Key("payments", f"{provider}-{reference}") for provider in PROVIDERS]
    lines = [Key("transactions", derived_id("txn", provider, reference)) for provider in PROVIDERS]
    docs = scope.store.get_many(scope.business, [*names, *lines])
    found = [doc for doc in docs if doc is not None and _of(doc, customer)]
    if found:
        return _told(scope, found)
    invoices = _invoices(scope, reference, customer)
    return _invoice(scope, invoices) if invoices else Result((), "nothing")


def _of(doc: Doc, customer: str | None) -> bool:
    return customer is None or doc.data.get("customer_id", customer) == customer


def _invoices(scope: Scope, number: str, customer: str | None) -> list[Doc]:
    """Invoices with exactly this number, however it is spelt."""
    keys = [key for key in invoice_keys(number) if key[0] == "number"]
    ids = dict.fromkeys(one for found in find(scope.store, scope.business, keys).values() for one in found)
    docs = scope.store.get_many(scope.business, [Key("invoices", one) for one in list(ids)[:MOST]])
    return [doc for doc in docs if doc is not None and _of(doc, customer)]


def _by_amount(scope: Scope, plan: Plan) -> Result:
    """Among the newest payments of the customer, or of everybody: those of the amount."""
    filters = plan.filters
    where = (Where("customer_id", "==", filters.customer),) if filters.customer else ()
    page = scope.store.query(scope.business, Query("payments", where, "-paid_at", PAGE))
    found = [
        doc
        for doc in page.docs
        if filters.amount_cents in (None, doc.data["amount_cents"])
        and (plan.period is None or plan.period.start <= _day(doc) <= plan.period.end)
        and of_channel(doc.data["provider"], filters.channel)
    ]
    if not found:
        return Result((), "nothing_newest" if page.next else "nothing")
    return _told(scope, found[: plan.limit or MOST])


def _told(scope: Scope, found: list[Doc]) -> Result:
    people = [doc.data["customer_id"] for doc in found if doc.data.get("customer_id")]
    names = names_of(scope, list(dict.fromkeys(people)))
    facts = [_fact(doc, names) for doc in found]
    rows = tuple(Row(fact.label, (fact.id,), doc.id) for fact, doc in zip(facts, found, strict=True))
    first = facts[0].model_copy(update={"id": "found"})
    out = found[0].key.collection == "transactions"
    word = "line" if out else f"payment_{_state(found[0])}"
    table = Table(("payment", "amount"), rows, len(rows))
    return Result((*facts, first), word if len(found) == 1 else "several", table=table)


def _state(doc: Doc) -> str:
    known = ("settled", "claimed", "reversed", "partially_refunded", "refunded", "review")
    return doc.data["status"] if doc.data["status"] in known else "other"


def _fact(doc: Doc, names: dict[str, str]) -> Fact:
    day = _day(doc)
    whose = names.get(doc.data.get("customer_id", ""), "")
    label = " · ".join(part for part in (doc.data["receipt"], whose) if part)
    return _money(f"transaction:{doc.id}", doc.data["amount_cents"], doc, day, label)


def _day(doc: Doc) -> date:
    return date.fromisoformat(day_of(doc.data["paid_at"]))


def _money(name: str, cents: int, doc: Doc, day: date, label: str) -> Fact:
    source = Source(doc.key.collection, Period(start=day, end=day), (("id", doc.id),))
    return money_fact(name, Tally(cents, 1, (doc.id,), doc.etag), source, label)


def _invoice(scope: Scope, invoices: list[Doc]) -> Result:
    """What was billed and what is left of it: whether an invoice was paid."""
    doc = invoices[0]
    due = date.fromisoformat((doc.data["due_date"] or scope.today.isoformat())[:10])
    label = f"{doc.data['number']} · {doc.data['customer_name']}"
    billed = _money("billed", doc.data["total_cents"], doc, due, label)
    left = _money("left_to_pay", balance(doc), doc, due, label)
    paid = _money("paid_so_far", doc.data["total_cents"] - balance(doc), doc, due, label)
    status = doc.data["status"]
    if status not in ("open", "paid"):
        return Result((billed,), "invoice_not_open")
    word = "invoice_paid" if status == "paid" else "invoice_part" if paid.value != "0.00" else "invoice_open"
    return Result((billed, paid, left), word)
