"""Cases from the store of one business: batches of reads by key, and what is open for a few customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.books import find, lookup_keys, open_invoices
from shared.matching.candidates import MatchKey, said_name
from shared.matching.model import CustomerFacts, InvoiceFacts, PaymentFacts
from shared.matching.places import CUSTOMERS, HOLDS, INVOICES, payer_place
from shared.store import Doc, Key, Store


def payment_facts(doc: Doc) -> PaymentFacts:
    """A payment document as matching sees it."""
    data = doc.data
    return PaymentFacts(
        id=doc.id,
        amount_cents=data["unallocated_cents"],
        currency=data["currency"],
        channel=data["channel"],
        paid_on=data["paid_at"],
        phone=data.get("payer_phone", ""),
        masked=data.get("payer_masked", ""),
        phone_hash=data.get("payer_hash", ""),
        payer_name=data.get("payer_name", ""),
        reference=data.get("reference", ""),
        narration=data.get("narration", ""),
        invoice_id=data.get("invoice_id", ""),
    )


def invoice_facts(doc: Doc) -> InvoiceFacts:
    """An issued invoice document as matching sees it."""
    data = doc.data
    owed = data["balance_cents"] if data["status"] == "open" else 0
    return InvoiceFacts(
        doc.id,
        data["number"],
        data["customer_id"],
        data["total_cents"],
        owed,
        data["due_date"],
        data["issued_on"],
    )


def customer_facts(doc: Doc) -> CustomerFacts:
    """A customer document as matching sees it."""
    return CustomerFacts(doc.id, doc.data["name"], tuple(doc.data["phones"]), doc.data["account_no"])


class StoreLookup:
    """What ``candidates.gather`` reads; invoices in other currencies than the payment's are left out."""

    def __init__(self, store: Store, business: str, currency: str) -> None:
        self._store, self._business, self._currency = store, business, currency
        self._otherwise: set[str] = set()

    def find(self, payment: PaymentFacts, extra: Sequence[MatchKey]) -> Mapping[MatchKey, Sequence[str]]:
        keys = lookup_keys(
            reference=payment.reference,
            narration=payment.narration,
            phone=payment.phone,
            masked=payment.masked,
            hashed=payment.phone_hash,
            name=said_name(payment),
        )
        return find(self._store, self._business, [*keys, *extra])

    def payers(self, key: str) -> dict[str, int]:
        doc = self._store.get(self._business, payer_place(key))
        return dict(doc.data["counts"]) if doc else {}

    def customers(self, ids: Sequence[str]) -> list[CustomerFacts]:
        return [customer_facts(doc) for doc in self._many(CUSTOMERS, ids)]

    def invoices(self, ids: Sequence[str]) -> list[InvoiceFacts]:
        return [invoice_facts(doc) for doc in self._many(INVOICES, ids) if self._payable(doc.data)]

    def opened(self, customer_id: str) -> tuple[InvoiceFacts, ...]:
        docs = open_invoices(self._store, self._business, customer_id)
        payable = tuple(invoice_facts(doc) for doc in docs if self._payable(doc.data))
        if len(payable) < len(docs):
            self._otherwise.add(customer_id)
        return payable

    def otherwise(self, customer_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self._otherwise.intersection(customer_ids))

    def held(self, customer_ids: Sequence[str], payment_id: str) -> frozenset[str]:
        holds = self._many(HOLDS, customer_ids)
        return frozenset(doc.id for doc in holds if set(doc.data["payment_ids"]) - {payment_id})

    def _many(self, collection: str, ids: Sequence[str]) -> list[Doc]:
        docs = self._store.get_many(self._business, [Key(collection, i) for i in ids])
        return [doc for doc in docs if doc is not None]

    def _payable(self, invoice: dict[str, Any]) -> bool:
        return invoice["status"] in ("open", "paid") and invoice["currency"] == self._currency
