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
from shared.store import Doc, Key, Query, Store, Tx
from shared.store.kept import Change, keep

MOST = 2000
"""Budgets of one business that are read at once: 24 categories for years."""


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
    data = {
        "category": budget.category,
        "month": budget.month,
        "repeats": budget.repeats,
        "amount_cents": budget.cents,
        "currency": "KES",
    }
    place, change = Key(BUDGETS, budget.id), Change(actor, note, version)
    return keep(tx, place, data, change, what="budget", noted=lambda told: told["amount_cents"])


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
