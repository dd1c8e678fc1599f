"""Alerts on every store: learnt, raised and told in one commit, once, whoever comes twice or at once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from shared.alerts import Move
from shared.alerts.feedback import say
from shared.alerts.observing import observe, seen_once
from shared.alerts.places import BUSINESS, business_key, party_key
from shared.bus import Outbox
from shared.core.clock import rfc3339
from shared.store import Query, Store, Where
from tests.support.bus import RecordingBus


class Shop:
    """A business of its own."""

    def __init__(self, store: Store) -> None:
        self.store, self.business, self.bus = store, f"biz_{uuid.uuid4().hex[:12]}", RecordingBus()
        self.outbox = Outbox(store, self.bus)
        self.now_ms = int(store.clock.now().timestamp() * 1000)

    def move(self, name: str, minutes_ago: int, cents: int = 432_100) -> Move:
        at = self.now_ms - minutes_ago * 60_000
        return Move(f"transactions/{name}", "out", "till 1", "Till", cents, at, "mpesa")

    def look(self, move: Move) -> str:
        return self.outbox.run(self.business, partial(observe, move=move), once=seen_once(move.subject))


def test_a_pair_is_raised_once_with_its_event(store: Store) -> None:
    shop = Shop(store)
    first, second = shop.move("a", 30), shop.move("b", 25)
    assert shop.look(first) == ""
    raised = shop.look(second)
    assert shop.look(second) == raised
    assert [event["data"]["alert_id"] for event in shop.bus.events] == [raised]
    known = store.require(shop.business, party_key("out", "till 1")).data
    assert (known["count"], len(known["recent"])) == (2, 2)
    whole = store.require(shop.business, business_key("out")).data["months"]
    assert sum(month["count"] for month in whole.values()) == 2


def test_many_at_once_are_all_learnt(store: Store) -> None:
    shop = Shop(store)
    moves = [shop.move(f"m{n}", 2000 + 200 * n, 100_000 + 777 * n) for n in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(shop.look, [*moves, *moves]))
    known = store.require(shop.business, party_key("out", "till 1")).data
    assert (known["count"], len(known["recent"])) == (6, 6)


def test_the_lists_that_people_ask_for_are_indexed(store: Store) -> None:
    shop = Shop(store)
    shop.look(shop.move("a", 30))
    raised = shop.look(shop.move("b", 25))
    state, kind = Where("state", "==", "open"), Where("detector", "==", "duplicate_payment")
    since = Where("raised_at", ">=", rfc3339(store.clock.now().replace(hour=0, minute=0)))
    for where in ((), (state,), (kind,), (state, kind), (state, kind, since)):
        found = store.query(shop.business, Query("alerts", where, "-raised_at")).docs
        assert [doc.id for doc in found] == [raised]
    store.transaction(shop.business, lambda tx: say(tx, raised, "not_a_problem", note="", actor="usr_1").id)
    assert store.query(shop.business, Query("alerts", (state, kind), "-raised_at")).docs == []
    assert BUSINESS not in {
        doc.data["party"] for doc in store.all(shop.business, Query("alerts", (), "raised_at"))
    }
