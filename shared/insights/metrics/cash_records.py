"""The records that a cash line is worked out from, read once: two years of money, invoices, agreements.

Of payments only those that were matched or agreed to are read one by one; of others sums by day are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.core.clock import day_of
from shared.core.money import KES, parse_cents
from shared.insights.calendar import relative
from shared.insights.facts import Fact
from shared.insights.forecasting.ledger import Books, Invoice, Part, Receipt, Spent
from shared.insights.metrics.cash_agreed import Agreements, agreements
from shared.insights.metrics.outstanding_invoices import balance
from shared.insights.metrics.sources import (
    RECEIVED,
    Scope,
    each,
    expenses,
    issue_day,
    open_invoices,
)
from shared.insights.metrics.sums import Line, amount, received
from shared.insights.metrics.tax_summary import vat
from shared.insights.plan import Filters, Period
from shared.insights.scope import moments
from shared.store import Doc, Query, Where

HISTORY_DAYS = 730
MATCHED = ("auto", "manual", "review")
"""States of matching in which a payment may have links to invoices."""


@dataclass(frozen=True, slots=True)
class Read:
    """The books and the documents behind them; ``vat`` holds the facts of last month's VAT, if any."""

    books: Books
    received: list[Line]
    expenses: dict[str, Doc]
    open: dict[str, Doc]
    agreed: dict[str, Doc]
    vat: list[Fact] = field(default_factory=list)


def read(scope: Scope, end: date) -> Read:
    """Everything up to today, and what was agreed to until ``end``."""
    period = Period(start=scope.today - timedelta(days=HISTORY_DAYS), end=scope.today)
    matched = list(_matched(scope, period))
    went = list(expenses(scope, period, Filters()))
    owed = list(open_invoices(scope, Filters()))
    found = agreements(scope, matched, end)
    came = [*matched, *(doc for doc in found.others if _counts(doc, period))]
    lines = received(scope, period, Filters())
    due, facts = _vat(scope)
    books = Books(
        receipts=[*(receipt for doc in came for receipt in _receipts(doc, found)), *_rest(lines, came)],
        spent=[_spent(doc) for doc in went],
        invoices=list(_invoices(scope, came, owed)),
        parts=[part for doc in owed for part in _parts(doc)],
        agreed=found.coming,
        vat_cents=due,
    )
    return Read(books, lines, {doc.id: doc for doc in went}, {doc.id: doc for doc in owed}, found.docs, facts)


def _matched(scope: Scope, period: Period) -> Iterator[Doc]:
    """Payments of which the business has the money and that may have gone to invoices."""
    where = (Where("matching", "in", MATCHED), *moments("paid_at", period))
    return (doc for doc in each(scope, Query("payments", where, "paid_at")) if _counts(doc, period))


def _counts(doc: Doc, period: Period) -> bool:
    kept = doc.data["status"] in RECEIVED and doc.data.get("currency", KES) == KES
    return kept and not doc.data.get("own_transfer", False) and period.start <= paid_day(doc) <= period.end


def _rest(lines: Iterable[Line], came: Iterable[Doc]) -> Iterator[Receipt]:
    """What came by day beside the payments that are told one by one."""
    days: dict[date, int] = {}
    for line in lines:
        day = date.fromisoformat(line.day)
        days[day] = days.get(day, 0) + line.cents
    for doc in came:
        days[paid_day(doc)] = days.get(paid_day(doc), 0) - amount(doc)
    return (Receipt(day, max(0, cents)) for day, cents in sorted(days.items()))


def _receipts(doc: Doc, found: Agreements) -> Iterator[Receipt]:
    """A payment as one receipt, or as two where part of it was agreed to."""
    day, cents = paid_day(doc), max(0, amount(doc))
    links = [(link["invoice_id"], link["cents"]) for link in doc.data.get("allocations", [])]
    if found.brought(doc):
        yield Receipt(day, cents, agreed=True)
        return
    kept = min(cents, sum(share for invoice, share in links if invoice in found.invoices))
    if kept:
        yield Receipt(day, kept, agreed=True)
    others = tuple(link for link in links if link[0] not in found.invoices)
    yield Receipt(day, cents - kept, others)


def _spent(doc: Doc) -> Spent:
    payee = doc.data.get("merchant") or ""
    return Spent(doc.id, paid_day(doc), max(0, amount(doc)), payee, doc.data["category"])


def _invoices(scope: Scope, came: Iterable[Doc], owed: Iterable[Doc]) -> Iterator[Invoice]:
    """Invoices of two years by their due day, with the day on which the last money for them came."""
    last: dict[str, date] = {}
    for doc in came:
        for link in doc.data.get("allocations", []):
            invoice = link["invoice_id"]
            last[invoice] = max(last.get(invoice, date.min), paid_day(doc))
    since = (scope.today - timedelta(days=HISTORY_DAYS)).isoformat()
    paid = Query("invoices", (Where("status", "==", "paid"), Where("due_date", ">=", since)), "due_date")
    for doc in each(scope, paid):
        day = last.get(doc.id) or _day(doc.data.get("paid_on") or "")
        if day is not None:
            yield _invoice(doc, day)
    for doc in owed:
        if doc.data["due_date"] >= since:
            yield _invoice(doc, None)


def _invoice(doc: Doc, paid: date | None) -> Invoice:
    due = _due(doc, doc.data["due_date"])
    issued = _day(issue_day(doc)) or due
    return Invoice(doc.id, doc.data["customer_id"], issued, due, doc.data["total_cents"], paid)


def _parts(doc: Doc) -> Iterator[Part]:
    """What is left of an open invoice, or of each of its instalments."""
    owed, customer = balance(doc), doc.data["customer_id"]
    if not doc.data.get("parts"):
        yield Part(doc.id, customer, _due(doc, doc.data["due_date"]), owed)
        return
    from shared.books.parts import parts_of  # instalments are rare, and the books' room is large

    for part in parts_of(doc.data, owed):
        if part.left > 0:
            yield Part(doc.id, customer, _due(doc, part.due_date), part.left)


def paid_day(doc: Doc) -> date:
    """The Nairobi day of a payment or an expense."""
    return date.fromisoformat(day_of(doc.data.get("paid_at") or doc.data["business_day"]))


def _due(doc: Doc, due: str) -> date:
    """A due day; one that cannot be read is the day of issue, or of making."""
    return _day(due) or _day(issue_day(doc)) or _day(doc.data["created_on"]) or date.min


def _day(text: str) -> date | None:
    told = day_of(text)
    return date.fromisoformat(told) if told else None


def _vat(scope: Scope) -> tuple[int | None, list[Fact]]:
    """What last month's VAT comes to, None where no VAT is recorded in it."""
    result = vat(scope, relative("month", scope.today, -1))
    if result.sentence == "vat_none":
        return None, []
    told = {fact.id: fact for fact in result.facts}
    due = parse_cents(told["vat_output"].value) - parse_cents(told["vat_input"].value)
    return due, [told["vat_output"], told["vat_input"], told["vat_due"]]
