"""One business on a real store, with short ways to say what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.books.receiving import receive_payment
from shared.bus import Outbox
from shared.store import Doc, Key, Store, Tx

T = TypeVar("T")


class RecordingBus:
    """A bus that keeps what was published."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    collects_outbox = False

    def close(self) -> None:
        """Nothing is held."""

    def wake(self) -> None:
        raise AssertionError("this bus takes nothing from the outbox by itself")

    def publish(self, events: Sequence[dict[str, Any]]) -> None:
        self.events += events


class Books:
    """One business on a real store, with short ways to say what happened to it."""

    def __init__(self, store: Store, bus: RecordingBus, business: str = "biz_duka") -> None:
        self.store, self.bus, self.business = store, bus, business
        self.outbox = Outbox(store, bus)

    def of(self, business: str) -> Books:
        return Books(self.store, self.bus, business)

    def run(self, fn: Callable[[Tx], T]) -> T:
        return self.outbox.run(self.business, fn)

    def doc(self, collection: str, id_: str) -> dict[str, Any]:
        return self.store.require(self.business, Key(collection, id_)).data

    def customer(self, id_: str, name: str = "Wanjiku Kamau", **fields: Any) -> Doc:
        return self.run(lambda tx: write_customer(tx, id_, NewCustomer(name=name, **fields)))

    def draft(self, id_: str, cents: int, customer: str = "cus_a", **fields: Any) -> Doc:
        line = NewLine(description="Cement", unit_cents=cents, vat_band="A")
        new = NewInvoice(customer_id=customer, lines=[line], **fields)
        return self.run(lambda tx: draft_invoice(tx, id_, new))

    def invoice(self, id_: str, cents: int, customer: str = "cus_a", **fields: Any) -> Doc:
        self.draft(id_, cents, customer, **fields)
        return self.run(lambda tx: finalise_invoice(tx, id_, actor="usr_owner"))

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
            "paid_at": "2026-03-01T10:00:00.000Z",
            "customer_id": "",
            "allocated_cents": 0,
            "unallocated_cents": cents,
            "allocations": [],
            "polling": False,
            "poll_at": "",
            **fields,
        }
        id_ = f"{data['provider']}-{receipt}"

        def write(tx: Tx) -> None:
            tx.create(Key("payments", id_), data)
            receive_payment(tx, data)

        self.run(write)
        return id_
