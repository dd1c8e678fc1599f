"""What payments cost on Google Cloud: what the platform bills for, counted on the running product.

    python -m bench.cost [--payments 60]

Half of the payments are asked for by STK push, half are paid to the paybill unasked, each over HTTP through
the embedded system, whose functions and transactions are those of the cloud. Reads, writes, deletes, events
and calls are counted; prices are in ``PRICES`` with their source and date. The last line holds the counts of
one payment and what 10,000 of them cost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO, cast

import requests

from bench.floor import SECRET
from local.safaricom.c2b_notices import begin_payment
from local.safaricom.model import Order
from local.system import System
from shared.access import add_business
from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor
from shared.store import Doc, Key, Query
from shared.store.model import Adapter, Scan, Schema

BUSINESS, PAYBILL, CENTS = "biz_cost", "174379", 116_000
PROFILE = {
    "name": "Duka",
    "currency": "KES",
    "shortcode": PAYBILL,
    "phone": "254700000001",
    "email": "owner@example.com",
}
PRICES: dict[str, Decimal] = {
    "document_read": Decimal("0.03") / 100_000,
    "document_write": Decimal("0.09") / 100_000,
    "document_delete": Decimal("0.01") / 100_000,
    "request": Decimal("0.40") / 1_000_000,
    "vcpu_second": Decimal("0.000024"),
    "gib_second": Decimal("0.0000025"),
    "pubsub_gib": Decimal(40) / 1024,
    "log_gib": Decimal("0.50"),
}
"""US dollars, list prices of the cheapest regions before any free quota (cloud.google.com/{firestore,run,
pubsub,stackdriver}/pricing, read 2026-11): look them up for your region."""
BILLED_SECONDS = Decimal("0.2")
"""An assumption, not a measurement: a call on a warm instance, rounded up to 100 ms as Cloud Run bills it."""
MEMORY_GIB = Decimal("0.5")
SMALLEST_MESSAGE = 1000
"""Bytes that Pub/Sub bills at least, once for publishing and once for each delivery."""


@dataclass
class Swallowed:
    """Standard error for a while: what functions log there is what Cloud Logging ingests."""

    size: int = 0

    def write(self, text: str) -> int:
        self.size += len(text.encode())
        return len(text)

    def flush(self) -> None:
        return


@dataclass
class Counting:
    """An adapter that hands every call on and counts what Firestore would bill."""

    inner: Adapter
    billed: Counter[str]

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        self.billed["document_read"] += len(keys)  # an absent document is billed as a read as well
        return self.inner.get_many(business, keys)

    def query(self, business: str, scan: Scan) -> list[Doc]:
        found = self.inner.query(business, scan)
        self.billed["document_read"] += max(1, len(found))
        return found

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        self.inner.commit(business, reads, writes, durable=durable)
        if not writes:  # what was only read is read once more
            self.billed["document_read"] += len(reads)
            return
        verified = [etag for key, etag in reads.items() if key not in writes]
        deleted = sum(doc is None for doc in writes.values()) + verified.count(None)
        self.billed["document_delete"] += deleted
        self.billed["document_write"] += len(writes) + len(verified) - deleted
        events = sum(key.collection == "outbox" for key, doc in writes.items() if doc is not None)
        self.billed["events"] += events
        self.billed["document_delete"] += events  # in the cloud the publisher removes the row again

    def ensure_indexes(self, schema: Schema) -> None:
        self.inner.ensure_indexes(schema)

    def close(self) -> None:
        self.inner.close()


class Shop:
    """One business on a running system, one customer and invoice a payment."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(
            store_url=f"sqlite:///{folder}/hesabu.db",
            blob_url=f"file:///{folder}/bucket",
            outbox_folder=str(folder / "outbox"),
            auth_secret=SECRET,
            callback_secret=SECRET,
            daraja_key="key",
            daraja_secret=SECRET,
            daraja_passkey=SECRET,
            log_level="INFO",
            log_metrics=True,
        )
        self.clock = ManualClock(datetime(2026, 3, 2, 7, tzinfo=UTC))
        self.system = System(settings, self.clock, SeededIds("cost"))
        self.system.start()
        self.billed: Counter[str] = Counter()
        store = self.system.app.store
        store._adapter = Counting(store._adapter, self.billed)
        add_business(store, BUSINESS, dict(PROFILE))
        self.system.register()
        self.http = requests.Session()
        self.http.trust_env = False

    def furnish(self, number: int) -> str:
        """A customer with one open invoice; returns the invoice's number."""

        def write(tx: Any) -> str:
            customer, invoice = f"cus_{number}", f"inv_{number}"
            write_customer(tx, customer, NewCustomer(name=f"Customer {number}", phones=[phone_of(number)]))
            line = NewLine(description="Cement", unit_cents=CENTS)
            draft_invoice(tx, invoice, NewInvoice(customer_id=customer, lines=[line], due_date="2026-04-01"))
            return str(finalise_invoice(tx, invoice, actor="bench").data["number"])

        return str(self.system.app.store.transaction(BUSINESS, write))

    def ask(self, number: int) -> None:
        """Collect by STK push; the simulated payer enters the PIN at once."""
        phone = phone_of(number)
        path = f"{self.system.url}/safaricom/control/phones/{phone}"
        self.http.put(path, json={"mode": "pay"}, timeout=20).raise_for_status()
        token = self.system.app.tokens.issue(Actor("bench", BUSINESS, "owner"))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"cost-{number}"}
        body = {"phone": phone, "invoice_id": f"inv_{number}"}
        url = f"{self.system.url}/v1/attempts"
        self.http.post(url, json=body, headers=headers, timeout=20).raise_for_status()

    def pay(self, number: int, reference: str) -> None:
        """Pay to the paybill unasked, with the invoice's number as the account."""
        begin_payment(
            self.system.safaricom.sim, Order(phone_of(number), PAYBILL, PAYBILL, CENTS, reference, "c2b")
        )

    def pass_time(self, seconds: int) -> None:
        """Let everything that is due be done, in steps of a minute: the period of the cloud's timer."""
        self.system.settle()
        for _ in range(seconds // 60):
            self.clock.advance(60)
            self.system.settle()

    def calls(self) -> Counter[str]:
        """Calls of each function so far."""
        feed = self.system.feed
        return Counter({name: feed.calls(name)[0] for name in self.system.functions.topology})

    def matched(self) -> int:
        """How many invoices are paid."""
        invoices = self.system.app.store.all(BUSINESS, Query("invoices", (), "created_on"))
        return sum(doc.data["status"] == "paid" for doc in invoices)


def phone_of(number: int) -> str:
    return f"2547{number:08d}"


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--payments", type=int, default=60)
    payments = parser.parse_args().payments
    with tempfile.TemporaryDirectory(prefix="hesabu-cost-") as folder:
        shop = Shop(Path(folder))
        try:
            print(json.dumps(_measure(shop, payments)))
        finally:
            shop.system.stop()


def _measure(shop: Shop, payments: int) -> dict[str, Any]:
    numbers = [shop.furnish(n) for n in range(payments)]
    shop.pass_time(0)
    idle, _ = _counted(shop, lambda: shop.pass_time(600))
    idle = Counter({name: count // 10 for name, count in idle.items()})

    def work() -> None:
        for n, number in enumerate(numbers):
            if n % 2:
                shop.pay(n, number)
            else:
                shop.ask(n)
            shop.pass_time(0)
        shop.pass_time(1800)

    billed, calls = _counted(shop, work)
    for name, count in idle.items():
        billed[name] -= count * 30  # the timer ticks whether anybody pays or not
    calls.pop("sweep", None)
    if shop.matched() != payments:
        raise SystemExit(f"only {shop.matched()} of {payments} payments were matched: nothing to count")
    per = {name: round(count / payments, 2) for name, count in sorted(billed.items())}
    requests_each = round(sum(calls.values()) / payments, 2)
    print(f"per payment: {per}, calls {dict(calls)}, one idle sweep: {dict(idle)}", file=sys.stderr)
    return {
        "payments": payments,
        "per_payment": {**per, "calls": requests_each},
        "calls": {name: round(count / payments, 2) for name, count in sorted(calls.items()) if count},
        "per_idle_sweep": dict(idle),
        "usd_per_10000": _priced(per, requests_each),
    }


def _counted(shop: Shop, work: Any) -> tuple[Counter[str], Counter[str]]:
    before, called, logged = Counter(shop.billed), shop.calls(), Swallowed()
    with contextlib.redirect_stderr(cast(TextIO, logged)):
        work()
    billed = shop.billed - before
    billed["log_bytes"] = logged.size
    return billed, shop.calls() - called


def _priced(per: Mapping[str, float], calls: float) -> dict[str, str]:
    """US dollars of 10,000 payments, part by part."""
    many = Decimal(10_000)
    count = {name: Decimal(str(value)) * many for name, value in per.items()}
    asked = Decimal(str(calls)) * many
    seconds = asked * BILLED_SECONDS
    parts = {
        "firestore": sum(
            (count[name] * PRICES[name] for name in ("document_read", "document_write", "document_delete")),
            Decimal(0),
        ),
        "functions": asked * PRICES["request"]
        + seconds * (PRICES["vcpu_second"] + MEMORY_GIB * PRICES["gib_second"]),
        "pubsub": count["events"] * 2 * SMALLEST_MESSAGE / 2**30 * PRICES["pubsub_gib"],
        "logs": count["log_bytes"] / 2**30 * PRICES["log_gib"],
    }
    total = sum(parts.values(), Decimal(0))
    return {name: f"{value:.3f}" for name, value in {**parts, "total": total}.items()}


if __name__ == "__main__":
    main()
