"""The collections that the books read and write."""

from __future__ import annotations

BLOCKS = "blocks"
BUDGETS = "budgets"
CUSTOMERS = "customers"
EXPENSES = "expenses"
INVOICES = "invoices"
JOURNAL = "journal"
KEYS = "keys"
PAYMENTS = "payments"
RATES = "exchange_rates"
ROLLUPS = "rollups"
TRANSACTIONS = "transactions"
UNSEALED = "unsealed"
"""Markers of entries that no block holds yet; each is made with its entry and removed with its block."""

SPENDABLE = frozenset({"settled", "partially_refunded"})
"""States of a payment whose money is in the books and not all gone again."""
