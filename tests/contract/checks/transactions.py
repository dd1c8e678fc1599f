"""Transactions: all or nothing, own writes visible, reads that still hold at the end."""

from __future__ import annotations

import pytest

from shared.core.errors import AlreadyExists, Conflict, NotFound, Unavailable
from shared.store import Key, Tx
from tests.support.box import Box, Meanwhile

A, B, C = Key("notes", "a"), Key("notes", "b"), Key("notes", "c")


def check_an_exception_undoes_everything(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})

    def fails(tx: Tx) -> None:
        tx.update(A, {"n": 2})
        tx.create(B, {"n": 2})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        box.store.transaction(box.business, fails)
    assert (box.data(A), box.data(B)) == ({"n": 1}, None)


def check_a_transaction_sees_its_own_writes(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    box.store.create(box.business, C, {"n": 1})

    def write(tx: Tx) -> list[int | None]:
        tx.update(A, {"n": 2})
        tx.create(B, {"n": 3})
        tx.delete(C)
        with pytest.raises(AlreadyExists):
            tx.create(B, {"n": 4})
        with pytest.raises(NotFound):
            tx.update(C, {"n": 4})
        tx.update(B, {"m": 5})
        assert tx.require(B).data == {"n": 3, "m": 5}
        return [doc.data["n"] if doc else None for doc in tx.get_many([A, B, C, A])]

    assert box.store.transaction(box.business, write) == [2, 3, None, 2]
    assert [box.data(key) for key in (A, B, C)] == [{"n": 2}, {"n": 3, "m": 5}, None]


def check_others_see_nothing_before_the_end(box: Box) -> None:
    def write(tx: Tx) -> None:
        tx.create(A, {"n": 1})
        assert box.data(A) is None

    box.store.transaction(box.business, write)
    assert box.data(A) == {"n": 1}


def check_writes_land_all_or_none(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    other = Meanwhile(lambda: box.store.update(box.business, A, {"n": 7}))

    def write(tx: Tx) -> None:
        n = tx.require(A).data["n"]
        other()
        for number in range(40):
            tx.create(Key("rows", f"run{other.runs}-{number}"), {"n": n})
        tx.update(A, {"n": n + 1})

    box.store.transaction(box.business, write)
    rows = [Key("rows", f"run{run}-{number}") for run in (1, 2) for number in range(40)]
    found = [doc.data["n"] if doc else None for doc in box.store.get_many(box.business, rows)]
    assert found == [None] * 40 + [7] * 40
    assert box.data(A) == {"n": 8}


def check_reads_alone_are_one_moment(box: Box) -> None:
    box.store.create(box.business, A, {"cents": 100})
    box.store.create(box.business, B, {"cents": 0})

    def move(tx: Tx) -> None:
        tx.update(A, {"cents": 0})
        tx.update(B, {"cents": 100})

    other = Meanwhile(lambda: box.store.transaction(box.business, move))

    def total(tx: Tx) -> int:
        a = tx.require(A).data["cents"]
        other()
        return int(a + tx.require(B).data["cents"])

    assert box.store.transaction(box.business, total) == 100
    assert other.runs == 2


def check_an_error_from_two_moments_is_not_believed(box: Box) -> None:
    def pay_first() -> None:
        box.store.create(box.business, A, {"paid": True})
        box.store.create(box.business, B, {"paid": True})

    other = Meanwhile(pay_first)

    def pay(tx: Tx) -> str:
        if tx.get(A) is not None:
            return "paid already"
        other()
        tx.create(B, {"paid": True})
        return "paid"

    assert box.store.transaction(box.business, pay) == "paid already"


def check_a_read_of_nothing_must_still_hold(box: Box) -> None:
    other = Meanwhile(lambda: box.store.create(box.business, A, {"by": "other"}))

    def claim(tx: Tx) -> str:
        taken = tx.get(A)
        other()
        if taken is not None:
            return "taken"
        tx.create(B, {"by": "us"})
        return "ours"

    assert box.store.transaction(box.business, claim) == "taken"
    assert box.data(B) is None


def check_a_glance_is_not_verified(box: Box) -> None:
    rule, other = Key("things", "rule"), Key("things", "other")
    box.thing("rule", rank=1)
    meanwhile = Meanwhile(lambda: box.thing("rule", rank=2))

    def work(tx: Tx) -> int:
        seen = tx.peek(rule)
        assert seen is not None
        assert tx.peek(Key("things", "absent")) is None
        meanwhile()
        tx.put(other, {"kind": "a", "open": True, "rank": seen.data["rank"]})
        mine = tx.peek(other)
        assert mine is not None
        return int(mine.data["rank"])

    assert box.store.transaction(box.business, work) == 1, "the rule as it was is good enough"
    assert meanwhile.runs == 1, "and nothing had to run again"


def check_a_claim_is_won_once(box: Box) -> None:
    other = Meanwhile(lambda: box.store.create(box.business, A, {"by": "other"}))

    def claim(tx: Tx) -> bool:
        mine = tx.claim(A, {"by": "us"})
        other()
        if mine is not None:
            tx.create(B, {"by": "us"})
        return mine is not None

    assert box.store.transaction(box.business, claim) is False
    assert (box.data(A), box.data(B)) == ({"by": "other"}, None)
    assert box.store.transaction(box.business, lambda tx: tx.claim(C, {"n": 1}) is not None)
    assert box.store.transaction(box.business, lambda tx: tx.claim(C, {"n": 2})) is None
    assert box.data(C) == {"n": 1}


def check_an_error_after_a_guess_is_not_believed(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})

    def claim(tx: Tx) -> str:
        if tx.claim(A, {"n": 2}) is None:
            return "taken"
        raise ZeroDivisionError

    assert box.store.transaction(box.business, claim) == "taken"


def check_what_was_read_before_is_taken_only_while_it_holds(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    asked = [A, B]
    before = dict(zip(asked, box.store.get_many(box.business, asked), strict=True))
    runs: list[tuple[int, bool]] = []

    def add(tx: Tx) -> int:
        tx.expect(before)
        n, there = int(tx.require(A).data["n"]), tx.get(B) is not None
        runs.append((n, there))
        tx.put(C, {"n": n, "there": there})
        return n

    assert box.store.transaction(box.business, add) == 1
    box.store.update(box.business, A, {"n": 2})
    assert box.store.transaction(box.business, add) == 2
    box.store.update(box.business, A, {"n": 1})
    box.store.create(box.business, B, {})
    box.store.transaction(box.business, add)
    assert box.data(C) == {"n": 1, "there": True}
    assert runs == [(1, False), (1, False), (2, False), (1, False), (1, True)]


def check_old_news_alone_is_not_believed(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    before = {A: box.store.get(box.business, A)}
    box.store.update(box.business, A, {"n": 2})

    def look(tx: Tx) -> int:
        tx.expect(before)
        return int(tx.require(A).data["n"])

    assert box.store.transaction(box.business, look) == 2


def check_a_read_that_is_not_written_must_still_hold(box: Box) -> None:
    box.store.create(box.business, A, {"open": True})
    other = Meanwhile(lambda: box.store.update(box.business, A, {"open": False}))

    def pay(tx: Tx) -> str:
        still_open = tx.require(A).data["open"]
        other()
        if not still_open:
            return "closed"
        tx.create(B, {"paid": True})
        return "paid"

    assert box.store.transaction(box.business, pay) == "closed"
    assert box.data(B) is None


def check_a_document_that_comes_back_is_another_one(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    seen: list[str] = []

    def replace() -> None:
        box.store.delete(box.business, A)
        box.store.create(box.business, A, {"n": 1})

    other = Meanwhile(replace)

    def write(tx: Tx) -> None:
        seen.append(tx.require(A).etag)
        other()
        tx.update(A, {"n": 2})

    box.store.transaction(box.business, write)
    assert other.runs == 2, "a stale write went through: the same version number is not the same document"
    assert seen[0] != seen[1]
    with pytest.raises(Conflict):
        box.store.update(box.business, A, {"n": 3}, expected=seen[0])
    assert box.data(A) == {"n": 2}


def check_a_vanished_document_stops_its_update(box: Box) -> None:
    box.store.create(box.business, A, {"n": 1})
    other = Meanwhile(lambda: box.store.delete(box.business, A))

    def write(tx: Tx) -> None:
        tx.require(A)
        other()
        tx.update(A, {"n": 2})

    with pytest.raises(NotFound):
        box.store.transaction(box.business, write)
    assert box.data(A) is None


def check_a_hundred_writes_are_one_commit(box: Box) -> None:
    keys = [Key("rows", f"r{number}") for number in range(100)]

    def write(tx: Tx) -> None:
        for number, key in enumerate(keys):
            tx.create(key, {"n": number})

    box.store.transaction(box.business, write)
    docs = box.store.get_many(box.business, keys)
    assert [doc.data["n"] for doc in docs if doc] == list(range(100))
    assert len({doc.etag for doc in docs if doc}) == 100


def check_a_transaction_without_effect_is_free(box: Box) -> None:
    assert box.store.transaction(box.business, lambda tx: tx.get(A)) is None
    assert box.store.transaction(box.business, lambda _: 7) == 7


def check_retryable_errors_of_the_function_surface(box: Box) -> None:
    runs = Meanwhile(lambda: None)

    def fails(tx: Tx) -> None:
        tx.put(A, {"n": 1})
        runs()
        raise Unavailable("the provider is down")

    with pytest.raises(Unavailable):
        box.store.transaction(box.business, fails)
    assert (runs.runs, box.data(A)) == (1, None)
