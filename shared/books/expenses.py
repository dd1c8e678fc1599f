"""Expenses: what a read receipt or an outgoing line cost the business, by category and day."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from shared.books.places import EXPENSES
from shared.core.errors import Invalid
from shared.core.ids import derived_id
from shared.store import Doc, Key, Page, Query, Store, Tx


@dataclass(frozen=True, slots=True)
class Expense:
    """One cost; amounts in cents, VAT included in the amount, ``business_day`` as YYYY-MM-DD.

    ``category`` is one of the 24, ``custom_category`` the business's own within it; ``category_source``
    says who
    filed it (``person``, ``memory``, ``number``, ``dictionary``, ``model``, ``ask``), with thousandths of
    certainty.
    """

    category: str
    merchant: str
    amount_cents: int
    vat_cents: int
    currency: str
    business_day: str
    receipt_id: str = ""
    transaction_id: str = ""
    custom_category: str = ""
    category_source: str = ""
    category_milli: int = 0


def expense_id(expense: Expense) -> str:
    """One receipt, or one outgoing line without a receipt, is one expense.

    Raises Invalid ``expense_without_source``: a cost leads to its record.
    """
    if not expense.receipt_id and not expense.transaction_id:
        raise Invalid("expense_without_source", "an expense comes from a receipt or an outgoing line")
    kind = "receipt" if expense.receipt_id else "transaction"
    return derived_id("exp", kind, expense.receipt_id or expense.transaction_id)


def write_expense(tx: Tx, expense: Expense) -> Doc:
    """Write an expense, new or corrected; the first day it was written stays.

    Raises Invalid ``expense_without_source``, ``amount_invalid``.
    """
    if not 0 <= expense.vat_cents <= expense.amount_cents:
        raise Invalid("amount_invalid", "VAT is part of an amount of zero or more")
    key = Key(EXPENSES, expense_id(expense))
    before = tx.get(key)
    return tx.put(key, {**asdict(expense), "created_on": before.data["created_on"] if before else tx.now})


def list_expenses(store: Store, business: str, *, limit: int = 20, cursor: str | None = None) -> Page:
    """One page of expenses, the newest day first."""
    return store.query(business, Query(EXPENSES, (), "-business_day", limit, cursor))
