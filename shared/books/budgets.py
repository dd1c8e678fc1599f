"""Budgets: what a business means to spend on a category in a month, or in every month from one on.

``budgets/{category}-{month}`` holds one month, ``budgets/{category}-from-{month}`` every month from it on. A
month of its own goes before what repeats, a later start before an earlier one: changing what shall hold from
June leaves May as it was. Nothing is ever removed; a budget of zero ends one. Each change keeps who, when,
before and after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.books.places import BUDGETS
from shared.core.errors import Refused
from shared.store import Doc, Key, Query, Store, Tx

MOST = 2000
"""Budgets of one business that are read at once: 24 categories for years."""
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Budget:
    """One figure: cents for a category in a month (``2026-03``), or in every month from it on."""

    category: str
    month: str
    cents: int
    repeats: bool

    @property
    def id(self) -> str:
        """Its own place: setting it again changes it."""
        return f"{self.category}-{'from-' if self.repeats else ''}{self.month}"


def set_budget(tx: Tx, budget: Budget, *, actor: str, note: str, version: int | None = None) -> Doc:
    """Write a budget, or change it; the same figure again changes nothing.

    Args:
        version: of the budget that was read, 0 for none; refused when it is another by now.

    Raises Refused ``changed_since``.
    """
    key = Key(BUDGETS, budget.id)
    known = tx.get(key)
    if version is not None and version != (known.data["version"] if known else 0):
        raise Refused("the budget was changed meanwhile: read it again", code="changed_since")
    before = known.data["amount_cents"] if known else None
    if before == budget.cents and known is not None:
        return known
    changes = known.data["changes"] if known else []
    change = {"by": actor, "at": tx.now, "note": note, "before": before, "after": budget.cents}
    data = {
        "category": budget.category,
        "month": budget.month,
        "repeats": budget.repeats,
        "amount_cents": budget.cents,
        "currency": "KES",
        "version": (known.data["version"] if known else 0) + 1,
        "changes": [change, *changes][:MOST_CHANGES],
    }
    return tx.put(key, data)


def all_budgets(store: Store, business: str) -> list[Doc]:
    """Every budget, by month."""
    return store.all(business, Query(BUDGETS, (), "month"), MOST)


def in_force(budgets: Iterable[Doc], month: str) -> dict[str, Doc]:
    """The budget that holds for each category in a month; those that ended are left out."""
    found: dict[str, Doc] = {}
    for doc in budgets:
        mine = doc.data["month"] <= month if doc.data["repeats"] else doc.data["month"] == month
        if mine and _before(found.get(doc.data["category"]), doc):
            found[doc.data["category"]] = doc
    return {category: doc for category, doc in sorted(found.items()) if doc.data["amount_cents"]}


def _before(known: Doc | None, doc: Doc) -> bool:
    """Whether ``doc`` goes before what was found so far."""
    if known is None:
        return True
    return (not doc.data["repeats"], doc.data["month"]) > (not known.data["repeats"], known.data["month"])
