"""The collections that the books read and write."""

from __future__ import annotations

CUSTOMERS = "customers"
EXPENSES = "expenses"
INVOICES = "invoices"
JOURNAL = "journal"
KEYS = "keys"
PAYMENTS = "payments"
TRANSACTIONS = "transactions"
