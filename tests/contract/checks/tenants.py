"""Tenants and ids: nothing of one business is ever seen or touched through another."""

from __future__ import annotations

import pytest

from shared.core.errors import InvalidDocument
from shared.store import Key, Query, Tx
from tests.support.box import Box

HOSTILE_IDS = (
    "", ".", "..", "__x__", "__all", "a/b", "/a", "a/", "a\\b", "a b", "a:b", "a|b", "a;b", "a'b", 'a"b',
    "a\x00b", "a\nb", "a\x1fb", "%2e%2e", "*", "$ne", "é", "ﬁ", "①", "\ud800", "A" * 129,
    "' OR 1=1 --", "biz/../other",
)  # fmt: skip


def check_the_same_id_in_two_businesses(box: Box) -> None:
    other, key = box.another_business(), Key("things", "x")
    box.thing("x", rank=1)
    box.store.create(other, key, {"kind": "a", "open": True, "rank": 2})
    box.store.update(other, key, {"rank": 3})
    assert box.data(key) == {"kind": "a", "open": True, "rank": 1}
    box.store.delete(box.business, key)
    assert box.store.require(other, key).data["rank"] == 3


def check_queries_stay_in_their_business(box: Box) -> None:
    other = box.another_business()
    for number in range(4):
        box.thing(f"mine{number}", rank=number)
        box.store.create(other, Key("things", f"theirs{number}"), {"kind": "a", "open": True, "rank": number})
    mine = Query("things", (), "rank", 2)
    first = box.store.query(box.business, mine)
    assert [doc.id for doc in first.docs] == ["mine0", "mine1"]
    carried = box.store.query(other, Query("things", (), "rank", 50, first.next))
    assert all(doc.id.startswith("theirs") for doc in carried.docs)
    assert {doc.id for doc in box.store.all(other, Query("things"))} == {f"theirs{n}" for n in range(4)}


def check_an_etag_of_another_business_is_worth_nothing(box: Box) -> None:
    other, key = box.another_business(), Key("notes", "x")
    box.store.create(box.business, key, {"n": 1})
    box.store.create(other, key, {"n": 1})

    def copy(tx: Tx) -> None:
        tx.update(key, {"n": 2})

    box.store.transaction(other, copy)
    assert box.data(key) == {"n": 1}


def check_separators_in_ids_do_not_collide(box: Box) -> None:
    base = box.business
    places = [
        (base, "a", "b.c"), (base, "a.b", "c"), (f"{base}.a", "b", "c"), (base, "a_b", "c"),
        (base, "a", "b_c"),
        (base, "a-b", "c"), (base, "a", "b-c"), (base, "b", "a.b.c"), (f"{base}-a", "b", "c"),
        (base, "a", "B.c"), (base, "A", "b.c"), (f"{base}.a.b", "a", "c"), (base, "_", "a"),
        (base, "_a", "_"),
    ]  # fmt: skip
    for number, (business, collection, id_) in enumerate(places):
        box.store.create(business, Key(collection, id_), {"n": number})
    found = [box.store.require(business, Key(c, id_)).data["n"] for business, c, id_ in places]
    assert found == list(range(len(places)))


def check_hostile_ids_are_refused(box: Box) -> None:
    for hostile in HOSTILE_IDS:
        for business, key in (
            (box.business, Key("notes", hostile)),
            (box.business, Key(hostile, "n1")),
            (hostile, Key("notes", "n1")),
        ):
            with pytest.raises(InvalidDocument):
                box.store.put(business, key, {"n": 1})
            with pytest.raises(InvalidDocument):
                box.store.get(business, key)
            with pytest.raises(InvalidDocument):
                box.store.discard(business, [key])
    with pytest.raises(InvalidDocument):
        box.store.query("../other", Query("things"))


def check_the_longest_id_works(box: Box) -> None:
    key = Key("notes", "Zz09_.-" + "x" * 121)
    box.store.create(box.business, key, {"n": 1})
    assert box.data(key) == {"n": 1}
