"""Balances of every past day against what the invoices said on that day, over histories drawn by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from reports_world import World

from shared.books import unallocate, void_invoice
from shared.books.instalments import NewPart, NewPlan, plan_parts
from shared.core.errors import HesabuError
from shared.insights.metrics.sources import Scope
from shared.insights.plan import Period
from shared.reports.ask import Ask
from shared.reports.balances import owed_on
from shared.reports.kinds.customer_statement import customer_statement
from shared.store import Doc, Key, Query

FIRST, DAYS = date(2026, 1, 3), 24
CUSTOMERS = ("cus_a", "cus_b", "cus_c")
Snapshot = dict[str, int]


def invoices_now(world: World) -> Snapshot:
    docs = world.store.all(world.business, Query("invoices", (), "created_on"))
    return {doc.id: doc.data["balance_cents"] for doc in docs if doc.data["status"] == "open"}


def customers_now(world: World) -> Snapshot:
    """What each owes less their credit."""
    docs = world.store.all(world.business, Query("invoices", (), "created_on"))
    customers = world.store.all(world.business, Query("customers", (), "name_sort"))
    return {
        customer.id: sum(d.data["balance_cents"] for d in docs if d.data["customer_id"] == customer.id)
        - customer.data["credit_cents"]
        for customer in customers
    }


def step(world: World, draw: random.Random, number: int) -> None:
    """Something happens; what the books refuse does not."""
    open_ = invoices_now(world)
    payments = [
        doc.id
        for doc in world.store.all(world.business, Query("payments", (), "paid_at"))
        if doc.data["allocations"] or doc.data.get("on_account_cents")
    ]
    what = draw.choice(["bill", "bill", "pay", "pay", "pay", "undo", "void", "plan"])
    if what == "bill":
        world.bill(f"inv_{number}", draw.choice(CUSTOMERS), draw.randint(1_000, 90_000))
    elif what == "pay":
        pay(world, draw, number, open_)
    elif what == "undo" and payments:
        chosen = draw.choice(payments)
        world.run(lambda tx: unallocate(tx, chosen, actor="usr_1"))
    elif what == "void" and open_:
        invoice = draw.choice(sorted(open_))
        world.run(lambda tx: void_invoice(tx, invoice, actor="usr_1"))
    elif what == "plan" and open_:
        plan(world, draw, draw.choice(sorted(open_)))


def pay(world: World, draw: random.Random, number: int, open_: Snapshot) -> None:
    payment = world.pay(f"S{number:09d}", draw.randint(500, 120_000))
    left = world.store.require(world.business, _key("payments", payment)).data["unallocated_cents"]
    links = []
    for invoice in draw.sample(sorted(open_), min(len(open_), draw.randint(0, 3))):
        cents = min(open_[invoice], left, draw.randint(1, 90_000))
        if cents:
            links.append((invoice, cents))
            left -= cents
    spare = sum(open_[i] - c for i, c in links)
    forgiven = draw.choice([0, 0, min(spare, 50), min(spare, 500)])
    world.match(payment, draw.choice([*CUSTOMERS, ""]), *links, writeoff=forgiven if links else 0)


def plan(world: World, draw: random.Random, invoice: str) -> None:
    total = world.store.require(world.business, _key("invoices", invoice)).data["total_cents"]
    today = world.clock.now().date()
    part = draw.randint(1, total - 1)
    parts = [
        NewPart(due_date=(today + timedelta(days=days)).isoformat(), amount_cents=cents)
        for days, cents in ((5, part), (35, total - part))
    ]
    world.run(lambda tx: plan_parts(tx, invoice, NewPlan(parts=parts)))


def _key(collection: str, id_: str) -> Key:
    return Key(collection, id_)


@pytest.mark.parametrize("seed", range(6))
def test_any_day_is_rebuilt_exactly(fresh: World, seed: int) -> None:
    draw = random.Random(seed)
    for customer in CUSTOMERS:
        fresh.customer(customer, f"Name {customer}")
    invoices: dict[date, Snapshot] = {}
    customers: dict[date, Snapshot] = {}
    number = happened = 0
    for at in range(DAYS):
        day = FIRST + timedelta(days=at)
        fresh.on(day.isoformat())
        for _ in range(draw.randint(0, 4)):
            number += 1
            fresh.clock.advance(60)
            try:
                step(fresh, draw, number)
                happened += 1
            except HesabuError:
                continue  # the books refuse, for instance, to void what is partly paid
        invoices[day], customers[day] = invoices_now(fresh), customers_now(fresh)
    assert happened > DAYS
    scope = Scope(fresh.store, fresh.business, FIRST + timedelta(days=DAYS))
    for day, told in invoices.items():
        owed = owed_on(scope, day)
        assert {one.invoice.id: one.cents for one in owed} == told, day
        assert all(sum(cents for _, cents in one.due_parts()) == one.cents for one in owed)
    for customer in CUSTOMERS:
        for start in range(0, DAYS - 1, 5):
            first, last = FIRST + timedelta(days=start + 1), FIRST + timedelta(days=DAYS - 1)
            ask = Ask(kind="customer_statement", customer_id=customer, period=Period(start=first, end=last))
            totals = {f.id: f.value for f in customer_statement(scope, ask, "Duka").totals}
            assert cents(totals["opening"]) == customers[first - timedelta(days=1)][customer]
            assert cents(totals["closing"]) == customers[last][customer]
            moved = cents(totals["charged"]) - cents(totals["paid"])
            assert cents(totals["opening"]) + moved == cents(totals["closing"])


def cents(value: str) -> int:
    return int(Decimal(value) * 100)


def test_books_that_change_while_they_are_read_are_read_again(fresh: World) -> None:
    """An invoice is paid between the reading of the journal and of the invoices: no sum mixes the two."""
    fresh.customer("cus_a", "Baraka")
    fresh.bill("inv_1", "cus_a", 50_000)
    fresh.on("2026-01-05")

    class Racing:
        """A store in which something happens once, just after the journal was read."""

        def __init__(self) -> None:
            self.left = 1

        def __getattr__(self, name: str) -> Any:
            return getattr(fresh.store, name)

        def each(self, business: str, query: Query) -> Iterator[Doc]:
            found = list(fresh.store.each(business, query))
            if query.collection == "journal" and self.left:
                self.left -= 1
                fresh.match(fresh.pay("SAA0000001", 20_000), "cus_a", ("inv_1", 20_000))
            return iter(found)

    racing = Racing()
    scope = Scope(racing, fresh.business, date(2026, 1, 5))  # type: ignore[arg-type]
    assert [one.cents for one in owed_on(scope, date(2026, 1, 4))] == [50_000]
    assert racing.left == 0
