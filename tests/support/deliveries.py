"""A worker that delivers the same payments again and again to one store, until it is killed or done.

``python -m tests.support.deliveries STORE_URL LOG SEED PAYMENTS``: it books each payment over the customer's
oldest open invoices, and writes a line to LOG after each acknowledged delivery and for each conflict.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Mapping

from shared.app import store_adapter
from shared.core.clock import SystemClock
from shared.core.errors import Conflict, Retryable
from shared.core.ids import SystemIds
from shared.store import Doc, Key, Once, Store, Tx
from shared.store.model import Adapter, Schema
from tests.support.faults import Through

BUSINESS = "biz_1"
CUSTOMERS, INVOICES_EACH = 5, 14
INVOICE_CENTS = 35_000
SCHEMA = Schema(append_only=frozenset({"journal"}))


class Logged(Through):
    """Writes a line for every conflict."""

    def __init__(self, inner: Adapter, log: int) -> None:
        super().__init__(inner)
        self._log = log

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        try:
            self.inner.commit(business, reads, writes, durable=durable)
        except Conflict:
            os.write(self._log, b"conflict -\n")
            raise


def cents_of(payment: int) -> int:
    return 100 * (1 + payment * 37 % 60)


def open_invoices(customer: int) -> list[Key]:
    return [Key("invoices", f"inv_{customer}_{number:02}") for number in range(INVOICES_EACH)]


def open_books(store_url: str) -> Store:
    """The books of the test, as every process of it sees them."""
    return over(store_adapter(store_url))


def over(adapter: Adapter) -> Store:
    opened = Store(adapter, SCHEMA, SystemClock(), SystemIds())
    opened.ensure_indexes()
    return opened


def prepare(store: Store) -> None:
    """The invoices that all payments are booked on."""

    def write(tx: Tx) -> None:
        for customer in range(CUSTOMERS):
            for key in open_invoices(customer):
                tx.create(key, {"total_cents": INVOICE_CENTS, "balance_cents": INVOICE_CENTS})

    store.transaction(BUSINESS, write)


def deliver(store: Store, payment: int, by: str) -> str:
    """Book one payment once, however often it is delivered; returns who booked it."""
    once = Once(f"payment-{payment}", str(cents_of(payment)))
    return store.transaction(BUSINESS, lambda tx: _book(tx, payment, by), once=once, deadline=60)


def redeliver(store: Store, payment: int, by: str, log: int) -> str:
    """Deliver again while the store says that it may help, as the bus does."""
    while True:
        try:
            return deliver(store, payment, by)
        except Retryable:
            os.write(log, b"again -\n")
            time.sleep(0.05)


def _book(tx: Tx, payment: int, by: str) -> str:
    left, legs = cents_of(payment), {}
    for doc in tx.get_many(open_invoices(payment % CUSTOMERS)):
        assert doc is not None
        part = min(left, doc.data["balance_cents"])
        if part:
            tx.update(doc.key, {"balance_cents": doc.data["balance_cents"] - part})
            legs[doc.id], left = part, left - part
    tx.create(Key("payments", f"p{payment}"), {"allocations": legs, "unallocated_cents": left, "by": by})
    amounts = [cents_of(payment), *(-cents for cents in legs.values()), -left]
    tx.create(Key("journal", f"pay-{payment}"), {"amounts": amounts})
    return by


def main() -> None:
    store_url, log_path, seed, payments = sys.argv[1:]
    log = os.open(log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    store = over(Logged(store_adapter(store_url), log))
    order = list(range(int(payments))) * 2
    random.Random(seed).shuffle(order)
    for number, payment in enumerate(order):
        started = time.perf_counter()
        by = redeliver(store, payment, f"{os.getpid()}.{number}", log)
        ms = 1000 * (time.perf_counter() - started)
        os.write(log, f"done {payment} {by} {ms:.1f}\n".encode())
    store.close()


if __name__ == "__main__":
    main()
