"""A receipt that turns out to be another one: the books hold one expense, whatever order things come in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_world import Shop

from shared.core.errors import Invalid, NotFound, Refused
from shared.core.ids import derived_id
from shared.matching.places import EXPENSES, RECEIPTS, TRANSACTIONS, review_place
from shared.matching.receipts import _spend, counts, receipt_arrived, transaction_recorded
from shared.receipts.linking import BY_PERSON, link_duplicate, unlink_duplicate
from shared.receipts.places import CHANGES
from shared.store import Doc, Key, Query, Store, Where

DAY, CENTS, NAME = "2026-02-10", 348_000, "NAIVAS SUPERMARKET LTD"
_RUN = count()


def receipt(shop: Shop, name: str, **fields: Any) -> str:
    read = {"reasons": [], "decision": "accept"}
    known = {"reasons": [], "duplicate_of": "", "sha256": name, "reading": read}
    return shop.receipt(name, CENTS, NAME, DAY, **{**known, **fields})


def link(shop: Shop, one: str, other: str) -> Doc:
    return shop.outbox.run(shop.business, lambda tx: link_duplicate(tx, one, other, actor="usr_1"))


def unlink(shop: Shop, one: str) -> Doc:
    return shop.outbox.run(shop.business, lambda tx: unlink_duplicate(tx, one, actor="usr_1", note="no"))


def hear(shop: Shop, *receipts: str) -> None:
    for one in receipts:
        receipt_arrived(shop, shop.business, one)


def spent(shop: Shop) -> list[str]:
    """The receipts that the books hold a cost for."""
    docs = shop.store.all(shop.business, Query(EXPENSES, (), "business_day"))
    return sorted(doc.data["receipt_id"] for doc in docs)


def stored(shop: Shop, name: str) -> Doc:
    return shop.store.require(shop.business, Key(RECEIPTS, name))


def test_a_duplicate_gives_back_its_expense_and_its_line_goes_to_the_original(shop: Shop) -> None:
    first = receipt(shop, "rcp_1")
    hear(shop, first)
    line = shop.spend("SJB1", CENTS, "Naivas Supermarket", DAY)
    transaction_recorded(shop, shop.business, line)
    second = receipt(shop, "rcp_2")
    hear(shop, second)
    assert spent(shop) == [first, second], "counted twice until somebody says that they are one"
    link(shop, first, second)
    hear(shop, first, first)
    assert spent(shop) == [second]
    assert shop.doc("transactions", line)["receipt_id"] == second
    assert stored(shop, first).data["expense_id"] == ""
    unlink(shop, first)
    hear(shop, first)
    assert spent(shop) == [first, second]
    assert shop.doc("transactions", line)["receipt_id"] == second, "what it found since stays with it"


def test_who_linked_what_is_kept(shop: Shop) -> None:
    one, other = receipt(shop, "rcp_1"), receipt(shop, "rcp_2")
    link(shop, one, other)
    again = link(shop, one, other)
    assert (again.data["status"], again.data["reasons"]) == ("duplicate", [BY_PERSON])
    unlink(shop, one)
    where = (Where("receipt_id", "==", one),)
    changes = [doc.data for doc in shop.store.all(shop.business, Query(CHANGES, where, "number"))]
    told = [(change["what"], change["by"], change["kept"]["to"]) for change in changes]
    assert told == [("linked", "usr_1", other), ("unlinked", "usr_1", other)]


def test_a_duplicate_of_a_duplicate_leads_to_the_one_that_counts(shop: Shop) -> None:
    a, b, c = (receipt(shop, f"rcp_{name}") for name in "abc")
    link(shop, b, a)
    assert link(shop, c, b).data["duplicate_of"] == a
    with pytest.raises(Refused) as refusal:
        link(shop, a, c)
    assert refusal.value.code == "duplicate_circle"


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("rcp_1", "rcp_1", "duplicate_of_itself"),
        ("rcp_1", "rcp_none", "not_found"),
        ("rcp_none", "rcp_1", "not_found"),
        ("rcp_refused", "rcp_1", "receipt_refused"),
        ("rcp_1", "rcp_refused", "receipt_refused"),
        ("rcp_note", "rcp_1", "credit_note"),
        ("rcp_1", "rcp_note", "credit_note"),
    ],
)
def test_what_cannot_be_linked(shop: Shop, one: str, other: str, code: str) -> None:
    receipt(shop, "rcp_1")
    receipt(shop, "rcp_refused", status="refused", reading={})
    receipt(shop, "rcp_note", credit_note=True, status="needs_review")
    with pytest.raises((Invalid, Refused, NotFound)) as refusal:
        link(shop, one, other)
    assert refusal.value.code == code


def test_the_same_bytes_cannot_be_two_receipts(shop: Shop) -> None:
    receipt(shop, "rcp_1", sha256="same")
    receipt(shop, "rcp_2", sha256="same", status="duplicate", duplicate_of="rcp_1", reading={})
    for name, code in (("rcp_1", "not_a_duplicate"), ("rcp_2", "same_file")):
        with pytest.raises(Refused) as refusal:
            unlink(shop, name)
        assert refusal.value.code == code


@pytest.mark.parametrize(
    ("fields", "status", "reasons"),
    [
        ({"status": "needs_review", "reasons": ["same_text"]}, "accepted", []),
        (
            {"status": "needs_review", "reasons": ["total_unsure", "same_text"]},
            "needs_review",
            ["total_unsure"],
        ),
        ({"status": "duplicate", "reasons": ["same_qr"]}, "needs_review", ["duplicate_denied"]),
    ],
)
def test_without_the_link_a_receipt_stands_where_it_would_have_stood(
    shop: Shop, fields: dict[str, Any], status: str, reasons: list[str]
) -> None:
    receipt(shop, "rcp_1")
    receipt(shop, "rcp_2", duplicate_of="rcp_1", **fields)
    freed = unlink(shop, "rcp_2").data
    assert (freed["status"], freed["reasons"], freed["duplicate_of"]) == (status, reasons, "")


def test_a_question_about_a_receipt_ends_when_it_is_a_duplicate(shop: Shop) -> None:
    for code in ("SJB1", "SJB2"):
        shop.spend(code, CENTS, "Naivas Supermarket", DAY)
    one, other = receipt(shop, "rcp_1"), receipt(shop, "rcp_2", total_cents=1)
    hear(shop, one)
    item = review_place("receipt", one)
    assert shop.store.require(shop.business, item).data["status"] == "open"
    link(shop, one, other)
    hear(shop, one)
    assert shop.store.require(shop.business, item).data["status"] != "open"


def test_a_receipt_that_is_linked_while_it_is_booked_is_not_booked(shop: Shop) -> None:
    """The event was read when the receipt still counted; the commit looks again."""
    one, other = receipt(shop, "rcp_1"), receipt(shop, "rcp_2")
    link(shop, one, other)
    shop.outbox.run(shop.business, lambda tx: _spend(tx, one))
    assert spent(shop) == []


def test_a_credit_note_is_no_cost(shop: Shop) -> None:
    hear(shop, receipt(shop, "rcp_note", credit_note=True))
    assert spent(shop) == []


NAMES = ("rcp_a", "rcp_b", "rcp_c", "rcp_d")
one_of = st.sampled_from(NAMES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("link"), one_of, one_of),
        st.tuples(st.just("unlink"), one_of, one_of),
        st.tuples(st.just("hear"), one_of, one_of),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(steps)
def test_whatever_people_say_each_purchase_is_counted_once(
    store: Store, steps: list[tuple[str, str, str]]
) -> None:
    shop = Shop(store, f"biz_any_{next(_RUN)}")
    for name in NAMES:
        receipt(shop, name)
    line = shop.spend("SJB1", CENTS, "Naivas Supermarket", DAY)
    acts: dict[str, Callable[[str, str], object]] = {
        "link": lambda one, other: link(shop, one, other),
        "unlink": lambda one, _: unlink(shop, one),
        "hear": lambda one, _: hear(shop, one),
    }
    for act, one, other in steps:
        with suppress(Invalid, Refused):  # what cannot be said changes nothing
            acts[act](one, other)
    hear(shop, *NAMES)
    docs = {name: stored(shop, name) for name in NAMES}
    counted = [name for name, doc in docs.items() if counts(doc)]
    assert spent(shop) == counted
    assert counted, "the last of them cannot be a duplicate of another"
    for doc in docs.values():
        assert counts(doc) == (not doc.data["duplicate_of"])
        assert counts(doc) or not doc.data.get("expense_id")
    paid_for = store.require(shop.business, Key(TRANSACTIONS, line)).data["receipt_id"]
    assert not paid_for or paid_for in counted
    assert derived_id("exp", "receipt", counted[0]) == docs[counted[0]].data["expense_id"]
