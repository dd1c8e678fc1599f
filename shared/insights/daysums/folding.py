"""Summing days: those that are over, those of which a record changed since, and books older than sums.

A fold reads the markers of a month, then the records of its marked days, then writes the sums and removes the
markers in one commit. A record that changes after it was read leaves a marker that this fold has not seen and
so does not remove. Two folds at once are one fold, and one that finds the month changed and gives up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from shared.core import logs
from shared.core.clock import business_day, day_of
from shared.core.errors import TooLarge
from shared.insights.daysums.counting import NAMES, Book, counted
from shared.insights.daysums.documents import (
    STATE,
    day_key,
    month_key,
    write_day,
    write_month,
)
from shared.insights.daysums.records import month_days, months_of, records, spans
from shared.insights.plan import Period
from shared.insights.scope import Scope, days_of
from shared.ports import Tended
from shared.store import STALE, Data, Doc, Query, Store, Tx, Where

GRACE = timedelta(hours=3)
"""How long after midnight a day is summed: no commit that began on it is still on its way, and no machine's
clock is so wrong."""
MOST_MARKERS = 300
"""Removed by one commit, which writes a month's days beside them."""
MOST_MONTHS = 4
"""Months summed for one business in one round."""
EVERY_MINUTES = 15
_EARLIEST = "2000"


class _Overtaken(Exception):
    """Another fold was first."""


@dataclass(frozen=True, slots=True)
class _Fold:
    """A month to be summed: what stands, which markers were seen, and which days are counted anew."""

    month: str
    until: str
    before: Doc | None
    markers: list[Doc]
    days: dict[str, set[str]]
    """Of each collection."""


def fold_when_due(ports: Tended, business: str) -> int:
    """What the timer does four times an hour; returns how many months were summed."""
    if ports.clock.now().minute % EVERY_MINUTES != 10:
        return 0
    return fold(ports.store, business)


def fold(store: Store, business: str, most: int = MOST_MONTHS) -> int:
    """Sum months with marked days, then days that are over, the oldest first; at most so many months.

    A month whose sums are too large for a document stays without: it is read from its records.
    """
    now = store.clock.now()
    scope = Scope(store, business, date.fromisoformat(business_day(now)))
    over = _last_over(now)
    done, after = 0, ""
    while done < most and (month := _marked_month(scope, after, over)):
        done += _tried(scope, month, over)
        after = f"{month}-99"
    return done + _go_on(scope, most - done, over)


def _last_over(now: datetime) -> str:
    """The last day that is safely over."""
    return (date.fromisoformat(business_day(now - GRACE)) - timedelta(days=1)).isoformat()


def _marked_month(scope: Scope, after: str, over: str) -> str:
    where = (Where("day", ">", after), Where("day", "<=", over))
    found = scope.store.query(scope.business, Query(STALE, where, "day", 1)).docs
    return found[0].data["day"][:7] if found else ""


def _tried(scope: Scope, month: str, over: str) -> bool:
    """Whether there is nothing more to do for a month now."""
    try:
        fold_month(scope, month, over)
    except _Overtaken:
        return False  # the next round does what is left
    except TooLarge as error:
        logs.warn(
            "a month is too large to be summed", business=scope.business, month=month, why=error.message
        )
    return True


def fold_month(scope: Scope, month: str, over: str) -> None:
    """Sum the days of a month anew that need it, up to ``over``.

    Raises TooLarge, and _Overtaken when somebody else has summed the month meanwhile.
    """
    task = _planned(scope, month, over)
    if not any(task.days.values()) and task.before is not None:
        return
    kept = scope.store.get_many(scope.business, [day_key(day) for day in days_of(month_days(month))])
    told = {doc.id: doc.data for doc in kept if doc is not None}
    fresh = _summed(scope, task, told)
    now, later = task.markers[:MOST_MARKERS], task.markers[MOST_MARKERS:]
    scope.store.transaction(scope.business, partial(_write, task=task, markers=now, told=told, fresh=fresh))
    for start in range(0, len(later), MOST_MARKERS):
        some = later[start : start + MOST_MARKERS]
        scope.store.transaction(scope.business, partial(_remove, markers=some))


def _planned(scope: Scope, month: str, over: str) -> _Fold:
    before = scope.store.get(scope.business, month_key(month))
    where = (Where("day", ">=", f"{month}-01"), Where("day", "<=", f"{month}-31"))
    markers = scope.store.all(scope.business, Query(STALE, where, "day"))
    whole = month_days(month)
    until = min(whole.end.isoformat(), over)
    counted_until = before.data["until"] if before else ""
    days = {
        collection: {day for day in days_of(whole) if counted_until < day <= until} for collection in NAMES
    }
    for marker in markers:
        if marker.data["day"] <= until:
            days[marker.data["collection"]].add(marker.data["day"])
    seen = [marker for marker in markers if marker.data["day"] <= until]
    return _Fold(month, max(until, counted_until), before, seen, days)


def _summed(scope: Scope, task: _Fold, told: dict[str, Data]) -> dict[str, Data]:
    """The documents of the days that are counted anew."""
    books: dict[str, dict[str, Book]] = {collection: {} for collection in NAMES}
    for collection, days in task.days.items():
        for span in spans(days):
            books[collection].update(counted(collection, records(scope, collection, span)))
    fresh: dict[str, Data] = {}
    for day in sorted({day for days in task.days.values() for day in days}):
        mine = {name: books[name].get(day, {}) for name in NAMES if day in task.days[name]}
        data = write_day(day, told.get(day), mine)
        if data["sums"] or day in told:
            fresh[day] = data
    return fresh


def _write(tx: Tx, *, task: _Fold, markers: list[Doc], told: dict[str, Data], fresh: dict[str, Data]) -> None:
    now = tx.get(month_key(task.month))
    if (now.etag if now else "") != (task.before.etag if task.before else ""):
        raise _Overtaken
    for day, data in fresh.items():
        tx.set(day_key(day), data)
    every = told | fresh
    parts = write_month(task.month, task.until, [every[day] for day in sorted(every)])
    for part, data in parts.items():
        tx.put(month_key(task.month, part), data)
    _remove(tx, markers=markers)


def _remove(tx: Tx, *, markers: list[Doc]) -> None:
    for marker in markers:
        tx.delete(marker.key)


def _go_on(scope: Scope, most: int, over: str) -> int:
    """Sum the days that are over since the last round; books older than sums from their first month on."""
    state = scope.store.get(scope.business, STATE)
    if most <= 0 or (state is not None and state.data["until"] >= over):
        return 0
    since = _oldest(scope)
    if not since or since > over:
        return 0
    first = _next(state.data["until"]) if state is not None else since
    months = months_of(Period(start=date.fromisoformat(first), end=date.fromisoformat(over)))[:most]
    done = 0
    for month in months:
        if not _tried(scope, month, over):
            break
        done += 1
    if done:
        until = min(month_days(months[done - 1]).end.isoformat(), over)
        scope.store.put(scope.business, STATE, {"until": until})
    return done


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _oldest(scope: Scope) -> str:
    """The day of the oldest record, "" when there is none."""
    found = []
    for collection, order in scope.store.schema.tracked.items():
        query = Query(collection, (Where(order, ">=", _EARLIEST),), order, 1)
        found += [day_of(doc.data[order]) for doc in scope.store.query(scope.business, query).docs]
    return min(filter(None, found), default="")
