"""A hardware shop: in memory for the engine, on a real store for the use cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.books import (
    NewCustomer,
    NewInvoice,
    NewLine,
    NewTransaction,
    draft_invoice,
    finalise_invoice,
    receive_payment,
    record_transaction,
    write_customer,
)
from shared.bus import Outbox
from shared.core.ids import SeededIds
from shared.core.phone import mask, phone_hash
from shared.matching.candidates import gather
from shared.matching.decide import DecisionRules, decide
from shared.matching.memory import MemoryLookup
from shared.matching.model import Case, CustomerFacts, Decision, InvoiceFacts, PaymentFacts
from shared.store import Doc, Key, Store, Tx

T = TypeVar("T")
WANJIKU, OTIENO, HALIMA, FIRM = "cus_wanjiku", "cus_otieno", "cus_halima", "cus_firm"
PHONES = {WANJIKU: "254712345678", OTIENO: "254722000111", HALIMA: "254733999123", FIRM: "254711222333"}
NAMES = {
    WANJIKU: "Grace Wanjiku Kamau",
    OTIENO: "Peter Otieno Odhiambo",
    HALIMA: "Halima Noor Hassan",
    FIRM: "Elgon Consultants Kenya Ltd",
}
ACCOUNTS = {WANJIKU: "HW-17A", OTIENO: "C358686", HALIMA: "7692261", FIRM: "C904412"}


class Desk:
    """The engine over a twin in memory."""

    def __init__(self, order: Sequence[str] = tuple(NAMES)) -> None:
        self.books = MemoryLookup()
        for who in order:
            self.books.add_customer(CustomerFacts(who, NAMES[who], (PHONES[who],), ACCOUNTS[who]))

    def invoice(self, number: str, customer: str, cents: int, balance: int | None = None, **more: Any) -> str:
        id_ = f"inv_{number}"
        owed = cents if balance is None else balance
        due = more.pop("due", f"2026-03-{10 + len(number) % 9:02d}")
        self.books.add_invoice(InvoiceFacts(id_, number, customer, cents, owed, due, **more))
        return id_

    def case(self, cents: int, **fields: Any) -> Case:
        payment = PaymentFacts(id=fields.pop("id", "mpesa-SJ1"), amount_cents=cents, **fields)
        return gather(self.books, payment, DecisionRules().allocation)

    def decide(self, cents: int, **fields: Any) -> Decision:
        return decide(self.case(cents, **fields), DecisionRules())


def payer(who: str, how: str = "hash") -> dict[str, str]:
    """What the network shows of a customer's own phone and name."""
    name, phone = NAMES[who].upper(), PHONES[who]
    if how == "hash":
        return {"phone_hash": phone_hash(phone), "payer_name": name}
    if how == "masked":
        return {"masked": mask(phone), "payer_name": name.split()[0]}
    return {"phone": phone}


EMPLOYER = {"payer_hash": phone_hash("254799999999"), "payer_name": "ZAKAYO MWAURA NJENGA"}
"""Somebody who is no customer, as a payment document shows them."""


def own(who: str) -> dict[str, str]:
    """A customer's own phone and name, as a payment document shows them."""
    return {"payer_hash": phone_hash(PHONES[who]), "payer_name": NAMES[who].upper()}


def paid(decision: Decision) -> dict[str, int]:
    return {link.invoice_id: link.cents for link in decision.links}


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


class RecordingBus:
    """A bus that keeps what was published."""

    collects_outbox = False

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    collects_outbox = False

    def close(self) -> None:
        """Nothing is held."""

    def wake(self) -> None:
        raise AssertionError("this bus takes nothing from the outbox by itself")

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        self.events += events

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


class Shop:
    """One business on a real store; it is the Ports of matching."""

    def __init__(self, store: Store, business: str) -> None:
        self.store, self.business = store, business
        self.bus = RecordingBus()
        self.outbox = Outbox(store, self.bus)
        self.ids = SeededIds(business)
        self.tokens: Any = None

    def run(self, fn: Callable[[Tx], T]) -> T:
        return self.outbox.run(self.business, fn)

    def doc(self, collection: str, id_: str) -> dict[str, Any]:
        return self.store.require(self.business, Key(collection, id_)).data

    def find(self, collection: str, id_: str) -> Doc | None:
        return self.store.get(self.business, Key(collection, id_))

    def customer(self, who: str) -> Doc:
        new = NewCustomer(name=NAMES[who], phones=[PHONES[who]], account_no=ACCOUNTS[who])
        return self.run(lambda tx: write_customer(tx, who, new))

    def invoice(self, id_: str, customer: str, cents: int, due: str = "") -> str:
        """Issue an invoice; returns its printed number."""
        line = NewLine(description="Cement", unit_cents=cents, vat_band="A")
        new = NewInvoice(customer_id=customer, lines=[line], due_date=due)
        self.run(lambda tx: draft_invoice(tx, id_, new))
        return str(self.run(lambda tx: finalise_invoice(tx, id_, actor="usr_owner")).data["number"])

    def payment(self, receipt: str, cents: int, **fields: Any) -> str:
        data = {
            "provider": "mpesa",
            "receipt": receipt,
            "channel": "paybill",
            "shortcode": "600123",
            "status": "settled",
            "matching": "waiting",
            "amount_cents": cents,
            "currency": "KES",
            "payer_phone": "",
            "payer_masked": "",
            "payer_hash": "",
            "payer_name": "",
            "reference": "",
            "narration": "",
            "paid_at": "2026-03-01T10:00:00.000Z",
            "invoice_id": "",
            "customer_id": "",
            "allocated_cents": 0,
            "unallocated_cents": cents,
            "allocations": [],
            "polling": False,
            "poll_at": "",
            **fields,
        }

        def write(tx: Tx) -> None:
            tx.create(Key("payments", f"mpesa-{receipt}"), data)
            receive_payment(tx, data)

        self.run(write)
        return f"mpesa-{receipt}"

    def spend(self, receipt: str, cents: int, party: str, day: str) -> str:
        new = NewTransaction(receipt=receipt, amount_cents=cents, party=party, paid_at=f"{day}T09:00:00.000Z")
        return self.run(lambda tx: record_transaction(tx, new, otherwise="txn_x")).id

    def receipt(self, id_: str, cents: int, merchant: str, day: str, **fields: Any) -> str:
        data = {
            "status": "accepted",
            "matching": "waiting",
            "merchant": merchant,
            "receipt_date": day,
            "business_day": day,
            "received_at": f"{day}T12:00:00.000Z",
            "total_cents": cents,
            "tax_cents": cents * 16 // 116,
            "currency": "KES",
            "transaction_id": "",
            "reading": {},
            **fields,
        }
        self.store.create(self.business, Key("receipts", id_), data)
        return id_
