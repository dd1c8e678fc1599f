"""A business with records in a real store, and channels that speak real HTTP to the stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from local.providers.africas_talking import FakeAfricasTalking
from local.providers.sendgrid import FakeSendGrid
from local.providers.serve import serving
from shared.core.clock import ManualClock, rfc3339
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.events import EventData, new_event
from shared.messages.channels.africas_talking import AfricasTalking
from shared.messages.channels.port import MessageChannel
from shared.messages.channels.sendgrid import SendGrid
from shared.messages.consumer import consumer
from shared.store import Data, Key, Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS = "biz_1"
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PHONE = "254712345678"


_INDEXED = {"invoices": {"issued_on": "2026-03-01"}, "payments": {"provider": "mpesa"}}
"""Fields that an index wants and these tests do not ask about."""


@dataclass
class World:
    """The ports of the consumer, the stand-ins behind them, and short ways to use both."""

    store: Store
    clock: ManualClock
    ids: SeededIds
    settings: Settings
    sms: MessageChannel
    email: MessageChannel
    sms_fake: FakeAfricasTalking
    email_fake: FakeSendGrid

    def put(self, collection: str, identity: str, **data: Any) -> None:
        self.store.put(BUSINESS, Key(collection, identity), _INDEXED.get(collection, {}) | data)

    def deliver(self, data: EventData) -> None:
        event = new_event(BUSINESS, "x/y", 1, rfc3339(self.clock.now()), data)
        consumer.handle(self, event.to_cloud_event())

    def messages(self) -> list[Data]:
        return [doc.data for doc in self.store.all(BUSINESS, Query("messages", order="created_on"))]

    def statuses(self) -> dict[str, str]:
        return {message["channel"]: message["status"] for message in self.messages()}

    def dead(self) -> list[Data]:
        return [doc.data for doc in self.store.all(BUSINESS, Query("dead_letters", order="recorded_at"))]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock, ids = ManualClock(NOON), SeededIds("messages")
    settings = Settings(
        auth_secret=SecretStr("a" * 32),
        callback_secret=SecretStr("c" * 32),
        outbox_folder=str(tmp_path / "out"),
    )
    store = Store(SqliteAdapter(tmp_path / "db.sqlite", durable=False), SCHEMA, clock, ids)
    store.ensure_indexes()
    sms_fake, email_fake = FakeAfricasTalking(), FakeSendGrid()
    with serving(sms_fake) as sms_url, serving(email_fake) as email_url:
        sms = AfricasTalking(sms_url, "sandbox", "at-key", (1.0, 0.4))
        email = SendGrid(email_url, "SG.key", "receipts@example.com", 0.4)
        yield World(store, clock, ids, settings, sms, email, sms_fake, email_fake)
        sms_fake.desk.release()
        email_fake.desk.release()
    store.close()


@pytest.fixture
def shop(world: World) -> World:
    """A hardware shop with one customer, one part-paid invoice and one matched payment."""
    world.put("profile", "business", name="Jenga Hardware", phone="0733 000 222", email="shop@jenga.example")
    world.put(
        "customers",
        "cus_1",
        name="Wanjiru Kamau",
        name_sort="wanjiru kamau",
        phones=[PHONE],
        email="w@k.example",
    )
    world.put(
        "invoices",
        "inv_1",
        status="open",
        number="INV-000007",
        customer_id="cus_1",
        balance_cents=250_000,
        due_date="2026-03-10",
        created_on="2026-03-01T08:00:00.000Z",
    )
    world.put("payments", "mpesa-UC21ABC345", **PAYMENT)
    return world


PAYMENT: Data = {
    "provider": "mpesa",
    "receipt": "UC21ABC345",
    "status": "settled",
    "matching": "auto",
    "amount_cents": 1_234_500,
    "currency": "KES",
    "payer_phone": PHONE,
    "payer_name": "WANJIRU K",
    "paid_at": "2026-03-02T08:30:00.000Z",
    "customer_id": "cus_1",
    "allocations": [{"invoice_id": "inv_1", "number": "INV-000007", "cents": 1_234_500}],
    "unallocated_cents": 0,
    "polling": False,
    "poll_at": "",
}
