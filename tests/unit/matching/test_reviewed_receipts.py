"""Whatever people do to receipts and take back again, the books hold what the receipts say."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from matching_world import Shop

from shared.categories import receipt_subject
from shared.categories.decide import judge
from shared.core.errors import Invalid, Refused
from shared.matching.places import EXPENSES, RECEIPTS
from shared.matching.receipts import counts, receipt_arrived, transaction_recorded
from shared.receipts import review
from shared.receipts.linking import link_duplicate, unlink_duplicate
from shared.store import Doc, Key, Query, Store, Tx

DAY, CENTS, NAME = "2026-02-10", 348_000, "NAIVAS SUPERMARKET LTD"
ONE, OTHER = "rcp_1", "rcp_2"
_RUN = count()
_READING = {
    "decision": "accept",
    "reasons": [],
    "merchant": NAME,
    "kra_pin": "P051365947M",
    "features": {"total": {"label": 1000}},
    "confidence": {"total": 930},
}


def receipt(shop: Shop, name: str, **fields: Any) -> str:
    known = {
        "reasons": [],
        "duplicate_of": "",
        "sha256": name,
        "reading": _READING,
        "lines": [],
        "engine": "x",
    }
    return shop.receipt(name, CENTS, NAME, DAY, **{**known, **fields})


def do(shop: Shop, action: Any) -> Doc | None:
    """What is refused changes nothing."""
    with suppress(Refused, Invalid):
        return shop.outbox.run(shop.business, action)  # type: ignore[no-any-return]
    return None


def correct(cents: int) -> Any:
    def act(tx: Tx, one: str, _: str) -> Doc:
        return review.correct(tx, one, {"total_cents": cents, "merchant": f"SHOP {cents}"}, actor="usr")

    return act


ACTIONS: dict[str, Any] = {
    "correct": correct(123_00),
    "correct again": correct(777_00),
    "correct wrongly": correct(0),
    "accept": lambda tx, one, _: review.accept(tx, one, actor="usr"),
    "reject": lambda tx, one, _: review.reject(tx, one, actor="usr", note="private"),
    "undo": lambda tx, one, _: review.take_back(tx, one, actor="usr"),
    "link": lambda tx, one, other: link_duplicate(tx, one, other, actor="usr"),
    "unlink": lambda tx, one, _: unlink_duplicate(tx, one, actor="usr"),
    "categorise": lambda tx, one, _: review.categorise(tx, one, "rent", actor="usr"),
}


def expenses(shop: Shop) -> dict[str, tuple[int, str]]:
    docs = shop.store.all(shop.business, Query(EXPENSES, (), "business_day"))
    return {doc.data["receipt_id"]: (doc.data["amount_cents"], doc.data["category"]) for doc in docs}


TAUGHT = "rent"
"""What a step says the sellers are for."""


def wanted(shop: Shop) -> dict[str, tuple[int, set[str]]]:
    """Amounts, and what each is filed under: as a person said, else as the seller's name or memory says."""
    found = (shop.store.require(shop.business, Key(RECEIPTS, name)) for name in (ONE, OTHER))
    return {doc.id: (doc.data["total_cents"], _filed(doc)) for doc in found if counts(doc)}


def _filed(doc: Doc) -> set[str]:
    chosen = doc.data.get("category")
    return {chosen} if chosen else {judge(receipt_subject(doc.data)).category, TAUGHT}


@settings(max_examples=120, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.booleans()), max_size=10),
    status=st.sampled_from(["accepted", "needs_review"]),
    paid=st.booleans(),
)
def test_the_books_hold_what_the_receipts_say(
    store: Store, steps: list[tuple[str, bool]], status: str, paid: bool
) -> None:
    shop = Shop(store, f"biz_{next(_RUN)}")
    receipt(shop, ONE, status=status)
    receipt(shop, OTHER)
    for heard in (ONE, OTHER):
        receipt_arrived(shop, shop.business, heard)
    if paid:
        transaction_recorded(shop, shop.business, shop.spend("SJB1", CENTS, NAME, DAY))
    for name, first in steps:
        one, other = (ONE, OTHER) if first else (OTHER, ONE)
        do(shop, lambda tx, name=name, one=one, other=other: ACTIONS[name](tx, one, other))
        for heard in (ONE, OTHER, one):
            receipt_arrived(shop, shop.business, heard)
    found, said = expenses(shop), wanted(shop)
    assert {one: cents for one, (cents, _) in found.items()} == {
        one: cents for one, (cents, _) in said.items()
    }
    assert all(filed in said[one][1] for one, (_, filed) in found.items())
    if not any(name == "categorise" for name, _ in steps):
        assert TAUGHT not in {filed for _, filed in found.values()}


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["correct", "correct again", "accept", "reject", "link", "unlink", "categorise"]),
        min_size=1,
        max_size=6,
    )
)
def test_undoing_everything_is_as_if_nothing_had_been_done(store: Store, names: list[str]) -> None:
    shop = Shop(store, f"biz_{next(_RUN)}")
    receipt(shop, ONE, status="needs_review")
    receipt(shop, OTHER)
    for heard in (ONE, OTHER):
        receipt_arrived(shop, shop.business, heard)
    before = {name: _standing(shop, name) for name in (ONE, OTHER)}
    books = expenses(shop)
    done = [name for name in names if do(shop, lambda tx, name=name: ACTIONS[name](tx, ONE, OTHER))]
    receipt_arrived(shop, shop.business, ONE)
    for _ in done:
        assert do(shop, lambda tx: ACTIONS["undo"](tx, ONE, OTHER)) is not None or _untouched(done)
        receipt_arrived(shop, shop.business, ONE)
    assert {name: _standing(shop, name) for name in (ONE, OTHER)} == before
    assert expenses(shop) == books
    for collection, order in (("receipt_labels", "told_at"),):
        assert shop.store.all(shop.business, Query(collection, (), order)) == []


def _untouched(done: list[str]) -> bool:
    """Saying the same link again is no change, and nothing to undo."""
    return "link" in done


def _standing(shop: Shop, name: str) -> dict[str, Any]:
    data = shop.store.require(shop.business, Key(RECEIPTS, name)).data
    moving = {
        "edits",
        "last_change",
        "matching",
        "expense_id",
        "before_duplicate",
        "category",
        "tax",
        "transaction_id",
    }
    return {key: value for key, value in data.items() if key not in moving and value is not None}
