"""Summing days anew: what the sweep does with the markers that writers of records leave (rollups.py).

A fold reads the markers of a month, then the records of the marked days, then writes the sums and removes the
markers in one commit that verifies both the markers and the month: a record that changed after it was read
has a newer marker, and two folds at once are one fold and one that begins anew.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from shared.core import logs
from shared.core.clock import EAT
from shared.core.errors import TooLarge
from shared.insights.daybook import NAMES, Book, note_all
from shared.insights.flows import days_of, months_of, part_of
from shared.insights.plan import Period
from shared.insights.records import Scope, records
from shared.insights.rollups import day_key, month_key, more_key, top_of, write_day, write_month
from shared.ports import Tended
from shared.store import STALE, Data, Doc, Key, Query, Store, Tx, Where

MOST_MARKERS = 300
"""Removed by one commit: with a month's days and its two documents it stays under 500 writes."""
MOST_FOLDS = 12
"""Months folded for one business in one round of the timer."""
EVERY_MINUTES = 5
STATE = Key("insight_months", "adopted")
"""Until which month books that are older than rollups were summed."""
_FIRST_OF = {
    "payments": "paid_at",
    "expenses": "business_day",
    "attempts": "created_on",
    "invoices": "issued_on",
}


class _Overtaken(Exception):
    """Somebody changed a record, or folded the month, meanwhile."""


def fold_when_due(ports: Tended, business: str) -> int:
    """What the timer does, at the minutes that are for it; returns how many months were summed."""
    if ports.clock.now().minute % EVERY_MINUTES:
        return 0
    return fold(ports.store, business)


def fold(store: Store, business: str, most: int = MOST_FOLDS) -> int:
    """Sum what is marked, the oldest month first, and then months that never were; at most so many months.

    A month whose sums are too large for a document stays without: it is read from its records.
    """
    today = store.clock.now().astimezone(EAT).date()
    scope = Scope(store, business, today)
    done, after = 0, ""
    while done < most and (month := _marked_month(scope, after)):
        done += _tried(scope, month)
        after = f"{month}-99"
    return done + _adopt(scope, most - done)


def _marked_month(scope: Scope, after: str) -> str:
    where = (Where("day", ">", after),)
    found = scope.store.query(scope.business, Query(STALE, where, "day", 1)).docs
    return found[0].data["day"][:7] if found else ""


def _tried(scope: Scope, month: str) -> int:
    try:
        fold_month(scope, month)
    except _Overtaken:
        return 0  # the next round does it
    except TooLarge as error:
        logs.warn(
            "a month is too large to be summed", business=scope.business, month=month, why=error.message
        )
        return 0
    return 1


def fold_month(scope: Scope, month: str) -> None:
    """Sum the marked days of a month anew; a month without sums is summed whole.

    Raises _Overtaken when a record or the month changed meanwhile, TooLarge.
    """
    before = scope.store.get(scope.business, month_key(month))
    where = (Where("day", ">=", f"{month}-01"), Where("day", "<=", f"{month}-31"))
    marks = scope.store.all(scope.business, Query(STALE, where, "day"))
    every = days_of(part_of(month))
    days = every if before is None else sorted({mark.data["day"] for mark in marks})
    told = {day: _summed(scope, day) for day in days}
    first, rest = marks[:MOST_MARKERS], marks[MOST_MARKERS:]
    scope.store.transaction(scope.business, lambda tx: _write(tx, month, before, first, told))
    for start in range(0, len(rest), MOST_MARKERS):
        some = rest[start : start + MOST_MARKERS]
        scope.store.transaction(scope.business, partial(_remove, marks=some))


def _summed(scope: Scope, day: str) -> Data:
    """The document of a day, from its records."""
    at = date.fromisoformat(day)
    whole, book = Period(start=at, end=at), Book()
    for collection, names in NAMES.items():
        book |= note_all(collection, records(scope, collection, whole, names))
    return write_day(day, book, top_of(records(scope, "expenses", whole, ())))


def _remove(tx: Tx, *, marks: list[Doc]) -> None:
    """Remove further markers whose records were counted; one that was renewed stays."""
    for mark, now in zip(marks, tx.get_many([mark.key for mark in marks]), strict=True):
        if now is not None and now.etag == mark.etag:
            tx.delete(mark.key)


def _write(tx: Tx, month: str, before: Doc | None, marks: list[Doc], told: dict[str, Data]) -> None:
    now = tx.get_many([month_key(month), *(mark.key for mark in marks)])
    if [_etag(doc) for doc in now] != [_etag(doc) for doc in (before, *marks)]:
        raise _Overtaken
    every = days_of(part_of(month))
    kept = {doc.id: doc.data for doc in tx.get_many([day_key(day) for day in every]) if doc is not None}
    for day, data in told.items():
        if data["sums"] or day in kept:
            kept[day] = data
            tx.put(day_key(day), data)
    sums, more = write_month(month, [kept[day] for day in every if day in kept and kept[day]["sums"]])
    tx.put(month_key(month), sums)
    tx.put(more_key(month), more)
    for mark in marks:
        tx.delete(mark.key)


def _etag(doc: Doc | None) -> str:
    return doc.etag if doc is not None else ""


def _adopt(scope: Scope, most: int) -> int:
    """Sum months of books that were kept before there were rollups, the oldest first."""
    state = scope.store.get(scope.business, STATE)
    now = scope.today.isoformat()[:7]
    if most <= 0 or (state is not None and state.data["until"] >= now):
        return 0
    first = state.data["until"] if state is not None else _oldest(scope)
    if not first:
        return 0
    months = months_of(Period(start=date.fromisoformat(f"{first}-01"), end=scope.today))[:most]
    found = scope.store.get_many(scope.business, [month_key(month) for month in months])
    done = sum(_tried(scope, month) for month, doc in zip(months, found, strict=True) if doc is None)
    scope.store.put(scope.business, STATE, {"until": months[-1]})
    return done


def _oldest(scope: Scope) -> str:
    """The month of the oldest record of any kind, "" when there is none."""
    found = []
    for collection, order in _FIRST_OF.items():
        since = (Where(order, ">", "2"),)  # drafts have no day
        docs = scope.store.query(scope.business, Query(collection, since, order, 1)).docs
        found += [docs[0].data[order][:7] for _ in docs[:1]]
    return min(found, default="")
