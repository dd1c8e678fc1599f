"""Queries: only declared shapes, exact conditions, one order in every store."""

from __future__ import annotations

import pytest

from shared.core.errors import InvalidQuery
from shared.store import Key, Query, Where
from tests.support.box import Box


def ids(box: Box, query: Query) -> list[str]:
    """The ids of all pages of a query."""
    return [doc.id for doc in box.store.all(box.business, query)]


def check_equality_filters_and_sees_changes(box: Box) -> None:
    box.thing("t1", kind="a", rank=2)
    box.thing("t2", kind="b", rank=1)
    moved = box.thing("t3", kind="a", rank=1)
    kind_a = Query("things", (Where("kind", "==", "a"),), "rank")
    assert ids(box, kind_a) == ["t3", "t1"]
    box.store.update(box.business, moved, {"kind": "b"})
    assert ids(box, kind_a) == ["t1"]
    box.store.delete(box.business, Key("things", "t1"))
    assert ids(box, kind_a) == []


def check_two_equalities_in_any_order_of_writing(box: Box) -> None:
    for number in range(8):
        box.thing(f"t{number}", kind="ab"[number % 2], is_open=number < 4, rank=number)
    conditions = (Where("open", "==", False), Where("kind", "==", "b"))
    assert ids(box, Query("things", conditions, "rank")) == ["t5", "t7"]
    assert ids(box, Query("things", conditions[::-1], "-rank")) == ["t7", "t5"]


def check_in_takes_up_to_thirty_values(box: Box) -> None:
    for number in range(35):
        box.thing(f"t{number:02}", kind=f"k{number}", rank=-number)
    wanted = [f"k{number}" for number in range(30)]
    found = ids(box, Query("things", (Where("kind", "in", wanted),), "rank"))
    assert found == [f"t{number:02}" for number in range(29, -1, -1)]
    assert ids(box, Query("things", (Where("kind", "in", ["k3", "k1", "k3"]),), "rank")) == ["t03", "t01"]
    for wrong in ([f"k{number}" for number in range(31)], [], "k1", None, 7):
        with pytest.raises(InvalidQuery):
            box.store.query(box.business, Query("things", (Where("kind", "in", wrong),), "rank"))


def check_several_in_multiply_up_to_thirty(box: Box) -> None:
    for number in range(16):
        box.thing(f"t{number:02}", kind=f"k{number}", is_open=number % 2 == 0, rank=number)
    kinds = [f"k{number}" for number in range(16)]
    both = Where("open", "in", [True, False])
    found = ids(box, Query("things", (Where("kind", "in", kinds[:15]), both), "rank"))
    assert found == [f"t{number:02}" for number in range(15)]
    with pytest.raises(InvalidQuery):
        box.store.query(box.business, Query("things", (Where("kind", "in", kinds), both), "rank"))


def check_ranges_keep_their_ends_apart(box: Box) -> None:
    for number in range(10):
        box.thing(f"t{number}", rank=number)
    shapes = {
        (Where("rank", ">=", 3), Where("rank", "<", 6)): [3, 4, 5],
        (Where("rank", ">", 3), Where("rank", "<=", 6)): [4, 5, 6],
        (Where("rank", ">", 7),): [8, 9],
        (Where("rank", "<", 2),): [0, 1],
        (Where("rank", ">", 5), Where("rank", "<", 5)): [],
    }
    for conditions, ranks in shapes.items():
        assert ids(box, Query("things", conditions, "rank")) == [f"t{rank}" for rank in ranks]
        assert ids(box, Query("things", conditions, "-rank")) == [f"t{rank}" for rank in reversed(ranks)]


def check_a_range_joins_an_equality(box: Box) -> None:
    for number in range(10):
        box.thing(f"t{number}", kind="ab"[number % 2], rank=number)
    conditions = (Where("kind", "==", "a"), Where("rank", ">=", 4))
    assert ids(box, Query("things", conditions, "-rank")) == ["t8", "t6", "t4"]


def check_undeclared_shapes_are_refused(box: Box) -> None:
    undeclared = [
        Query("things", (), "kind"),
        Query("things", (), "open"),
        Query("things", (Where("open", "==", True),), "rank"),
        Query("things", (Where("kind", "==", "a"),)),
        Query("things", (Where("kind", ">", "a"),), "rank"),
        Query("things", (Where("kind", "==", "a"), Where("kind", "==", "b")), "rank"),
        Query("things", (Where("other", "==", 1),), "rank"),
        Query("names"),
        Query("absent", (), "rank"),
        Query("things", (), "rank' --"),
        Query("things", (), ""),
        Query("things", (), "rank", 0),
        Query("things", (), "rank", 501),
        Query("things", (), "rank", -1),
    ]
    for query in undeclared:
        with pytest.raises(InvalidQuery):
            box.store.query(box.business, query)


def check_conditions_hold_indexable_values(box: Box) -> None:
    for wrong in (None, 1.5, [1], {"a": 1}, 2**60, -(2**70), "\ud800", "\x00", "x" * 1_401, b"x", object()):
        for where in (Where("kind", "==", wrong), Where("kind", "in", ["a", wrong])):
            with pytest.raises(InvalidQuery):
                box.store.query(box.business, Query("things", (where,), "rank"))
        with pytest.raises(InvalidQuery):
            box.store.query(box.business, Query("things", (Where("rank", ">", wrong),), "rank"))


def check_text_sorts_by_its_utf8_bytes(box: Box) -> None:
    texts = [
        "",
        "0",
        "Z",
        "a",
        "aa",
        "a b",
        "a-b",
        "e\u0301",
        "é",
        "z",
        "zz",
        "ñ",
        "Ω",
        "あ",
        "\uff5e",
        "\U0001f600",
    ]
    for number, text in enumerate(texts):
        box.store.put(box.business, Key("names", f"n{number}"), {"name": text})
    in_order = sorted(texts, key=str.encode)
    upwards = [doc.data["name"] for doc in box.store.all(box.business, Query("names", (), "name"))]
    downwards = [doc.data["name"] for doc in box.store.all(box.business, Query("names", (), "-name"))]
    assert upwards == in_order
    assert downwards == in_order[::-1]
    after = Query("names", (Where("name", ">", "z"),), "name")
    assert [d.data["name"] for d in box.store.all(box.business, after)] == in_order[in_order.index("z") + 1 :]


def check_numbers_sort_by_value(box: Box) -> None:
    ranks = [-(2**53), -10, -9, 0, 9, 10, 2**31, 2**53 - 1, 2**53]
    for number, rank in enumerate(reversed(ranks)):
        box.thing(f"t{number}", rank=rank)
    found = [doc.data["rank"] for doc in box.store.all(box.business, Query("things", (), "rank"))]
    assert found == ranks


def check_ids_sort_by_their_bytes(box: Box) -> None:
    names = ["a", "B", "b", "a-1", "a.1", "a_1", "a1", "A", "10", "9", "_x"]
    for name in names:
        box.thing(name, rank=1)
    assert ids(box, Query("things")) == sorted(names)
    assert ids(box, Query("things", (), "rank")) == sorted(names)
    assert ids(box, Query("things", (), "-rank")) == sorted(names, reverse=True)
