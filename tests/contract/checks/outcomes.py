"""Lost answers and repeated deliveries: with a key exactly once, without one an honest `unknown`."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.errors import Invalid, InvalidDocument, Unavailable, UnknownOutcome
from shared.store import Key, Once, Tx
from tests.support.box import Box, Meanwhile, count_up
from tests.support.faults import Fault, Faulty

KEY = Key("notes", "counter")


def check_a_lost_answer_with_a_key_is_applied_once(box: Box) -> None:
    schedules: list[list[Fault]] = [
        ["before"], ["after"], ["before", "before", "after"], ["conflict", "after"], ["after", "conflict"],
        ["before", "conflict", "before", "after", "after"],
    ]  # fmt: skip
    box.store.create(box.business, KEY, {"n": 0})
    for number, faults in enumerate(schedules, start=1):
        store = box.over(Faulty(box.adapter, faults))
        once = Once(f"delivery-{number}", "f")
        assert store.transaction(box.business, lambda tx: count_up(tx, KEY), once=once) == number
        assert box.data(KEY) == {"n": number}, faults
        assert not once.replayed, "it is this call's own commit that it found"


def check_a_lost_answer_without_a_key_surfaces(box: Box) -> None:
    box.store.create(box.business, KEY, {"n": 0})
    for fault, expected in (("before", 0), ("after", 1)):
        faulty = Faulty(box.adapter, [fault])  # type: ignore[list-item]
        with pytest.raises(UnknownOutcome):
            box.over(faulty).transaction(box.business, lambda tx: count_up(tx, KEY))
        assert faulty.commits == 1, "sent again blindly"
        assert box.data(KEY) == {"n": expected}


def check_an_unreachable_store_surfaces(box: Box) -> None:
    faulty = Faulty(box.adapter, ["unavailable"])
    with pytest.raises(Unavailable):
        box.over(faulty).transaction(box.business, lambda tx: tx.put(KEY, {"n": 1}).version, once=Once("k"))
    assert box.data(KEY) is None


def check_a_redelivery_gets_the_stored_result(box: Box) -> None:
    runs = Meanwhile(lambda: None)

    def work(tx: Tx) -> dict[str, Any]:
        runs()
        tx.create(KEY, {"n": 1})
        return {"id": "pay_1", "cents": 100, "nested": [{"a": None}], "ok": True}

    first, again = Once("receipt-1", "body"), Once("receipt-1", "body")
    result = box.store.transaction(box.business, work, once=first)
    assert box.store.transaction(box.business, work, once=again) == result
    assert (runs.runs, first.replayed, again.replayed) == (1, False, True)


def check_a_key_is_kept_for_its_days_and_no_longer(box: Box) -> None:
    def work() -> int:
        once = Once("weekly", "body", days=7)
        return box.store.transaction(box.business, lambda tx: count_up(tx, KEY), once=once)

    box.store.create(box.business, KEY, {"n": 0})
    assert work() == 1
    box.clock.advance(7 * 86_400 - 1)
    assert work() == 1, "still the stored result"
    box.clock.advance(1)
    assert work() == 2, "its time is over, whether or not the store removed it"
    assert work() == 2


def check_a_key_belongs_to_one_request(box: Box) -> None:
    box.store.transaction(
        box.business, lambda tx: tx.put(KEY, {"n": 1}).version, once=Once("key", "one body")
    )
    with pytest.raises(Invalid) as refused:
        box.store.transaction(box.business, lambda tx: count_up(tx, KEY), once=Once("key", "another body"))
    assert refused.value.code == "idempotency_mismatch"
    assert box.data(KEY) == {"n": 1}


def check_keys_may_be_any_text(box: Box) -> None:
    box.store.create(box.business, KEY, {"n": 0})
    keys = ["a/b", "é", "x" * 5000, "x" * 5001, "", " ", "\x00", "\ud800", "..", "a\nb", "A/B"]
    for number, key in enumerate(keys, start=1):
        assert box.store.transaction(box.business, lambda tx: count_up(tx, KEY), once=Once(key)) == number
        assert box.store.transaction(box.business, lambda tx: count_up(tx, KEY), once=Once(key)) == number


def check_keys_belong_to_one_business(box: Box) -> None:
    other = box.another_business()
    for business in (box.business, other):
        once = Once("same", "same")
        box.store.transaction(business, lambda tx: tx.create(KEY, {"n": 1}).version, once=once)
        assert not once.replayed
    assert box.store.require(other, KEY).data == {"n": 1}


def check_a_failed_run_leaves_its_key_free(box: Box) -> None:
    def fails(tx: Tx) -> None:
        tx.put(KEY, {"n": 1})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        box.store.transaction(box.business, fails, once=Once("key"))
    once = Once("key")
    assert box.store.transaction(box.business, lambda tx: tx.put(KEY, {"n": 2}).data["n"], once=once) == 2
    assert not once.replayed


def check_stored_results_are_json(box: Box) -> None:
    for result in (object(), 1.5, {"a": 1.5}, (1, 2), {1, 2}):
        with pytest.raises(InvalidDocument):
            box.store.transaction(
                box.business, lambda tx, r=result: (tx.put(KEY, {"n": 1}), r)[1], once=Once("key")
            )
        assert box.data(KEY) is None


def check_what_was_committed_is_told_once(box: Box) -> None:
    told: list[list[Key]] = []
    box.store.create(box.business, KEY, {"n": 0})
    store = box.over(Faulty(box.adapter, ["conflict", "conflict"]))

    def tell(tx: Tx) -> None:
        assert box.data(KEY) == {"n": 1}, "told before it was stored"
        told.append([key for key in tx.writes if key.collection == "notes"])

    store.transaction(box.business, lambda tx: count_up(tx, KEY), once=Once("k"), committed=tell)
    assert told == [[KEY]]
    with pytest.raises(ZeroDivisionError):
        store.transaction(box.business, lambda _: 1 // 0, committed=tell)
    assert len(told) == 1
