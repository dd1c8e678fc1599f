"""A whole running system for tests: real HTTP in front, simulated Safaricom behind, time moved by hand.

One business ("Duka la Juma"), one customer with an e-mail address, one finalised invoice of KES 1,160.
Nothing happens by itself: ``advance`` moves the clock in steps and lets all that is due at each be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import requests

from local.safaricom import Fault, add_fault
from local.safaricom.c2b_notices import begin_payment
from local.safaricom.ledger import transactions
from local.safaricom.model import Order, Transaction
from local.safaricom.prompts import answer
from local.safaricom.screens import prompts_of
from local.system import System
from shared.access import add_business
from shared.books import trial_balance
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.http.auth import Actor
from shared.store import Data, Doc, Key, Query
from tools.books.verify import Verification

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""Ten in the morning in Nairobi: nobody's quiet hours."""
BUSINESS = "biz_duka"
PHONE = "254712345678"
PAYBILL = "174379"
STEP = 15
"""Seconds between two looks around: the period of the local sweep."""


def settings_in(folder: Path, **given: Any) -> Settings:
    """Settings of an embedded system whose data lies in ``folder``, with the simulated Safaricom."""
    defaults: dict[str, Any] = {
        "store_url": f"sqlite:///{folder}/hesabu.db",
        "blob_url": f"file:///{folder}/bucket",
        "outbox_folder": str(folder / "outbox"),
        "auth_secret": "a" * 32,
        "callback_secret": "c" * 32,
        "daraja_key": "key",
        "daraja_secret": "secret",
        "daraja_passkey": "passkey",
        "daraja_shortcode": PAYBILL,
        "airtel_key": "airtel-key",
        "airtel_secret": "airtel-secret",
        "log_level": "ERROR",
    }
    return Settings(**{**defaults, **given})


class World:
    """A started system and what a test does with it."""

    def __init__(self, system: System, clock: ManualClock, business: str = BUSINESS) -> None:
        self.system = system
        self.clock = clock
        self.business = business
        self.payer = PHONE
        self.http = requests.Session()
        self.http.trust_env = False
        self._keys = count(1)
        self.customer_id = ""
        self.invoice_id = ""

    # --- HTTP
    def post(self, path: str, body: Any = None, *, key: str = "", expect: int = 201) -> dict[str, Any]:
        """POST as the business's owner; a fresh Idempotency-Key unless one is given."""
        headers = {**self.bearer(), "Idempotency-Key": key or f"test-{next(self._keys)}"}
        answer = self.http.post(self.system.url + path, json=body, headers=headers, timeout=20)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any]:
        """GET as the business's owner; asserts 200."""
        answer = self.http.get(self.system.url + path, headers=self.bearer(), timeout=20)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def bearer(self, role: str = "owner") -> dict[str, str]:
        """The Authorization header of a user of the business."""
        token = self.system.app.tokens.issue(Actor("usr_juma", self.business, role))
        return {"Authorization": f"Bearer {token}"}

    # --- the outside
    def phone(self, mode: str = "pay", phone: str = PHONE, **changes: Any) -> None:
        """Set how a simulated phone answers prompts (pay, cancel, wrong_pin, ignore, ask) and its balance."""
        path = f"{self.system.url}/safaricom/control/phones/{phone}"
        answer = self.http.put(path, json={"mode": mode, **changes}, timeout=20)
        assert answer.status_code == 200, answer.text

    def fault(self, name: str, **fields: Any) -> None:
        """Switch a fault of the simulated Safaricom on (local/safaricom/faults.py lists them)."""
        add_fault(self.system.safaricom.sim, Fault(name, **fields))

    def pay_by_hand(self, shillings: int, reference: str, phone: str = PHONE) -> None:
        """Pay the paybill from a phone without having been asked, with a reference as it was typed."""
        order = Order(phone, PAYBILL, PAYBILL, shillings * 100, reference, "c2b")
        paid = begin_payment(self.system.safaricom.sim, order)
        assert isinstance(paid, Transaction), paid

    def answer(self, action: str, phone: str = PHONE) -> None:
        """Answer the oldest prompt on a phone: pin, cancel or ignore."""
        sim = self.system.safaricom.sim
        account = sim.account(phone)
        assert answer(sim, prompts_of(sim, account)[0].checkout, action, account.pin)

    def true_ledger(self) -> list[Transaction]:
        """What really happened to the money, oldest first."""
        return transactions(self.system.safaricom.sim)

    # --- time
    def advance(self, seconds: float = 0) -> None:
        """Let ``seconds`` of simulated time pass; at every step all that is due is done, now for 0."""
        self.system.settle()
        while seconds > 0:
            step = min(seconds, STEP)
            self.clock.advance(step)
            self.system.settle()
            seconds -= step

    # --- the books
    def ledger(self) -> list[tuple[str, dict[str, int]]]:
        """Every journal entry in order of recording: its id and its legs, account -> cents."""
        entries = self.docs("journal", "recorded_at")
        return [(e.id, {leg["account"]: leg["amount"] for leg in e.data["legs"]}) for e in entries]

    def trial_balance(self) -> dict[str, int]:
        """The total of each currency, recounted; zero when the books hold, all of which is verified."""
        found = [str(finding) for finding in Verification(self.system.app.store, self.business).run()]
        assert found == []
        return trial_balance(self.system.app.store, self.business).totals

    def docs(self, collection: str, order: str) -> list[Doc]:
        """Every document of a collection, in the order of a declared index."""
        return self.system.app.store.all(self.business, Query(collection, (), order))

    def doc(self, collection: str, identity: str) -> Data:
        """The fields of one document."""
        return self.system.app.store.require(self.business, Key(collection, identity)).data

    # --- furnishing
    def invoice(self, cents: int = 116_000, customer_id: str = "") -> str:
        """A finalised invoice of the customer, VAT included; returns its id."""
        line = {"description": "Cement", "unit_cents": cents}
        draft = self.post("/v1/invoices", {"customer_id": customer_id or self.customer_id, "lines": [line]})
        self.post(f"/v1/invoices/{draft['id']}/finalise", expect=200)
        return str(draft["id"])

    def customer(self, name: str = "Wanjiku Kamau", phone: str = PHONE, email: str = "") -> str:
        """A customer; returns the id."""
        body = {"name": name, "phones": [phone], "email": email}
        return str(self.post("/v1/customers", body)["id"])


@contextmanager
def running(
    folder: Path, clock: ManualClock | None = None, port: int = 0, seed: int = 11, **given: Any
) -> Iterator[World]:
    """A world on the data in ``folder``, stopped at the end."""
    clock = clock or ManualClock(START)
    system = System(settings_in(folder, **given), clock, SeededIds(seed))
    system.start(port)
    world = World(system, clock)
    try:
        yield world
    finally:
        world.http.close()
        system.stop()


def furnish(world: World) -> World:
    """Add the business, its customer and its invoice, and let the simulated Safaricom know its addresses."""
    profile = {
        "name": "Duka la Juma",
        "currency": "KES",
        "shortcode": PAYBILL,
        "phone": "254700000001",
        "email": "juma@duka.example",
    }
    add_business(world.system.app.store, world.business, profile)
    world.system.register()
    world.customer_id = world.customer(phone=world.payer, email="wanjiku@example.com")
    world.invoice_id = world.invoice()
    world.advance()
    return world
