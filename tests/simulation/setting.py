"""The business that a schedule begins with: customers, their phones and their open invoices.

Made by the real rooms on a memory store, once for each variant in a process, and copied for each schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from pydantic import SecretStr

from shared.access import add_business
from shared.books import NewCustomer, NewInvoice, NewLine, draft_invoice, finalise_invoice, write_customer
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.store import Doc, Key, Store, Tx
from shared.store.indexes import SCHEMA
from tests.simulation.kernel import START
from tests.simulation.memory import Memory

BUSINESS, SHORTCODE, TILL = "biz_1", "600123", "5001234"
OWNER = "254700000001"
VARIANTS = 24
PEOPLE = (("cus_a", "Amina Otieno", "254712345678"), ("cus_b", "Peter Kamau", "254723456789"))
STRANGER = "254799888777"
_POLICIES = {1: {"two_proofs_from_cents": 100_000}, 2: {"unproven": "set_aside"}}
"""Some businesses want two proofs of large money, some are not asked about what nobody proves."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice as the world knows it."""

    id: str
    number: str
    customer: str
    phone: str
    cents: int


@dataclass(frozen=True, slots=True)
class Setting:
    """A business before anything happens to it. ``till`` is "" for a paybill."""

    rows: dict[str, dict[str, dict[str, Doc]]]
    invoices: tuple[Owed, ...]
    till: str

    @property
    def settings(self) -> Settings:
        return _settings(self.till)


@cache
def _settings(till: str) -> Settings:
    return Settings(
        auth_secret=SecretStr("a" * 32),
        callback_secret=SecretStr("c" * 32),
        public_url="https://pay.example.co.ke",
        daraja_shortcode=SHORTCODE,
        daraja_till=till,
        log_level="CRITICAL",
    )


@cache
def setting(variant: int) -> Setting:
    """One of the ``VARIANTS`` businesses; the same number is always the same business."""
    random = Random(variant)
    memory = Memory()
    store = Store(memory, SCHEMA, ManualClock(START), SeededIds(f"setting-{variant}"))
    profile = {
        "name": "Duka la Mfano",
        "phone": OWNER,
        "shortcode": SHORTCODE,
        **_POLICIES.get(variant % 5, {}),
    }
    add_business(store, BUSINESS, profile)
    for identity, name, phone in PEOPLE:
        new = NewCustomer(name=name, phones=[phone], account_no=identity.upper())
        store.transaction(BUSINESS, lambda tx, i=identity, n=new: write_customer(tx, i, n))  # type: ignore[misc]
    owed = [_issue(store, n, random) for n in range(1, random.randint(2, 4))]
    return Setting(memory.rows, tuple(owed), TILL if variant % 4 == 3 else "")


def _issue(store: Store, n: int, random: Random) -> Owed:
    customer, _, phone = random.choice(PEOPLE)
    cents = random.choice((50_000, 116_000, 116_000, 250_050, 99_999))
    line = NewLine(description="Cement", unit_cents=cents, vat_band="A")
    identity = f"inv_{n}"

    def write(tx: Tx) -> None:
        draft_invoice(tx, identity, NewInvoice(customer_id=customer, lines=[line]))

    store.transaction(BUSINESS, write)
    store.transaction(BUSINESS, lambda tx: finalise_invoice(tx, identity, actor="usr"))
    data = store.require(BUSINESS, Key("invoices", identity)).data
    return Owed(identity, data["number"], customer, phone, data["total_cents"])
