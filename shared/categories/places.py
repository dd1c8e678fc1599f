"""The collections of this room."""

from __future__ import annotations

PAYEES = "category_payees"
"""What a business said a payee is for: one document a mark of a payee."""
CUSTOM = "categories"
"""Categories of a business's own, each within one of the 24."""
CHANGES = "category_changes"
"""Who filed what as what, the audit trail; never rewritten."""
TRANSACTIONS, RECEIPTS, EXPENSES = "transactions", "receipts", "expenses"
