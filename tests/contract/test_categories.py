"""Payee memory on every store: known in the commit that taught it, lost to no race, of one business alone."""

from __future__ import annotations

import threading
import uuid

import pytest

from shared.categories.changes import page_of_changes
from shared.categories.custom import customs, define
from shared.categories.filing import correct_text
from shared.categories.memory import reading, recall, teach
from shared.categories.places import PAYEES
from shared.categories.subject import Subject
from shared.core.errors import Invalid
from shared.store import Query, Store, Tx

PAYEE = Subject("Merchant Payment to 529144 - NYOTA BLUE SPRINGS")
HANDS = 6


@pytest.fixture
def business() -> str:
    return f"biz_{uuid.uuid4().hex[:12]}"


def test_what_is_taught_is_known_in_the_same_commit_and_after_it(store: Store, business: str) -> None:
    def both(tx: Tx) -> str:
        correct_text(tx, PAYEE, "rent", actor="usr_1")
        known = recall(reading(tx), PAYEE)
        return known.category if known else ""

    assert store.transaction(business, both) == "rent"
    known = recall(lambda keys: store.get_many(business, keys), PAYEE)
    assert known is not None
    assert (known.category, known.mark, known.confidence_milli) == ("rent", "number", 980)
    other = f"{business}x"
    assert recall(lambda keys: store.get_many(other, keys), PAYEE) is None


def test_a_refused_word_teaches_nothing(store: Store, business: str) -> None:
    with pytest.raises(Invalid):
        store.transaction(business, lambda tx: correct_text(tx, PAYEE, "no_such", actor="usr_1"))
    assert store.all(business, Query(PAYEES, (), "told_at")) == []
    assert page_of_changes(store, business, limit=5, cursor=None).docs == []


def test_words_said_at_once_are_all_counted(store: Store, business: str) -> None:
    def say() -> None:
        store.transaction(business, lambda tx: teach(tx, PAYEE, "rent"))

    hands = [threading.Thread(target=say) for _ in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    docs = store.all(business, Query(PAYEES, (), "told_at"))
    assert [doc.data["told"] for doc in docs] == [{"rent": HANDS}] * len(PAYEE.marks)


def test_own_categories_and_changes_are_listed(store: Store, business: str) -> None:
    for code in ("van_b", "van_a"):
        store.transaction(business, lambda tx, code=code: define(tx, code, code, "vehicle_costs"))
    assert [doc.id for doc in customs(store, business)] == ["van_a", "van_b"]
    store.transaction(business, lambda tx: correct_text(tx, PAYEE, "van_a", actor="usr_1", note="n"))
    (change,) = page_of_changes(store, business, limit=5, cursor=None).docs
    assert (change.data["category"], change.data["custom"]) == ("vehicle_costs", "van_a")
    assert len(change.data["taught"]) == len(PAYEE.marks)
