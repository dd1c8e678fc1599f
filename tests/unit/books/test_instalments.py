"""Instalments: parts fill from the oldest, and the due date follows, whatever is paid and undone."""

from __future__ import annotations

from typing import Any

import pytest
from books_world import Books
from hypothesis import given
from hypothesis import strategies as st

from shared.books import allocate, owed_now, unallocate
from shared.books.instalments import NewPart, NewPlan, plan_parts
from shared.books.model import invoice_view
from shared.books.parts import due_after, overdue, parts_of
from shared.core.errors import Invalid, Refused
from shared.store import Key

PLAN = (("2026-03-31", 30_000), ("2026-04-30", 30_000), ("2026-05-31", 40_000))


@pytest.fixture
def planned(books: Books) -> Books:
    books.customer("cus_a")
    books.invoice("inv_1", 100_000)
    plan(books, *PLAN)
    return books


def plan(books: Books, *parts: tuple[str, int], invoice: str = "inv_1") -> Any:
    new = NewPlan(parts=[NewPart(due_date=day, amount_cents=cents) for day, cents in parts])
    return books.run(lambda tx: plan_parts(tx, invoice, new)).data


def pay(books: Books, receipt: str, cents: int) -> str:
    payment = books.payment(receipt, cents)
    books.run(
        lambda tx: allocate(
            tx, payment, [("inv_1", cents)], customer_id="cus_a", matching="manual", actor="usr"
        )
    )
    return payment


def due(books: Books) -> str:
    return str(books.doc("invoices", "inv_1")["due_date"])


def test_money_fills_the_oldest_part_and_the_due_date_moves_on(planned: Books) -> None:
    assert due(planned) == "2026-03-31"
    pay(planned, "UC10000001", 20_000)
    assert due(planned) == "2026-03-31"
    assert owed_now(planned.doc("invoices", "inv_1")) == 10_000
    second = pay(planned, "UC10000002", 25_000)
    assert due(planned) == "2026-04-30"
    shown = invoice_view(planned.store.require(planned.business, Key("invoices", "inv_1")), "https://x")
    figures = [(part.paid_cents, part.balance_cents) for part in shown.instalments]
    assert figures == [(30_000, 0), (15_000, 15_000), (0, 40_000)]
    planned.run(lambda tx: unallocate(tx, second, actor="usr"))
    assert due(planned) == "2026-03-31"
    pay(planned, "UC10000003", 80_000)
    invoice = planned.doc("invoices", "inv_1")
    assert (invoice["status"], invoice["due_date"]) == ("paid", "2026-05-31")


def test_only_the_parts_that_are_late_are_overdue(planned: Books) -> None:
    pay(planned, "UC10000001", 20_000)
    invoice = planned.doc("invoices", "inv_1")
    assert [overdue(invoice, day) for day in ("2026-03-31", "2026-04-01", "2026-06-01")] == [
        0,
        10_000,
        80_000,
    ]


def test_a_new_plan_keeps_what_is_paid(planned: Books) -> None:
    pay(planned, "UC10000001", 20_000)
    changed = plan(planned, ("2026-06-30", 20_000), ("2026-07-31", 80_000))
    assert (changed["due_date"], changed["balance_cents"]) == ("2026-07-31", 80_000)


def test_a_draft_can_be_planned_and_keeps_its_plan_when_it_is_finalised(books: Books) -> None:
    from shared.books import finalise_invoice

    books.customer("cus_a")
    books.draft("inv_1", 100_000)
    plan(books, *PLAN)
    issued = books.run(lambda tx: finalise_invoice(tx, "inv_1", actor="usr")).data
    assert issued["due_date"] == "2026-03-31"
    assert [part.left for part in parts_of(issued, issued["balance_cents"])] == [30_000, 30_000, 40_000]


@pytest.mark.parametrize(
    "parts",
    [
        [("2026-03-31", 99_999)],
        [("2026-03-31", 50_000), ("2026-03-31", 50_000)],
        [("2026-04-30", 50_000), ("2026-03-31", 50_000)],
        [("2026-02-28", 100_000)],
    ],
)
def test_a_plan_that_does_not_fit_the_invoice_is_refused(
    planned: Books, parts: list[tuple[str, int]]
) -> None:
    with pytest.raises(Invalid, match=r"part|due"):
        plan(planned, *parts)
    assert due(planned) == "2026-03-31"


def test_a_paid_invoice_is_planned_no_more(planned: Books) -> None:
    pay(planned, "UC10000001", 100_000)
    with pytest.raises(Refused) as refused:
        plan(planned, *PLAN)
    assert refused.value.code == "invoice_closed"


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60), st.data())
def test_parts_always_add_up_to_what_is_owed(amounts: list[int], data: st.DataObject) -> None:
    total = sum(amounts)
    owed = data.draw(st.integers(0, total))
    parts = [{"due_date": f"{2000 + n}-01-01", "cents": cents} for n, cents in enumerate(amounts)]
    invoice = {"total_cents": total, "balance_cents": owed, "due_date": "", "parts": parts}
    found = parts_of(invoice, owed)
    assert sum(part.left for part in found) == owed
    assert all(0 <= part.paid <= part.cents for part in found)
    begun = [part.paid for part in found]
    full = [part.paid == part.cents for part in found]
    assert full == sorted(full, reverse=True), "no part is filled before an older one"
    assert sum(0 < paid < part.cents for paid, part in zip(begun, found, strict=True)) <= 1
    assert overdue(invoice, "9999-01-01") == owed
    assert owed_now(invoice) <= owed
    assert due_after(invoice, owed)["due_date"] >= "2000-01-01"
