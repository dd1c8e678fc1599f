"""Invoices: numbered once and without gaps, booked in the same commit, withdrawn only while unpaid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from books_world import Books, RecordingBus

from shared.books import (
    NewInvoice,
    NewLine,
    allocate,
    check_number,
    draft_invoice,
    finalise_invoice,
    find,
    invoice_keys,
    open_invoices,
    print_number,
    trial_balance,
    void_invoice,
)
from shared.books.invoices import list_invoices
from shared.core.clock import SystemClock
from shared.core.errors import NotFound, Refused
from shared.core.ids import SystemIds
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter


def finalise(books: Books, id_: str) -> str:
    return str(books.run(lambda tx: finalise_invoice(tx, id_, actor="usr_1")).data["number"])


def refusal(books: Books, change: str, id_: str) -> str:
    act = {"finalise": finalise_invoice, "void": void_invoice}[change]
    with pytest.raises(Refused) as caught:
        books.run(lambda tx: act(tx, id_, actor="usr_1"))
    return caught.value.code


def test_a_draft_owes_nothing_and_has_no_number(books: Books) -> None:
    draft = books.draft("inv_1", 5_000).data
    assert (draft["status"], draft["number"], draft["balance_cents"]) == ("draft", "", 0)
    assert trial_balance(books.store, books.business).entries == 0


def test_finalising_numbers_books_and_indexes(books: Books) -> None:
    lines = [NewLine(description="Cement", unit_cents=100_000)]
    new = NewInvoice(customer_id="cus_a", lines=lines)
    books.run(lambda tx: draft_invoice(tx, "inv_1", new))
    number = finalise(books, "inv_1")
    invoice, balance = books.doc("invoices", "inv_1"), trial_balance(books.store, books.business)
    assert number == print_number(1) == invoice["number"]
    assert (invoice["status"], invoice["balance_cents"], invoice["due_date"]) == (
        "open",
        100_000,
        "2026-03-01",
    )
    assert (balance.of("ar:inv_1"), balance.of("sales"), balance.of("vat:output")) == (
        100_000,
        -86_207,
        -13_793,
    )
    assert find(books.store, books.business, [("number", number)]) == {("number", number): ["inv_1"]}


def test_a_given_due_date_stays(books: Books) -> None:
    assert books.invoice("inv_1", 100, due_date="2026-05-31").data["due_date"] == "2026-05-31"


def test_only_a_draft_worth_something_is_finalised(books: Books) -> None:
    books.invoice("inv_1", 100)
    books.draft("inv_free", 0)
    assert refusal(books, "finalise", "inv_1") == "invoice_not_draft"
    assert refusal(books, "finalise", "inv_free") == "invoice_empty"
    assert books.invoice("inv_2", 100).data["serial"] == 2, "a refusal uses no number"


def test_voiding_takes_the_debt_and_the_keys_away(books: Books) -> None:
    number = books.invoice("inv_1", 700).data["number"]
    books.draft("inv_2", 900)
    for id_ in ("inv_1", "inv_2"):
        books.run(lambda tx, id_=id_: void_invoice(tx, id_, actor="usr_1"))
        assert books.doc("invoices", id_)["status"] == "void"
    balance = trial_balance(books.store, books.business)
    assert set(balance.accounts.values()) == {0}
    assert find(books.store, books.business, invoice_keys(number)) == {}
    assert refusal(books, "void", "inv_1") == "invoice_closed"
    assert books.invoice("inv_3", 100).data["serial"] == 2, "the void number stays used"


def test_what_is_partly_paid_is_not_voided(books: Books) -> None:
    books.invoice("inv_1", 700)
    books.invoice("inv_2", 300)
    payment = books.payment("SJA", 500)
    links = [("inv_1", 200), ("inv_2", 300)]
    books.run(lambda tx: allocate(tx, payment, links, customer_id="cus_a", matching="auto", actor="t"))
    assert refusal(books, "void", "inv_1") == "invoice_partly_paid"
    assert refusal(books, "void", "inv_2") == "invoice_closed"


def test_open_invoices_come_oldest_due_first(books: Books) -> None:
    for id_, due in [("inv_1", "2026-04-01"), ("inv_2", "2026-02-01"), ("inv_3", "2026-03-01")]:
        books.invoice(id_, 100, due_date=due)
    books.invoice("inv_b", 100, customer="cus_b", due_date="2026-01-01")
    books.run(lambda tx: void_invoice(tx, "inv_3", actor="t"))
    assert [doc.id for doc in open_invoices(books.store, books.business, "cus_a")] == ["inv_2", "inv_1"]


def test_lists_go_on_where_they_stopped(books: Books) -> None:
    for n in range(5):
        books.invoice(f"inv_{n}", 100)
    books.draft("inv_draft", 100)
    seen: list[str] = []
    cursor = None
    while True:
        page = list_invoices(books.store, books.business, status="open", limit=2, cursor=cursor)
        seen += [doc.id for doc in page.docs]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == [f"inv_{n}" for n in range(5)]
    assert len(list_invoices(books.store, books.business).docs) == 6
    both = list_invoices(books.store, books.business, status="draft", customer_id="cus_a").docs
    assert [doc.id for doc in both] == ["inv_draft"]


def test_another_business_has_no_such_invoice(books: Books) -> None:
    books.draft("inv_1", 100)
    books.invoice("inv_2", 100)
    other = books.of("biz_other")
    for act in (finalise_invoice, void_invoice):
        with pytest.raises(NotFound):
            other.run(lambda tx, act=act: act(tx, "inv_1", actor="t"))
    with pytest.raises(NotFound):
        other.draft("inv_9", 100, customer="cus_a")
    assert open_invoices(other.store, other.business, "cus_a") == []


def test_fifty_parallel_finalises_leave_no_gap(tmp_path: Path) -> None:
    store = Store(SqliteAdapter(tmp_path / "x.db"), SCHEMA, SystemClock(), SystemIds())
    store.ensure_indexes()
    books = Books(store, RecordingBus())
    books.customer("cus_a")
    for n in range(50):
        books.draft(f"inv_{n}", 100 + n)
    with ThreadPoolExecutor(50) as pool:
        numbers = list(pool.map(lambda n: finalise(books, f"inv_{n}"), range(50)))
    assert sorted(numbers) == sorted(print_number(serial) for serial in range(1, 51))
    assert all(check_number(number) for number in numbers)
    balance = trial_balance(store, books.business)
    assert (balance.entries, balance.totals) == (50, {"KES": 0})
    store.close()
