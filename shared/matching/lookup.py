"""Cases from the store of one business: batches of reads by key, and what is open for a few customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.books import key_places, leads, lookup_keys, numbers_in, open_invoices_of
from shared.matching.candidates import MatchKey, said_name
from shared.matching.identity import payer_key
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
        self._seen: dict[Key, Doc | None] = {}
        self._told: dict[str, str] = {}

    def find(self, payment: PaymentFacts, extra: Sequence[MatchKey]) -> Mapping[MatchKey, Sequence[str]]:
        """What the keys lead to; who this payer paid for before is read in the same batch."""
        keys = lookup_keys(
            reference=payment.reference,
            narration=payment.narration,
            phone=payment.phone,
            masked=payment.masked,
            hashed=payment.phone_hash,
            name=said_name(payment),
        )
        places = key_places([*keys, *extra])
        payer = [payer_place(key)] if (key := payer_key(payment)) else []
        docs = self._many([*places.values(), *payer])
        self._told = numbers_in(docs)
        return leads(places, docs)

    def numbers(self) -> Mapping[str, str]:
        return self._told

    def payers(self, key: str) -> dict[str, int]:
        doc = self._many([payer_place(key)])[0]
        return dict(doc.data["counts"]) if doc else {}

    def vetoed(self, key: str) -> frozenset[str]:
        doc = self._many([payer_place(key)])[0]
        return frozenset(doc.data.get("vetoed", ())) if doc else frozenset()

    def customers(self, ids: Sequence[str]) -> list[CustomerFacts]:
        docs = self._many([Key(CUSTOMERS, i) for i in ids])
        return [customer_facts(doc) for doc in docs if doc is not None]

    def invoices(self, ids: Sequence[str], customers: Sequence[str] = ()) -> list[InvoiceFacts]:
        """Invoices by id; the customers that are known by now are read in the same batch."""
        docs = self._many([*(Key(INVOICES, i) for i in ids), *(Key(CUSTOMERS, i) for i in customers)])
        found = (doc for doc in docs[: len(ids)] if doc is not None)
        return [invoice_facts(doc) for doc in found if self._payable(doc.data)]

    def opened(self, customer_ids: Sequence[str]) -> dict[str, tuple[InvoiceFacts, ...]]:
        """What each customer owes in the payment's currency, all in one query."""
        opened: dict[str, list[InvoiceFacts]] = {who: [] for who in customer_ids}
        for doc in open_invoices_of(self._store, self._business, customer_ids):
            if self._payable(doc.data):
                opened[doc.data["customer_id"]].append(invoice_facts(doc))
            else:
                self._otherwise.add(doc.data["customer_id"])
        return {who: tuple(invoices) for who, invoices in opened.items()}

    def otherwise(self, customer_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self._otherwise.intersection(customer_ids))

    def held(self, customer_ids: Sequence[str], payment_id: str) -> frozenset[str]:
        docs = self._many([Key(HOLDS, i) for i in customer_ids])
        holds = (doc for doc in docs if doc is not None)
        return frozenset(doc.id for doc in holds if set(doc.data["payment_ids"]) - {payment_id})

    def _many(self, places: Sequence[Key]) -> list[Doc | None]:
        """Documents by key, each read once for one case."""
        missing = [place for place in dict.fromkeys(places) if place not in self._seen]
        if missing:
            docs = self._store.get_many(self._business, missing)
            self._seen.update(zip(missing, docs, strict=True))
        return [self._seen[place] for place in places]

    def _payable(self, invoice: dict[str, Any]) -> bool:
        return invoice["status"] in ("open", "paid") and invoice["currency"] == self._currency
