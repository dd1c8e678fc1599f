"""Figures that contradict each other stop a commit: what is wrong stays visible and nothing is added to
it."""

from __future__ import annotations

import pytest
from books_world import Books

from shared.books import allocate, unallocate
from shared.books.blocks import build
from shared.core.errors import Permanent
from shared.store import Key, Query


def damage(books: Books, collection: str, id_: str, **figures: int) -> None:
    books.store.update(books.business, Key(collection, id_), dict(figures))


@pytest.mark.parametrize(
    ("collection", "id_", "figures", "said"),
    [
        ("invoices", "inv_1", {"balance_cents": 950}, "invoice 'inv_1' would be owed 1350 cents"),
        ("customers", "cus_a", {"credit_cents": 50}, "customer 'cus_a' would have -50 cents of credit"),
        ("payments", "mpesa-SJA", {"amount_cents": -1}, "would give out more than it has"),
    ],
)
def test_a_wrong_figure_stops_what_would_build_on_it(
    books: Books, collection: str, id_: str, figures: dict[str, int], said: str
) -> None:
    books.invoice("inv_1", 1_000)
    books.payment("SJA", 500)
    books.run(
        lambda tx: allocate(
            tx, "mpesa-SJA", [("inv_1", 400)], customer_id="cus_a", matching="auto", actor="t"
        )
    )
    damage(books, collection, id_, **figures)
    before = len(books.store.all(books.business, Query("journal", (), "recorded_at")))
    with pytest.raises(Permanent, match=said) as broken:
        books.run(lambda tx: unallocate(tx, "mpesa-SJA", actor="t"))
    assert broken.value.code == "invariant_broken"
    assert len(books.store.all(books.business, Query("journal", (), "recorded_at"))) == before


def test_a_block_of_entries_that_do_not_balance_is_not_made(books: Books) -> None:
    books.payment("SJA", 500)
    (entry,) = books.store.all(books.business, Query("journal", (), "recorded_at"))
    entry.data["legs"][0]["amount"] += 1
    with pytest.raises(Permanent, match="do not sum to zero"):
        build(None, [entry], "2026-03-01T12:00:00.000Z")
