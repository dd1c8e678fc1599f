"""Pages: every document once, in both directions, and cursors that serve their own query only."""

from __future__ import annotations

import base64
import json

import pytest

from shared.core.errors import InvalidQuery
from shared.store import Key, Page, Query, Where
from tests.support.box import Box


def pages(box: Box, query: Query) -> list[Page]:
    """Follow the cursors from the first page to the last."""
    found = [box.store.query(box.business, query)]
    while found[-1].next is not None:
        assert len(found) < 100, "the cursors never end"
        at = Query(query.collection, query.where, query.order, query.limit, found[-1].next)
        found.append(box.store.query(box.business, at))
    return found


def check_pages_hold_everything_once_with_ties(box: Box) -> None:
    wanted = []
    for number in range(23):
        box.thing(f"t{number * 7 % 23:02}", rank=number % 4)
        wanted.append((number % 4, f"t{number * 7 % 23:02}"))
    for order, right in (("rank", sorted(wanted)), ("-rank", sorted(wanted, reverse=True))):
        for limit in (1, 4, 22, 23, 500):
            found = pages(box, Query("things", (), order, limit))
            assert [(d.data["rank"], d.id) for page in found for d in page.docs] == right
            assert all(len(page.docs) == limit for page in found[:-1])


def check_the_last_page_says_so(box: Box) -> None:
    for number in range(6):
        box.thing(f"t{number}", rank=number)
    assert [len(page.docs) for page in pages(box, Query("things", (), "rank", 3))] == [3, 3]
    assert [len(page.docs) for page in pages(box, Query("things", (), None, 4))] == [4, 2]
    empty = box.store.query(box.business, Query("names", (), "name"))
    assert (empty.docs, empty.next) == ([], None)


def check_pages_go_on_where_they_stopped(box: Box) -> None:
    for number in range(0, 12, 2):
        box.thing(f"t{number:02}", rank=number)
    first = box.store.query(box.business, Query("things", (), "rank", 3))
    box.thing("t01", rank=1)
    box.thing("t07", rank=7)
    box.store.delete(box.business, Key("things", "t04"))
    rest = box.store.query(box.business, Query("things", (), "rank", 50, first.next))
    assert [doc.data["rank"] for doc in rest.docs] == [6, 7, 8, 10]


def check_text_cursors_carry_any_text(box: Box) -> None:
    names = sorted(['"quoted"', "new\nline", "Ω" * 300, "é", "😀", "\\", "'; --", ""], key=str.encode)
    for number, name in enumerate(names):
        box.store.put(box.business, Key("names", f"n{number}"), {"name": name})
    found = pages(box, Query("names", (), "name", 1))
    assert [doc.data["name"] for page in found for doc in page.docs] == names


def check_a_cursor_belongs_to_one_query(box: Box) -> None:
    for number in range(6):
        box.thing(f"t{number}", kind="a", rank=number)
        box.store.put(box.business, Key("names", f"n{number}"), {"name": str(number)})
    kind_a = (Where("kind", "==", "a"),)
    cursor = box.store.query(box.business, Query("things", kind_a, "rank", 2)).next
    others = [
        Query("things", kind_a, "-rank", 2, cursor),
        Query("things", (Where("kind", "==", "b"),), "rank", 2, cursor),
        Query("things", (), "rank", 2, cursor),
        Query("things", (), None, 2, cursor),
        Query("names", (), "name", 2, cursor),
        Query("things", (*kind_a, Where("rank", ">", 1)), "rank", 2, cursor),
    ]
    for query in others:
        with pytest.raises(InvalidQuery):
            box.store.query(box.business, query)
    assert len(box.store.query(box.business, Query("things", kind_a, "rank", 4, cursor)).docs) == 4


def check_forged_cursors_are_refused(box: Box) -> None:
    for number in range(4):
        box.thing(f"t{number}", rank=number)
    good = box.store.query(box.business, Query("things", (), "rank", 2)).next
    assert good is not None
    parts = json.loads(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    forged = [[parts[0], wrong, "t1"] for wrong in (None, 1.5, [1], {"a": 1}, 2**70, "\ud800", "x" * 2000)]
    forged += [[parts[0], 1, wrong] for wrong in (None, 7, ["t1"], "\ud800")]
    forged += [[], [parts[0]], [parts[0], 1], [parts[0], 1, "t1", "more"], ["0" * 12, 1, "t1"], {"a": 1}, 7]
    cursors = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in forged]
    cursors += [
        good[:-3],
        good[3:],
        good + "A",
        good.swapcase(),
        "",
        "é",
        "!!!!",
        "A" * 20_000,
        "\ud800",
        "\x00",
    ]
    cursors += [
        base64.urlsafe_b64encode(b"[" * 9_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ]
    for cursor in cursors:
        with pytest.raises(InvalidQuery):
            box.store.query(box.business, Query("things", (), "rank", 2, cursor))
