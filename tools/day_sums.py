"""Sums by day held against the records they are of (``python -m tools.admin sums``): for whoever doubts them.

A version before sums by day leaves no markers: what it changed of past days while traffic moved to a newer
one is found here, marked, and summed anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.core.clock import business_day
from shared.insights.daysums.counting import NAMES, Book, counted
from shared.insights.daysums.documents import PARTS, STATE, day_key, month_key, write_day, write_month
from shared.insights.daysums.records import month_days, months_of, records
from shared.insights.plan import Period
from shared.insights.scope import Scope, days_of
from shared.store import STALE, Data, Key, Query, Store


def wrong_days(store: Store, business: str) -> Iterator[str]:
    """Days whose kept sums are not what their records come to; marked days wait for the timer and are passed
    over."""
    scope = Scope(store, business, date.fromisoformat(business_day(store.clock.now())))
    marked = {doc.data["day"] for doc in store.all(business, Query(STALE, (), "day"))}
    for month in _months(scope):
        yield from (day for day in _wrong_in(scope, month) if day not in marked)


def mark(store: Store, business: str, days: list[str]) -> None:
    """Have the timer sum days anew."""
    for day in days:
        for collection in NAMES:
            marker: Data = {"collection": collection, "day": day}
            store.put(business, Key(STALE, store.new_id("day")), marker)


def _months(scope: Scope) -> list[str]:
    """Every month that can have been summed."""
    state = scope.store.get(scope.business, STATE)
    if state is None:
        return []
    first = date(2000, 1, 1)
    return months_of(Period(start=first, end=date.fromisoformat(state.data["until"])))


def _wrong_in(scope: Scope, month: str) -> list[str]:
    kept = scope.store.get(scope.business, month_key(month))
    if kept is None:
        return []
    until: str = kept.data["until"]
    whole = month_days(month)
    period = Period(start=whole.start, end=min(whole.end, date.fromisoformat(until)))
    true = _days(scope, period)
    found = scope.store.get_many(scope.business, [day_key(day) for day in true])
    stands = {doc.id: doc.data for doc in found if doc is not None}
    empty: Data = {"sums": {}, "largest": {}}
    wrong = [day for day, data in true.items() if stands.get(day, {**empty, "day": day}) != data]
    parts = write_month(month, until, [true[day] for day in sorted(true)])
    docs = scope.store.get_many(scope.business, [month_key(month, part) for part in PARTS])
    same = all(doc is not None and doc.data == parts[part] for part, doc in zip(PARTS, docs, strict=True))
    return wrong if wrong or same else list(true)


def _days(scope: Scope, period: Period) -> dict[str, Data]:
    """What the documents of some days should say."""
    books: dict[str, dict[str, Book]] = {name: counted(name, records(scope, name, period)) for name in NAMES}
    return {
        day: write_day(day, None, {name: of.get(day, {}) for name, of in books.items()})
        for day in days_of(period)
    }
