"""Money out and expenses: each line once, announced once."""

from __future__ import annotations

from typing import Any

import pytest
from books_world import Books

from shared.books import Expense, NewTransaction, record_transaction, write_expense
from shared.books.expenses import list_expenses
from shared.books.transactions import list_transactions
from shared.core.errors import Invalid, Refused
from shared.store import Doc


def record(books: Books, **fields: Any) -> Doc:
    new = NewTransaction(
        **{"amount_cents": 5_000, "paid_at": "2026-03-01T23:30:00+03:00", "receipt": "sja1", **fields}
    )
    return books.run(lambda tx: record_transaction(tx, new, otherwise=f"txn_{len(books.bus.events)}"))


def test_a_line_waits_for_its_receipt_and_is_announced(books: Books) -> None:
    line = record(books, party="Naivas").data
    assert (line["receipt"], line["matching"], line["receipt_id"]) == ("SJA1", "waiting", "")
    assert (line["paid_at"], line["business_day"]) == ("2026-03-01T20:30:00.000Z", "2026-03-01")
    assert [event["type"] for event in books.bus.events] == ["transaction.recorded.v1"]


def test_the_same_line_again_adds_nothing(books: Books) -> None:
    assert record(books).id == record(books, receipt="SJA1").id
    assert len(books.bus.events) == 1
    with pytest.raises(Refused) as caught:
        record(books, amount_cents=5_001)
    assert caught.value.code == "receipt_differs"
    assert record(books, provider="airtel").id != record(books).id
    assert len(list_transactions(books.store, books.business).docs) == 2


def test_lines_without_a_number_are_all_kept(books: Books) -> None:
    assert record(books, receipt="").id != record(books, receipt="").id


@pytest.mark.parametrize("paid_at", ["yesterday", "2026-03-01T10:00:00", ""])
def test_a_time_needs_its_zone(books: Books, paid_at: str) -> None:
    with pytest.raises(Invalid) as caught:
        record(books, paid_at=paid_at)
    assert caught.value.code == "time_invalid"


def test_one_receipt_is_one_expense(books: Books) -> None:
    def write(**fields: Any) -> Doc:
        cost = {
            "category": "fuel",
            "merchant": "Rubis",
            "amount_cents": 116,
            "vat_cents": 16,
            "currency": "KES",
        }
        expense = Expense(**{**cost, "business_day": "2026-03-01", "receipt_id": "rcp_1", **fields})
        return books.run(lambda tx: write_expense(tx, expense))

    first = write()
    assert write(category="transport").id == first.id
    assert write(receipt_id="", transaction_id="txn_1").id != first.id
    docs = list_expenses(books.store, books.business).docs
    assert sorted(doc.data["category"] for doc in docs) == ["fuel", "transport"]
    with pytest.raises(Invalid) as caught:
        write(receipt_id="")
    assert caught.value.code == "expense_without_source"
    with pytest.raises(Invalid):
        write(vat_cents=117)
