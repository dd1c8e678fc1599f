"""What was owed on a day: today's balances less what the journal says happened since, never today's status.

An invoice's balance, its journal legs on ``ar:{invoice}`` and its links change in one commit (docs/decisions
/0005), so today's balance less the later legs is exactly the balance of that day. Only the journal written
after the day is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.books.parts import parts_of
from shared.core.errors import Contended
from shared.core.money import KES
from shared.insights.metrics.sources import PAGE, Scope, midnight
from shared.store import Doc, Key, Query, Where

RECEIVABLE, CREDIT = "ar:", "unapplied:"
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Owed:
    """One invoice with what was left to pay on it, in cents, on the day asked for."""

    invoice: Doc
    cents: int

    def due_parts(self) -> Iterator[tuple[str, int]]:
        """Due days and cents: one, or one for each instalment that something is left of."""
        parts = [part for part in parts_of(self.invoice.data, self.cents) if part.left]
        if not parts:
            yield self.invoice.data["due_date"], self.cents
        for part in parts:
            yield part.due_date, part.left


def entries_since(scope: Scope, day: date) -> Iterator[Doc]:
    """Journal entries written down from the start of a Nairobi day on, in order.

    Nothing is written before it counts, so these hold all that counts for the day or a later one.
    """
    where = (Where("recorded_at", ">=", midnight(day)),)
    found = scope.store.each(scope.business, Query("journal", where, "recorded_at", PAGE))
    return (doc for doc in found if doc.data["currency"] == KES)


def newest_entry(scope: Scope) -> str:
    """The id of the entry written last, "" in empty books."""
    page = scope.store.query(scope.business, Query("journal", (), "-recorded_at", 1))
    return page.docs[0].id if page.docs else ""


def owed_on(scope: Scope, day: date, customer_id: str | None = None) -> list[Owed]:
    """Every invoice of which something was owed at the end of ``day``, the longest due first.

    Raises Contended when the books kept changing while they were read.
    """
    for _ in range(_LOOKS):
        newest = newest_entry(scope)
        found = _owed_on(scope, day, customer_id)
        if newest_entry(scope) == newest:
            return sorted(found, key=lambda one: (one.invoice.data["due_date"], one.invoice.id))
    raise Contended("the books kept changing")


def _owed_on(scope: Scope, day: date, customer_id: str | None) -> list[Owed]:
    since = legs_after(entries_since(scope, day + timedelta(days=1)), day, RECEIVABLE)
    invoices = {doc.id: doc for doc in _open(scope, customer_id)}
    invoices |= {doc.id: doc for doc in _named(scope, [id_ for id_ in since if id_ not in invoices])}
    owed = (Owed(doc, doc.data["balance_cents"] - since.get(doc.id, 0)) for doc in invoices.values())
    return [
        one
        for one in owed
        if one.cents > 0
        and one.invoice.data["currency"] == KES
        and customer_id in (None, one.invoice.data["customer_id"])
    ]


def legs_after(entries: Iterable[Doc], day: date, prefix: str) -> dict[str, int]:
    """The sums of legs that count for days after ``day``, by what follows ``prefix`` in their account."""
    sums: dict[str, int] = {}
    for doc in entries:
        if doc.data["business_day"] <= day.isoformat():
            continue
        for leg in doc.data["legs"]:
            if leg["account"].startswith(prefix):
                name = leg["account"].removeprefix(prefix)
                sums[name] = sums.get(name, 0) + leg["amount"]
    return sums


def _open(scope: Scope, customer_id: str | None) -> Iterator[Doc]:
    where: tuple[Where, ...] = (Where("status", "==", "open"),)
    if customer_id is not None:
        where = (Where("customer_id", "==", customer_id), *where)
    return scope.store.each(scope.business, Query("invoices", where, "due_date", PAGE))


def _named(scope: Scope, ids: list[str]) -> Iterator[Doc]:
    for start in range(0, len(ids), PAGE):
        keys = [Key("invoices", id_) for id_ in ids[start : start + PAGE]]
        yield from (doc for doc in scope.store.get_many(scope.business, keys) if doc is not None)
