"""What a day's records come to: the one place that says which record counts where, for records and rollups.

A *book* holds sums by name, currency, Nairobi day and key. The names and their keys:

- ``received``, ``allocated``, ``unproven``: payments by provider, by the day they were paid; ``allocated``
counts
  what of the received is matched to invoices
- ``payers``: the same money as ``received`` by ``provider|customer`` (no customer: nobody knows whose it is)
- ``costs``, ``input_vat``: expenses by category, and the VAT that their receipts show
- ``issued``, ``output_vat``, ``terms``: invoices by the day they were issued; ``terms`` are cents times
agreed days
- ``days_to_pay``: paid invoices by how many days after issue; its cents are what they came to
- ``borrowers``: paid invoices by customer; its "cents" are how many of them were paid late
- ``attempts``: tries to collect by ``provider|status|result code|failure``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shared.core.clock import EAT
from shared.core.money import KES
from shared.insights.facts import Sum, mark_of
from shared.store import Doc

Cells = dict[tuple[str, str], Sum]
"""Sums by day and key."""
Book = dict[tuple[str, str], Cells]
"""Cells by name and currency."""
RECEIVED = ("settled", "partially_refunded")
"""States of a payment of which the business still has money."""
UNPROVEN = ("claimed", "review")
COUNTED = ("open", "paid")
"""States of an invoice that was issued and stands."""
NAMES: dict[str, tuple[str, ...]] = {
    "payments": ("received", "allocated", "unproven", "payers"),
    "expenses": ("costs", "input_vat"),
    "invoices": ("issued", "output_vat", "terms", "days_to_pay", "borrowers"),
    "attempts": ("attempts",),
}
PER_CUSTOMER = frozenset({"payers", "borrowers"})
"""Names with a key for every customer: months keep their sums, only days keep them by day."""


def nairobi_day(told: str) -> str:
    """The Nairobi day of a stored moment, or of a stored day; "" of nothing."""
    if "T" not in told:
        return told
    return datetime.fromisoformat(told).astimezone(EAT).date().isoformat()


def channel_of(provider: str) -> str:
    """The channel of a provider's money: every bank account is a provider of its own."""
    return "bank" if provider.startswith("bank") else provider


def amount(doc: Doc) -> int:
    """The ``amount_cents`` of a payment or expense, without what was given back of a payment."""
    cents: int = doc.data["amount_cents"] - doc.data.get("returned_cents", 0)
    return cents


def note_payment(book: Book, doc: Doc) -> None:
    """Count a payment; the business's own money moved from one account to another is none."""
    data = doc.data
    if data.get("own_transfer", False):
        return
    provider, cents = data["provider"], amount(doc)
    at = _At(book, doc, nairobi_day(data["paid_at"]))
    if data["status"] in RECEIVED:
        at.note("received", provider, cents)
        at.note("payers", f"{provider}|{data['customer_id']}", cents)
        if allocated := data.get("allocated_cents", 0):
            at.note("allocated", provider, allocated)
    elif data["status"] in UNPROVEN:
        at.note("unproven", provider, cents)


def note_expense(book: Book, doc: Doc) -> None:
    """Count an expense."""
    data = doc.data
    at = _At(book, doc, data["business_day"])
    at.note("costs", data["category"], amount(doc))
    if data.get("vat_cents"):
        at.note("input_vat", data["category"], data["vat_cents"])


def note_invoice(book: Book, doc: Doc) -> None:
    """Count an invoice that was issued and not withdrawn."""
    data = doc.data
    if data["status"] not in COUNTED or not data["issued_on"]:
        return
    day = nairobi_day(data["issued_on"])
    at = _At(book, doc, day)
    at.note("issued", "", data["total_cents"])
    at.note("terms", "", data["total_cents"] * max(_days(day, data["due_date"]), 0))
    if data.get("vat_cents"):
        at.note("output_vat", "", data["vat_cents"])
    if data["status"] == "paid" and data.get("paid_on"):
        paid = nairobi_day(data["paid_on"])
        at.note("days_to_pay", str(max(_days(day, paid), 0)), data["total_cents"])
        at.note("borrowers", data["customer_id"], int(paid > data["due_date"]))


def note_attempt(book: Book, doc: Doc) -> None:
    """Count a try to collect, by the day it was started."""
    data = doc.data
    told = (
        data.get("provider", "mpesa"),
        data["status"],
        data.get("result_code", ""),
        data.get("failure", ""),
    )
    _At(book, doc, nairobi_day(data["created_on"])).note("attempts", "|".join(told), data["amount_cents"])


NOTE: dict[str, Callable[[Book, Doc], None]] = {
    "payments": note_payment,
    "expenses": note_expense,
    "invoices": note_invoice,
    "attempts": note_attempt,
}


@dataclass(frozen=True, slots=True)
class _At:
    """Where a record counts."""

    book: Book
    doc: Doc
    day: str

    def note(self, name: str, key: str, cents: int) -> None:
        """Count the record under a name and key."""
        cells = self.book.setdefault((name, self.doc.data.get("currency", KES)), {})
        cells.setdefault((self.day, key), Sum()).plus(1, cents, mark_of(self.doc))


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def between(cells: Cells, first: str, last: str) -> Cells:
    """The cells of the days from ``first`` to ``last``, both included."""
    return {(day, key): cell for (day, key), cell in cells.items() if first <= day <= last}


def merge(into: Cells, cells: Cells) -> None:
    """Add sums to sums."""
    for place, one in cells.items():
        into.setdefault(place, Sum()).plus(one.n, one.cents, one.mark)


def by_key(cells: Cells) -> dict[str, Sum]:
    """Sums by key, over all days."""
    sums: dict[str, Sum] = {}
    for (_, key), one in cells.items():
        sums.setdefault(key, Sum()).plus(one.n, one.cents, one.mark)
    return sums


def by_day(cells: Cells) -> dict[str, Sum]:
    """Sums by day, over all keys."""
    sums: dict[str, Sum] = {}
    for (day, _), one in cells.items():
        sums.setdefault(day, Sum()).plus(one.n, one.cents, one.mark)
    return sums


def having(cells: Cells, keep: Callable[[str], bool]) -> Cells:
    """The cells whose key passes."""
    return {(day, key): one for (day, key), one in cells.items() if keep(key)}


def note_all(collection: str, docs: Iterable[Doc]) -> Book:
    """The book of some records of one collection."""
    book: Book = {}
    for doc in docs:
        NOTE[collection](book, doc)
    return book
