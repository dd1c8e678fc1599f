"""The collections that matching reads and writes."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.store import Key

CUSTOMERS, INVOICES, PAYMENTS = "customers", "invoices", "payments"
EXPENSES, RECEIPTS, TRANSACTIONS = "expenses", "receipts", "transactions"
DECISIONS, HOLDS, KEYS, REVIEW = "decisions", "holds", "keys", "review"


def payer_place(payer: str) -> Key:
    """Where it is remembered for whom a payer paid."""
    return Key(KEYS, derived_id("key", "payer", payer))


def review_place(kind: str, subject_id: str) -> Key:
    """The one review item of a payment or receipt."""
    return Key(REVIEW, derived_id("rev", kind, subject_id))


def decision_place(payment_id: str, version: int) -> Key:
    """Each decision about a payment is kept; ``version`` is the payment's when it was decided."""
    return Key(DECISIONS, derived_id("dec", payment_id, str(version)))
