"""Categories of a business's own: each lies within one of the 24, so that reports and taxes still add up."""

from __future__ import annotations

from dataclasses import dataclass

from shared.categories.codes import CODES, UNCATEGORISED
from shared.categories.places import CUSTOM
from shared.core.errors import FieldError, Invalid
from shared.store import Doc, Key, Query, Store, Tx

MOST_CUSTOM = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A category as chosen: one of the 24, and the business's own within it or ""."""

    category: str
    custom: str = ""

    @property
    def code(self) -> str:
        """What the business calls it."""
        return self.custom or self.category


def define(tx: Tx, code: str, name: str, within: str) -> Doc:
    """Add a category of the business's own under ``code``, its name in the API.

    Args:
        within: which of the 24 it belongs to.

    Raises AlreadyExists, Invalid ``category_taken`` for one of the 24, ``category_unknown``.
    """
    if code in CODES or code == UNCATEGORISED:
        raise _invalid("category_taken", "that is one of the 24 categories", "/code")
    if within not in CODES:
        raise _invalid("category_unknown", "a category of your own lies within one of the 24", "/within")
    return tx.create(Key(CUSTOM, code), {"name": name, "within": within, "open": True, "created_on": tx.now})


def change(tx: Tx, code: str, *, name: str | None = None, open_: bool | None = None) -> Doc:
    """Rename a category of the business's own, or take it out of use; what was filed under it stays.

    Which of the 24 it lies within does not change: figures of the past would. Raises NotFound.
    """
    changes = {"name": name, "open": open_}
    return tx.update(Key(CUSTOM, code), {key: value for key, value in changes.items() if value is not None})


def resolve(tx: Tx, code: str) -> Choice:
    """The category that a code means to a business.

    Raises Invalid ``category_unknown`` for what is neither one of the 24 nor an open one of its own.
    """
    if code in CODES or code == UNCATEGORISED:
        return Choice(code)
    own = tx.get(Key(CUSTOM, code))
    if own is None or not own.data["open"]:
        raise _invalid("category_unknown", f"there is no category '{code}'", "/category")
    return Choice(own.data["within"], code)


def chosen(tx: Tx, code: str) -> Choice:
    """What a choice of the past means today: closed categories count on, older words stand as they are."""
    if code in CODES or code == UNCATEGORISED:
        return Choice(code)
    own = tx.get(Key(CUSTOM, code))
    return Choice(own.data["within"], code) if own is not None else Choice(code)


def customs(store: Store, business: str) -> list[Doc]:
    """The categories of a business's own, by code."""
    found = store.all(business, Query(CUSTOM, (), "created_on"), MOST_CUSTOM)
    return sorted(found, key=lambda doc: doc.id)


def _invalid(code: str, message: str, field: str) -> Invalid:
    return Invalid(code, message, [FieldError(field, message)])
