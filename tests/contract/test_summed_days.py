"""Sums by day on every store: while records are written and days are summed at once, no figure is wrong."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from datetime import date

from shared.core.clock import business_day
from shared.core.errors import Contended
from shared.insights.daysums.folding import fold
from shared.insights.daysums.reading import day_sums
from shared.insights.plan import Period
from shared.insights.scope import Scope
from shared.store import STALE, Key, Query, Store

DAYS = ("2025-11-30", "2025-12-01", "2025-12-02", "2026-01-05")
PERIOD = Period(start=date(2025, 11, 1), end=date(2026, 1, 31))
WRITERS, EACH = 3, 12


class Shop:
    """A business whose expenses are one cent each, so that their sum is their number."""

    def __init__(self, store: Store) -> None:
        self.store, self.business = store, f"biz_{uuid.uuid4().hex[:12]}"
        self.least = self.most = 0
        self.lock = threading.Lock()

    def write(self, number: int) -> None:
        with self.lock:
            self.most += 1
        day = DAYS[number % len(DAYS)]
        data = {"business_day": day, "category": "fuel", "amount_cents": 1, "currency": "KES"}
        self.store.put(self.business, Key("expenses", f"exp_{number}"), data)
        with self.lock:
            self.least += 1

    def told(self) -> int:
        scope = Scope(self.store, self.business, date.fromisoformat(business_day(self.store.clock.now())))
        return sum(line.cents for line in day_sums(scope).lines("costs", PERIOD))

    def fold(self) -> None:
        with suppress(Contended):
            fold(self.store, self.business, most=12)


def test_what_is_told_is_never_less_than_was_written_nor_more_than_was_begun(store: Store) -> None:
    shop, over = Shop(store), threading.Event()
    shop.write(1_000)
    wrong: list[tuple[int, int, int]] = []

    def look() -> None:
        while not over.is_set():
            with shop.lock:
                least = shop.least
            told = shop.told()
            with shop.lock:
                most = shop.most
            if not least <= told <= most:
                wrong.append((least, told, most))

    def sum_up() -> None:
        while not over.is_set():
            shop.fold()

    def write(first: int) -> None:
        for number in range(first, first + EACH):
            shop.write(number)

    others = [threading.Thread(target=look), *(threading.Thread(target=sum_up) for _ in range(2))]
    writers = [threading.Thread(target=write, args=(EACH * each,)) for each in range(WRITERS)]
    for thread in (*others, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in others:
        thread.join()
    assert wrong == []
    assert shop.told() == WRITERS * EACH + 1
    shop.fold()
    assert store.all(shop.business, Query(STALE, (), "day")) == []
    assert shop.told() == WRITERS * EACH + 1


def test_a_change_of_a_past_day_and_its_marker_are_one_commit(store: Store) -> None:
    shop = Shop(store)
    shop.write(0)
    shop.fold()
    store.update(shop.business, Key("expenses", "exp_0"), {"business_day": "2026-01-20"})
    markers = store.all(shop.business, Query(STALE, (), "day"))
    assert [(doc.data["collection"], doc.data["day"]) for doc in markers] == [
        ("expenses", "2025-11-30"),
        ("expenses", "2026-01-20"),
    ]
    assert shop.told() == 1
    store.delete(shop.business, Key("expenses", "exp_0"))
    assert shop.told() == 0
    shop.fold()
    assert shop.told() == 0
