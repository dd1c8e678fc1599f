"""What was owed on a day: today's balances less what the journal says happened since, never today's status.

An invoice's balance and its journal legs on ``ar:{invoice}`` change in one commit (docs/decisions/0005), so
today's balance less the later legs is the balance of that day, to the cent. Only the journal written after
the day is read; for today nothing of it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.core.errors import Contended
from shared.core.money import KES
from shared.insights.metrics.sources import PAGE, Scope, midnight, open_invoices
from shared.insights.plan import Filters
from shared.store import Doc, Key, Query, Where

_RECEIVABLE = "ar:"
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Owed:
    """One invoice with what was left to pay on it on a day, in cents."""

    doc: Doc
    cents: int

    def parts(self) -> list[tuple[str, int]]:
        """Days on which something falls due, and the cents: one, or one for each instalment left."""
        if not self.doc.data.get("parts"):
            return [(self.doc.data["due_date"], self.cents)]
        from shared.books.parts import parts_of  # instalments are rare, and the books' room is large

        return [(part.due_date, part.left) for part in parts_of(self.doc.data, self.cents) if part.left]


def owed_on(scope: Scope, day: date, filters: Filters) -> list[Owed]:
    """Every invoice with something left to pay at the end of ``day``, the longest due first.

    Raises Contended when the books kept changing while a past day was rebuilt.
    """
    if day >= scope.today:
        return [Owed(doc, doc.data["balance_cents"]) for doc in open_invoices(scope, filters)]
    for _ in range(_LOOKS):
        newest = _newest(scope)
        found = _rebuilt(scope, day, filters.customer)
        if _newest(scope) == newest:
            return sorted(found, key=lambda one: (one.doc.data["due_date"], one.doc.id))
    raise Contended("the books kept changing")


def _rebuilt(scope: Scope, day: date, customer: str | None) -> list[Owed]:
    since = _legs_after(scope, day)
    docs = {doc.id: doc for doc in open_invoices(scope, Filters(customer=customer))}
    docs |= {doc.id: doc for doc in _named(scope, [id_ for id_ in since if id_ not in docs])}
    owed = (Owed(doc, doc.data["balance_cents"] - since.get(id_, 0)) for id_, doc in docs.items())
    return [
        one
        for one in owed
        if one.cents > 0
        and one.doc.data["currency"] == KES
        and customer in (None, one.doc.data["customer_id"])
    ]


def _legs_after(scope: Scope, day: date) -> dict[str, int]:
    """What entries of later days changed on each invoice; an entry is written down when it counts, or
    later."""
    where = (Where("recorded_at", ">=", midnight(day + timedelta(days=1))),)
    sums: dict[str, int] = {}
    for entry in scope.store.each(scope.business, Query("journal", where, "recorded_at", PAGE)):
        if entry.data["business_day"] <= day.isoformat() or entry.data["currency"] != KES:
            continue
        for leg in entry.data["legs"]:
            if leg["account"].startswith(_RECEIVABLE):
                invoice = leg["account"].removeprefix(_RECEIVABLE)
                sums[invoice] = sums.get(invoice, 0) + leg["amount"]
    return sums


def _newest(scope: Scope) -> str:
    found = scope.store.query(scope.business, Query("journal", (), "-recorded_at", 1)).docs
    return found[0].id if found else ""


def _named(scope: Scope, ids: list[str]) -> Iterator[Doc]:
    for start in range(0, len(ids), PAGE):
        keys = [Key("invoices", id_) for id_ in ids[start : start + PAGE]]
        yield from (doc for doc in scope.store.get_many(scope.business, keys) if doc is not None)
