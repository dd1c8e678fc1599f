"""Forced races: threads meet after their reads and before their writes."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from shared.core.errors import Contended
from shared.store import Key, Once, Store, Tx
from tests.support.box import Box, count_up, together, waiting_once
from tests.support.faults import Faulty

ROUNDS = 10
Work = Callable[[], None]


def check_no_update_is_lost(box: Box) -> None:
    key, store = Key("notes", "counter"), box.racing()
    box.store.create(box.business, key, {"n": 0})
    barrier = threading.Barrier(8)

    def work() -> None:
        meet = waiting_once(barrier)

        def add(tx: Tx) -> None:
            n = tx.require(key).data["n"]
            meet()
            tx.update(key, {"n": n + 1})

        for _ in range(10):
            store.transaction(box.business, add, deadline=60)

    together(*[work] * 8)
    assert box.data(key) == {"n": 80}


def check_write_skew_is_prevented(box: Box) -> None:
    """Two people are on duty, each may leave if the other stays; both try at once."""
    store = box.racing()
    for number in range(ROUNDS):
        pair = (Key("duty", f"{number}-a"), Key("duty", f"{number}-b"))
        for key in pair:
            box.store.create(box.business, key, {"on": True})
        barrier = threading.Barrier(2)
        together(*[_leaving(store, box.business, pair, mine, waiting_once(barrier)) for mine in pair])
        left = [doc.data["on"] for doc in box.store.get_many(box.business, pair) if doc]
        assert sorted(left) == [False, True], f"round {number}: nobody or everybody stayed"


def _leaving(
    store: Store, business: str, pair: tuple[Key, Key], mine: Key, meet: Callable[[], None]
) -> Callable[[], None]:
    def leave(tx: Tx) -> None:
        on_duty = [doc.data["on"] for doc in tx.get_many(pair) if doc]
        meet()
        if all(on_duty):
            tx.update(mine, {"on": False})

    return lambda: store.transaction(business, leave, deadline=60)


def check_absent_read_skew_is_prevented(box: Box) -> None:
    """Each claims its own key only while the other's is absent; both try at once."""
    store = box.racing()
    for number in range(ROUNDS):
        pair = (Key("claims", f"{number}-a"), Key("claims", f"{number}-b"))
        barrier = threading.Barrier(2)
        together(*[_claiming(store, box.business, pair, mine, waiting_once(barrier)) for mine in pair])
        taken = [doc for doc in box.store.get_many(box.business, pair) if doc]
        assert len(taken) == 1, f"round {number}: {len(taken)} claims"


def _claiming(
    store: Store, business: str, pair: tuple[Key, Key], mine: Key, meet: Callable[[], None]
) -> Callable[[], None]:
    def claim(tx: Tx) -> None:
        taken = [doc for doc in tx.get_many(pair) if doc]
        meet()
        if not taken:
            tx.create(mine, {"taken": True})

    return lambda: store.transaction(business, claim, deadline=60)


def check_one_of_many_creates_wins(box: Box) -> None:
    store, key, barrier = box.racing(), Key("notes", "first"), threading.Barrier(6)

    def claim(name: str) -> bool:
        meet = waiting_once(barrier)

        def write(tx: Tx) -> bool:
            taken = tx.get(key)
            meet()
            if taken is None:
                tx.create(key, {"by": name})
            return taken is None

        return store.transaction(box.business, write, deadline=60)

    won = together(*[lambda name=f"w{n}": claim(name) for n in range(6)])
    assert won.count(True) == 1
    assert box.data(key) == {"by": f"w{won.index(True)}"}


def check_once_is_once_under_threads(box: Box) -> None:
    store, key, barrier = box.racing(), Key("notes", "counter"), threading.Barrier(6)
    box.store.create(box.business, key, {"n": 0})

    def deliver() -> int:
        barrier.wait(30)
        return store.transaction(
            box.business, lambda tx: count_up(tx, key), once=Once("payment-1", "same"), deadline=60
        )

    assert together(*[deliver] * 6) == [1] * 6
    assert box.data(key) == {"n": 1}


def check_transfers_keep_the_sum(box: Box) -> None:
    store, keys = box.racing(), [Key("accounts", f"a{number}") for number in range(4)]
    for key in keys:
        box.store.create(box.business, key, {"cents": 1000})

    def transfer(tx: Tx, source: Key, target: Key) -> None:
        cents = min(70, tx.require(source).data["cents"])
        tx.update(source, {"cents": tx.require(source).data["cents"] - cents})
        tx.update(target, {"cents": tx.require(target).data["cents"] + cents})

    def work(start: int) -> None:
        for step in range(10):
            source, target = keys[(start + step) % 4], keys[(start + 2 * step + 1) % 4]
            if source != target:
                store.transaction(
                    box.business, lambda tx, s=source, t=target: transfer(tx, s, t), deadline=60
                )

    together(*[lambda n=n: work(n) for n in range(4)])
    cents = [doc.data["cents"] for doc in box.store.get_many(box.business, keys) if doc]
    assert sum(cents) == 4000
    assert min(cents) >= 0


def check_endless_conflict_ends_at_the_deadline(box: Box) -> None:
    faulty = Faulty(box.adapter, ["conflict"] * 10_000)
    store, started = box.over(faulty), box.clock.now()
    with pytest.raises(Contended):
        store.transaction(box.business, lambda tx: tx.put(Key("notes", "n"), {"n": 1}), deadline=3)
    waited = (box.clock.now() - started).total_seconds()
    assert 3 <= waited <= 3.5
    assert 5 < faulty.commits < 60, "the pauses grow from 4 ms to half a second, with jitter"
    assert box.data(Key("notes", "n")) is None
