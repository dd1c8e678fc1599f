"""A small business whose every figure was worked out by hand, kept by the real books, day after day.

The figures stand in ``test_kinds.py`` as they were worked out on paper; nothing here computes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, request
from pydantic import SecretStr

from shared.blobs import Blobs
from shared.blobs.folder import FolderBlobs
from shared.books import (
    Expense,
    NewCustomer,
    NewInvoice,
    NewLine,
    allocate,
    draft_invoice,
    finalise_invoice,
    receive_payment,
    unallocate,
    void_invoice,
    write_customer,
    write_expense,
)
from shared.bus import Outbox
from shared.core.clock import ManualClock, rfc3339
from shared.core.ids import Ids, SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period
from shared.reports import Ask, Report, build, checked
from shared.reports.api import api
from shared.store import Key, Store, Tx
from tests.support.bus import RecordingBus

T = TypeVar("T")
TODAY = date(2026, 3, 18)
WHOLE = Period(start=date(2026, 1, 1), end=TODAY)
BEGIN = datetime(2026, 1, 1, 6, tzinfo=UTC)
FLASK = Flask("test")
SECRET = SecretStr("x" * 40)


@dataclass
class World:
    """One business, and short ways to let days pass and things happen in it."""

    store: Store
    business: str = "biz_duka"
    bus: RecordingBus = field(default_factory=RecordingBus)

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.store.clock, ManualClock)
        return self.store.clock

    def on(self, day: str) -> None:
        """Let time pass until noon in Nairobi."""
        noon = datetime.fromisoformat(f"{day}T09:00:00+00:00")
        self.clock.advance((noon - self.clock.now()).total_seconds())

    def run(self, fn: Callable[[Tx], T]) -> T:
        return Outbox(self.store, self.bus).run(self.business, fn)

    def customer(self, id_: str, name: str) -> None:
        self.run(lambda tx: write_customer(tx, id_, NewCustomer(name=name)))

    def bill(self, id_: str, customer: str, cents: int, *, due: str = "", band: Any = "B") -> None:
        line = NewLine(description="Goods", unit_cents=cents, vat_band=band)
        new = NewInvoice(customer_id=customer, lines=[line], due_date=due)
        self.run(lambda tx: draft_invoice(tx, id_, new))
        self.run(lambda tx: finalise_invoice(tx, id_, actor="usr_1"))

    def pay(self, receipt: str, cents: int, provider: str = "mpesa", **fields: Any) -> str:
        data = {
            "provider": provider, "receipt": receipt, "channel": "c2b", "shortcode": "600123",
            "status": "settled", "matching": "waiting", "amount_cents": cents, "currency": "KES",
            "paid_at": rfc3339(self.clock.now()), "payer_name": "Amina", "customer_id": "",
            "allocations": [], "allocated_cents": 0, "unallocated_cents": cents, "polling": False,
            "poll_at": "", **fields,
        }  # fmt: skip
        key = Key("payments", f"{provider}-{receipt}")

        def write(tx: Tx) -> None:
            tx.create(key, data)
            if data["status"] == "settled":
                receive_payment(tx, data)

        self.run(write)
        return key.id

    def match(self, payment: str, customer: str, *links: tuple[str, int], **how: Any) -> None:
        given = {"matching": "auto", "actor": "engine", **how}
        self.run(lambda tx: allocate(tx, payment, links, customer_id=customer, **given))

    def spend(self, id_: str, cents: int, category: str, *, vat: int = 0, line: str = "") -> None:
        day = self.clock.now().date().isoformat()
        made = Expense(category, "Seller", cents, vat, "KES", day, receipt_id=id_, transaction_id=line)
        self.run(lambda tx: write_expense(tx, made))

    def receipt(self, id_: str, cents: int, vat: int, **fields: Any) -> None:
        day = self.clock.now().date().isoformat()
        data = {
            "status": "accepted", "matching": "none", "merchant": "Naivas", "business_day": day,
            "total_cents": cents, "tax_cents": vat, "currency": "KES", "object": f"receipts/x/{id_}.jpg",
            "generation": "1", "received_at": rfc3339(self.clock.now()), "category": "", "tax": {}, **fields,
        }  # fmt: skip
        self.store.put(self.business, Key("receipts", id_), data)

    def report(self, kind: Any, **given: Any) -> Report:
        ask = checked(Ask(kind=kind, **given), TODAY)
        return build(Scope(self.store, self.business, TODAY), ask, "Duka la Mama")


def seed(world: World) -> None:
    """January to March 2026: invoices, payments of every kind, an undo, a void invoice, expenses."""
    world.on("2026-01-02")
    world.customer("cus_a", "Baraka Hardware")
    world.customer("cus_b", "Wanjikũ Kamau")
    world.on("2026-01-10")
    world.bill("inv_1", "cus_a", 116_000, due="2026-01-25")
    world.on("2026-01-12")
    world.bill("inv_2", "cus_b", 50_000, due="2026-02-11", band="A")
    world.on("2026-01-15")
    world.receipt("rcp_1", 40_000, 5_517, category="stock_cogs", tax={"claimable_cents": 5_517})
    world.spend("rcp_1", 40_000, "stock_cogs", vat=5_517)
    world.on("2026-01-20")
    first = world.pay("SAA0000001", 60_000)
    world.match(first, "cus_a", ("inv_1", 60_000))
    world.on("2026-01-31")
    world.spend("rcp_2", 25_000, "rent")
    world.on("2026-02-03")
    world.bill("inv_3", "cus_a", 34_800, due="2026-03-05")
    world.on("2026-02-10")
    world.match(world.pay("AIR0000001", 80_000, "airtel"), "cus_a", ("inv_1", 56_000))
    world.on("2026-02-14")
    line = {"provider": "mpesa", "amount_cents": 8_000, "currency": "KES", "matching": "auto"}
    moment = {"paid_at": rfc3339(world.clock.now()), "business_day": "2026-02-14"}
    world.store.put(world.business, Key("transactions", "txn_1"), {**line, **moment})
    world.receipt("rcp_3", 8_000, 1_103, status="needs_review", merchant="Rubis", category="fuel")
    world.spend("rcp_3", 8_000, "fuel", vat=1_103, line="txn_1")
    world.spend("rcp_4", 15_000, "owner_transfers")
    world.on("2026-02-15")
    world.match(world.pay("SBB0000001", 49_950), "cus_b", ("inv_2", 49_950), writeoff=50)
    world.on("2026-02-25")
    world.run(lambda tx: unallocate(tx, first, actor="usr_1"))
    world.on("2026-03-01")
    world.bill("inv_4", "cus_b", 9_900)
    world.on("2026-03-02")
    fourth = world.pay("KCB0000001", 12_345, "bank", matching="review")
    _ask(world, fourth)
    world.pay("SCC0000001", 99_999, status="claimed")
    world.on("2026-03-03")
    world.spend("rcp_5", 30_000, "stock_cogs")
    world.receipt("rcp_6", 1_000, 0, status="duplicate")
    world.on("2026-03-06")
    world.run(lambda tx: void_invoice(tx, "inv_4", actor="usr_1"))
    world.on("2026-03-08")
    world.match(first, "cus_a", ("inv_1", 60_000), matching="manual", actor="usr_1")
    world.on("2026-03-18")


def _ask(world: World, payment: str) -> None:
    from shared.matching.places import review_place

    item = {"kind": "payment", "subject_id": payment, "status": "open", "reasons": ["stranger", "brand_new"],
            "worth": 1, "created_on": rfc3339(world.clock.now())}  # fmt: skip
    world.store.put(world.business, review_place("payment", payment), item)


@dataclass
class Ports:
    store: Store
    clock: ManualClock
    ids: Ids
    tokens: Tokens
    settings: Settings
    outbox: Outbox
    blobs: Blobs


def ports_of(world: World, folder: Path) -> Ports:
    """What the room asks of the composition root, with a folder as the bucket."""
    settings = Settings(auth_secret=SECRET, callback_secret=SECRET)
    outbox = Outbox(world.store, world.bus)
    tokens = Tokens(settings, world.clock)
    return Ports(
        world.store, world.clock, SeededIds(7), tokens, settings, outbox, FolderBlobs(folder, "bucket")
    )


class Client:
    """Calls the routes as one user of one business."""

    def __init__(self, ports: Ports, business: str = "biz_duka", role: str = "owner") -> None:
        self.ports = ports
        self.token = ports.tokens.issue(Actor("usr_1", business, role))

    def __call__(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        with FLASK.test_request_context(path, method=method, headers=headers, json=body):
            return api.serve(self.ports, request)


def days(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))
