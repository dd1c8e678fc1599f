"""The journal refuses what is not double entry, and a second entry for the same fact."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books_world import Books
from hypothesis import given
from hypothesis import strategies as st

from shared.books.journal import MAX_LEGS, JournalEntry, Leg, intact, merge, post, read_entry
from shared.books.postings import Part, clearing, payment_received, reversal
from shared.core.errors import AlreadyExists, Invalid, Refused
from shared.store import Key

NOW = "2026-03-01T21:30:00.000Z"


def entry(*amounts: int, **fields: str) -> JournalEntry:
    legs = tuple(Leg(f"ar:inv_{n}", amount) for n, amount in enumerate(amounts))
    return JournalEntry(
        **{"id": "pay-1", "kind": "test", "currency": "KES", "actor": "t", **fields},
        effective_at=NOW,
        recorded_at=NOW,
        legs=legs,
        source=Key("payments", "mpesa-1"),
    )


@given(st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=MAX_LEGS - 1))
def test_only_balanced_legs_make_an_entry(amounts: list[int]) -> None:
    total = sum(amounts)
    if total:
        assert entry(*amounts, -total).legs[-1].amount == -total
        with pytest.raises(Invalid):
            entry(*amounts, (1 - total) or 1)
    elif len(amounts) >= 2:
        assert sum(leg.amount for leg in entry(*amounts).legs) == 0


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ((100, -99), "journal_unbalanced"),
        ((0, 0), "journal_invalid"),
        ((100, -100, 0), "journal_invalid"),
        ((), "journal_invalid"),
        ((1,), "journal_invalid"),
        ((1, -1) * 11, "journal_invalid"),
        ((True, -1), "journal_invalid"),
        ((1.5, -1.5), "journal_invalid"),
    ],
)
def test_wrong_legs_are_refused(amounts: tuple[int, ...], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        entry(*amounts)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "account", ["profit", "ar", "ar:", "clearing:mpesa:6/1", "vat:input", "sales:x", "AR:x"]
)
def test_the_chart_is_fixed(account: str) -> None:
    with pytest.raises(Invalid) as caught:
        replace(entry(1, -1), legs=(Leg(account, 1), Leg("sales", -1)))
    assert caught.value.code == "journal_invalid"


def test_one_account_has_one_leg() -> None:
    with pytest.raises(Invalid):
        replace(entry(1, -1), legs=(Leg("sales", 1), Leg("sales", -1)))
    assert merge([Leg("sales", 5), Leg("cash", -5), Leg("sales", -5)]) == (Leg("cash", -5),)


def test_the_same_fact_cannot_be_posted_twice(books: Books) -> None:
    books.run(lambda tx: post(tx, entry(100, -100)))
    with pytest.raises(AlreadyExists):
        books.run(lambda tx: post(tx, entry(250, -250)))
    assert books.doc("journal", "pay-1")["legs"][0]["amount"] == 100


def test_entries_are_never_changed(books: Books) -> None:
    doc = books.run(lambda tx: post(tx, entry(100, -100)))
    with pytest.raises(Refused):
        books.run(lambda tx: tx.update(doc.key, {"memo": "mended"}))
    with pytest.raises(Refused):
        books.run(lambda tx: tx.delete(doc.key))


def test_the_seal_finds_any_changed_field(books: Books) -> None:
    doc = books.run(lambda tx: post(tx, entry(100, -100)))
    assert intact(doc)
    assert read_entry(doc) == entry(100, -100)
    for name, value in [
        ("currency", "USD"),
        ("actor", "u"),
        ("reverses", "x"),
        ("business_day", "2026-03-01"),
    ]:
        assert not intact(replace(doc, data={**doc.data, name: value}))
    legs = [{"account": "ar:inv_0", "amount": 101}, {"account": "ar:inv_1", "amount": -101}]
    assert not intact(replace(doc, data={**doc.data, "legs": legs}))
    assert not intact(replace(doc, key=Key("journal", "pay-2")))


def test_the_business_day_is_nairobis(books: Books) -> None:
    assert entry(1, -1).data()["business_day"] == "2026-03-02"


def test_a_reversal_negates_and_names_its_original() -> None:
    undone = reversal(entry(70, 30, -100), NOW, "usr_1")
    assert undone.id == "rev-pay-1"
    assert undone.reverses == "pay-1"
    assert [leg.amount for leg in undone.legs] == [-70, -30, 100]


def test_long_ids_stay_valid_and_distinct() -> None:
    payment = {"provider": "equity", "currency": "KES", "paid_at": NOW, "amount_cents": 5, "channel": "bank"}
    one, other = (payment_received({**payment, "receipt": "7" * 118 + end}, NOW) for end in "ab")
    assert one.id != other.id
    assert len(one.id) <= 128


@pytest.mark.parametrize(
    ("payment", "account"),
    [
        ({"provider": "mpesa", "channel": "stk", "shortcode": "600123"}, "clearing:mpesa:600123"),
        ({"provider": "mpesa", "channel": "till"}, "clearing:mpesa:till"),
        ({"provider": "airtel", "channel": "airtel"}, "clearing:airtel"),
        ({"provider": "equity", "channel": "bank"}, "bank:equity"),
    ],
)
def test_where_money_lies(payment: dict[str, str], account: str) -> None:
    assert clearing(payment) == account


def test_a_write_off_up_to_a_shilling_is_rounding() -> None:
    assert Part("ar:inv_1", 900, 100).legs[1] == Leg("rounding", 100)
    assert Part("ar:inv_1", 900, 101).legs[1] == Leg("bad_debt", 101)
