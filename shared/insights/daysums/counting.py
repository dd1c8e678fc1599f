"""Which record counts where: said once, for sums that are kept and for those made on the spot.

A record counts on its Nairobi day, under names, each with a key:

- ``received``, ``allocated``, ``unproven``: payments by provider; ``allocated`` is what of the received is
  matched to invoices
- ``waiting``: what of received money has no purpose yet, by ``state of matching|provider``
- ``payers``: the same money as ``received`` by ``provider|customer`` (no customer: nobody knows whose it is)
- ``costs``, ``input_vat``: expenses by category, and the VAT that their receipts show
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from shared.core.clock import day_of
from shared.core.money import KES
from shared.insights.facts import MOST_RECORDS, Sum
from shared.store import Doc

RECEIVED = ("settled", "partially_refunded")
"""States of a payment of which the business still has money."""
UNPROVEN = ("claimed", "review")
WAITING = ("review", "none", "waiting")
"""States of matching in which money may have no purpose yet."""
NAMES: dict[str, tuple[str, ...]] = {
    "payments": ("received", "allocated", "unproven", "waiting", "payers"),
    "expenses": ("costs", "input_vat"),
}
COLLECTION = {name: collection for collection, names in NAMES.items() for name in names}
PER_CUSTOMER = frozenset({"payers"})
"""Names with a key for every customer: months keep their sums, only days keep them by day."""


RANKED = frozenset({"waiting", "costs"})
"""Names of which the largest records are kept."""
Ranked = tuple[int, str, str]
"""A record in the order of the largest: negative cents, day, id."""


@dataclass(slots=True)
class Cell:
    """What counts under one name, currency, day and key: the sum, its first records, and all as ranked."""

    sum: Sum = field(default_factory=Sum)
    ids: list[str] = field(default_factory=list)
    ranks: list[Ranked] = field(default_factory=list)


Book = dict[tuple[str, str], dict[str, Cell]]
"""The cells of one day by name and currency, then by key."""


def channel_of(provider: str) -> str:
    """The channel of a provider's money: every bank account is a provider of its own."""
    return "bank" if provider.startswith("bank") else provider


def of_channel(key: str, channel: str | None) -> bool:
    """Whether a provider, or a key that ends in one, is of a channel; of None everything is."""
    return channel in (None, channel_of(key.rpartition("|")[2]))


def amount(doc: Doc) -> int:
    """The ``amount_cents`` of a payment or expense, without what was given back of a payment."""
    cents: int = doc.data["amount_cents"] - doc.data.get("returned_cents", 0)
    return cents


def counted(collection: str, docs: Iterable[Doc]) -> dict[str, Book]:
    """The books of the days of some records of one collection; records without a day count nowhere."""
    told, name = _TOLD[collection]
    books: dict[str, Book] = {}
    for doc in docs:
        if day := day_of(doc.data[name]):
            book = books.setdefault(day, {})
            for under, key, cents in told(doc):
                _note(book, doc, (under, day, key), cents)
    return books


Told = Iterator[tuple[str, str, int]]
"""Under which names and keys a record counts, and with how many cents."""


def _payment(doc: Doc) -> Told:
    """The business's own money moved from one account to another counts nowhere."""
    data = doc.data
    if data.get("own_transfer", False):
        return
    provider, cents = data["provider"], amount(doc)
    if data["status"] in RECEIVED:
        yield "received", provider, cents
        yield "payers", f"{provider}|{data['customer_id']}", cents
        if allocated := data.get("allocated_cents", 0):
            yield "allocated", provider, allocated
        left = data.get("unallocated_cents", 0)
        if left > 0 and data.get("matching") in WAITING:
            yield "waiting", f"{data['matching']}|{provider}", left
    elif data["status"] in UNPROVEN:
        yield "unproven", provider, cents


def _expense(doc: Doc) -> Told:
    yield "costs", doc.data["category"], amount(doc)
    if vat := doc.data.get("vat_cents"):
        yield "input_vat", doc.data["category"], vat


def _note(book: Book, doc: Doc, place: tuple[str, str, str], cents: int) -> None:
    name, day, key = place
    cell = book.setdefault((name, doc.data.get("currency", KES)), {}).setdefault(key, Cell())
    cell.sum.add(doc, cents)
    if len(cell.ids) < MOST_RECORDS:
        cell.ids.append(doc.id)
    if name in RANKED:
        cell.ranks.append((-cents, day, doc.id))


_TOLD: dict[str, tuple[Callable[[Doc], Told], str]] = {
    "payments": (_payment, "paid_at"),
    "expenses": (_expense, "business_day"),
}
