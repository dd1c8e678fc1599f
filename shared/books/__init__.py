"""The books: customers, invoices, allocations, outgoing money and the journal behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.books.allocation import allocate, unallocate
    from shared.books.balances import TrialBalance, known_balance, trial_balance
    from shared.books.budgets import all_budgets, in_force
    from shared.books.customers import change_customer, write_customer
    from shared.books.expenses import Expense, write_expense
    from shared.books.invoices import (
        draft_invoice,
        finalise_invoice,
        open_invoices,
        open_invoices_of,
        void_invoice,
    )
    from shared.books.keys import (
        MatchKey,
        customer_keys,
        find,
        index_customer,
        index_invoice,
        invoice_keys,
        invoice_spellings,
        key_places,
        leads,
        lookup_keys,
        numbers_in,
        payment_keys,
        unindex_customer,
        unindex_invoice,
    )
    from shared.books.model import CustomerChanges, NewCustomer, NewInvoice, NewLine, NewTransaction
    from shared.books.numbering import check_digit, check_number, looks_printed, print_number, slips
    from shared.books.parts import overdue, owed_now
    from shared.books.rates import rates_of, shillings
    from shared.books.receiving import booked_at, receive_payment, record_fee, return_payment
    from shared.books.sealing import seal_journal, seal_when_due
    from shared.books.spellings import (
        SHORTEST_ACCOUNT_SLIP,
        account_slips,
        mask_keys,
        name_tokens,
        word_keys,
    )
    from shared.books.transactions import record_transaction

__all__ = [
    "SHORTEST_ACCOUNT_SLIP",
    "CustomerChanges",
    "Expense",
    "MatchKey",
    "NewCustomer",
    "NewInvoice",
    "NewLine",
    "NewTransaction",
    "TrialBalance",
    "account_slips",
    "all_budgets",
    "allocate",
    "booked_at",
    "change_customer",
    "check_digit",
    "check_number",
    "customer_keys",
    "draft_invoice",
    "finalise_invoice",
    "find",
    "in_force",
    "index_customer",
    "index_invoice",
    "invoice_keys",
    "invoice_spellings",
    "key_places",
    "known_balance",
    "leads",
    "looks_printed",
    "lookup_keys",
    "mask_keys",
    "name_tokens",
    "numbers_in",
    "open_invoices",
    "open_invoices_of",
    "overdue",
    "owed_now",
    "payment_keys",
    "print_number",
    "rates_of",
    "receive_payment",
    "record_fee",
    "record_transaction",
    "return_payment",
    "seal_journal",
    "seal_when_due",
    "shillings",
    "slips",
    "trial_balance",
    "unallocate",
    "unindex_customer",
    "unindex_invoice",
    "void_invoice",
    "word_keys",
    "write_customer",
    "write_expense",
]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("allocate", "unallocate"), "allocation"),
        **dict.fromkeys(("TrialBalance", "known_balance", "trial_balance"), "balances"),
        **dict.fromkeys(("all_budgets", "in_force"), "budgets"),
        **dict.fromkeys(("rates_of", "shillings"), "rates"),
        **dict.fromkeys(("change_customer", "write_customer"), "customers"),
        **dict.fromkeys(("Expense", "write_expense"), "expenses"),
        **dict.fromkeys(
            ("draft_invoice", "finalise_invoice", "open_invoices", "open_invoices_of", "void_invoice"),
            "invoices",
        ),
        **dict.fromkeys(
            (
                "MatchKey",
                "customer_keys",
                "find",
                "index_customer",
                "index_invoice",
                "invoice_keys",
                "invoice_spellings",
                "key_places",
                "lookup_keys",
                "numbers_in",
                "payment_keys",
                "leads",
                "unindex_customer",
                "unindex_invoice",
            ),
            "keys",
        ),
        **dict.fromkeys(
            ("CustomerChanges", "NewCustomer", "NewInvoice", "NewLine", "NewTransaction"), "model"
        ),
        **dict.fromkeys(
            ("check_digit", "check_number", "looks_printed", "print_number", "slips"), "numbering"
        ),
        **dict.fromkeys(("overdue", "owed_now"), "parts"),
        **dict.fromkeys(("booked_at", "receive_payment", "record_fee", "return_payment"), "receiving"),
        **dict.fromkeys(("seal_journal", "seal_when_due"), "sealing"),
        **dict.fromkeys(
            ("SHORTEST_ACCOUNT_SLIP", "account_slips", "mask_keys", "name_tokens", "word_keys"), "spellings"
        ),
        "record_transaction": "transactions",
    },
)
