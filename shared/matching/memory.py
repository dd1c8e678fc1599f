"""A store of keys, customers and invoices in memory: the twin of ``StoreLookup`` for benchmarks and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.books import customer_keys, invoice_keys, lookup_keys
from shared.matching.candidates import MatchKey, said_name
from shared.matching.model import CustomerFacts, InvoiceFacts, PaymentFacts

MOST_IDS = 60
"""As in the books: a key that leads to more is no clue."""


class MemoryLookup:
    """Facts by id and key postings, with the same limits as the store's."""

    def __init__(self) -> None:
        self._keys: dict[MatchKey, list[str]] = {}
        self._customers: dict[str, CustomerFacts] = {}
        self._invoices: dict[str, InvoiceFacts] = {}
        self._own: dict[str, list[str]] = {}
        self._payers: dict[str, dict[str, int]] = {}
        self._holds: dict[str, set[str]] = {}
        self._vetoes: dict[str, set[str]] = {}

    def add_customer(self, customer: CustomerFacts) -> None:
        self._customers[customer.id] = customer
        data = {"name": customer.name, "phones": list(customer.phones), "account_no": customer.account_no}
        self._index(customer.id, customer_keys(data))

    def add_invoice(self, invoice: InvoiceFacts) -> None:
        self._invoices[invoice.id] = invoice
        self._own.setdefault(invoice.customer_id, []).append(invoice.id)
        self._index(invoice.id, invoice_keys(invoice.number))

    def _index(self, subject: str, keys: Sequence[MatchKey]) -> None:
        for key in keys:
            self._keys.setdefault(key, []).append(subject)

    def change_balance(self, invoice_id: str, cents: int) -> None:
        """Add cents (negative: paid) to what an invoice is owed."""
        invoice = self._invoices[invoice_id]
        self._invoices[invoice_id] = replace(invoice, balance_cents=invoice.balance_cents + cents)

    def remember(self, payer: str, customer_id: str, count: int = 1) -> None:
        """Count one more confirmed payment of a payer for a customer."""
        if payer:
            counts = self._payers.setdefault(payer, {})
            counts[customer_id] = counts.get(customer_id, 0) + count

    def veto(self, payer: str, customer_id: str) -> None:
        """A person said that this payer does not pay for this customer."""
        self._vetoes.setdefault(payer, set()).add(customer_id)

    def hold(self, customer_ids: Sequence[str], payment_id: str) -> None:
        for customer_id in customer_ids:
            self._holds.setdefault(customer_id, set()).add(payment_id)

    def release(self, customer_ids: Sequence[str], payment_id: str) -> None:
        for customer_id in customer_ids:
            self._holds.get(customer_id, set()).discard(payment_id)

    # --- Lookup
    def find(self, payment: PaymentFacts, extra: Sequence[MatchKey]) -> Mapping[MatchKey, Sequence[str]]:
        keys = dict.fromkeys([*facts_keys(payment), *extra])
        found = {key: self._keys.get(key, []) for key in keys}
        return {key: ids for key, ids in found.items() if 0 < len(ids) <= MOST_IDS}

    def numbers(self) -> Mapping[str, str]:
        return {}  # reading an invoice costs nothing here

    def payers(self, key: str) -> dict[str, int]:
        return dict(self._payers.get(key, {}))

    def vetoed(self, key: str) -> frozenset[str]:
        return frozenset(self._vetoes.get(key, ()))

    def customers(self, ids: Sequence[str]) -> list[CustomerFacts]:
        return [self._customers[i] for i in ids if i in self._customers]

    def invoices(self, ids: Sequence[str], customers: Sequence[str] = ()) -> list[InvoiceFacts]:
        return [self._invoices[i] for i in ids if i in self._invoices]

    def opened(self, customer_ids: Sequence[str]) -> dict[str, tuple[InvoiceFacts, ...]]:
        return {who: self._open(who) for who in customer_ids}

    def _open(self, customer_id: str) -> tuple[InvoiceFacts, ...]:
        own = (self._invoices[i] for i in self._own.get(customer_id, ()))
        return tuple(i for i in own if i.balance_cents > 0)

    def otherwise(self, customer_ids: Sequence[str]) -> frozenset[str]:
        return frozenset()  # facts in memory are converted: ``InvoiceFacts.foreign``

    def held(self, customer_ids: Sequence[str], payment_id: str) -> frozenset[str]:
        return frozenset(c for c in customer_ids if self._holds.get(c, set()) - {payment_id})


def facts_keys(payment: PaymentFacts) -> list[MatchKey]:
    """The keys that the books give a payment, the payer's name read from a bank narration where needed."""
    return lookup_keys(
        reference=payment.reference,
        narration=payment.narration,
        phone=payment.phone,
        masked=payment.masked,
        hashed=payment.phone_hash,
        name=said_name(payment),
    )
