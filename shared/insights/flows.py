"""Sums of a period, from rollups where they stand and from records where they do not: always the same
figures.

First the marked days of the period are read, then the rollups, then the records of the marked days. A record
that changes meanwhile is told as it was or as it is, never half: its marker is written in its own commit, and
goes only with the sum that counts it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.core.money import KES
from shared.insights.daybook import NAMES, Cells, between, merge, note_all
from shared.insights.facts import Sum
from shared.insights.plan import Period
from shared.insights.records import Scope, records
from shared.insights.rollups import (
    Ranked,
    day_cells,
    day_key,
    days_in,
    month_cells,
    month_key,
    more_key,
    rank,
    read_top,
)
from shared.store import STALE, Doc, Query, Where

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Pieces:
    """What a period is put together from: whole months, single days, and days to be read from records."""

    months: list[Doc] = field(default_factory=list)
    days: list[Doc] = field(default_factory=list)
    gaps: list[Period] = field(default_factory=list)


@dataclass(slots=True)
class Visits:
    """What came from one customer, and the Nairobi days on which it came."""

    sum: Sum = field(default_factory=Sum)
    days: set[str] = field(default_factory=set)


def read(scope: Scope, period: Period, *names: str, currency: str = KES) -> dict[str, Cells]:
    """The cells of some names (daybook.py) over a period, in one currency."""
    stale, months = stale_days(scope, period), months_of(period)
    docs = scope.store.get_many(scope.business, [month_key(month) for month in months])
    found: dict[str, Cells] = {name: {} for name in names}
    gaps: list[Period] = []
    for month, doc in zip(months, docs, strict=True):
        part = _part(period, month)
        if doc is None:
            gaps.append(part)
            continue
        wanted = set(days_of(part))
        gaps += [_one(day) for day in sorted(wanted & stale)]
        for name in names:
            merge(found[name], month_cells(doc.data, name, currency, wanted - stale))
    for gap in joined(gaps):
        _add_records(scope, gap, found, currency)
    return found


def visits(scope: Scope, period: Period, name: str, currency: str = KES) -> dict[str, Visits]:
    """The sums of ``payers`` or ``borrowers`` over a period by their key, with the days that there were
    any."""
    pieces, found = pieces_of(scope, period), dict[str, Visits]()
    for doc in pieces.months:
        for key, cell in doc.data["sums"].get(name, {}).get(currency, {}).items():
            one = found.setdefault(key[1:], Visits())
            one.sum.plus(*cell[:3])
            one.days |= days_in(doc.data["month"], cell[3])
    single = [day_cells(doc.data, name, currency) for doc in pieces.days]
    for gap in pieces.gaps:
        told: dict[str, Cells] = {name: {}}
        _add_records(scope, gap, told, currency)
        single.append(told[name])
    for cells in single:
        _add_visits(found, cells)
    return found


def _add_visits(found: dict[str, Visits], cells: Cells) -> None:
    for (day, key), cell in cells.items():
        one = found.setdefault(key, Visits())
        one.sum.plus(cell.n, cell.cents, cell.mark)
        one.days.add(day)


def largest(
    scope: Scope, period: Period, wanted: int, category: str | None, currency: str = KES
) -> list[Ranked]:
    """The largest expenses of a period, at most ``rollups.LARGEST`` of them."""
    pieces = pieces_of(scope, period)
    lists: list[Iterable[Ranked]] = [
        read_top(doc.data["largest"], currency, category) for doc in (*pieces.months, *pieces.days)
    ]
    for gap in pieces.gaps:
        docs = records(scope, "expenses", gap, ())
        lists.append(
            rank(doc)
            for doc in docs
            if doc.data.get("currency", KES) == currency and category in (None, doc.data["category"])
        )
    return heapq.nsmallest(wanted, (one for ranks in lists for one in ranks))


def pieces_of(scope: Scope, period: Period) -> Pieces:
    """How a period is best put together for sums that months do not keep by day."""
    stale, months, pieces = stale_days(scope, period), months_of(period), Pieces()
    docs = scope.store.get_many(scope.business, [more_key(month) for month in months])
    for month, doc in zip(months, docs, strict=True):
        part = _part(period, month)
        first, last = part.start.isoformat(), part.end.isoformat()
        marked = sorted(day for day in stale if first <= day <= last)
        if doc is None:
            pieces.gaps.append(part)
        elif not marked and first <= (doc.data["first"] or first) and doc.data["last"] <= last:
            pieces.months.append(doc)
        else:
            pieces.gaps += [_one(day) for day in marked]
            wanted = [day for day in days_of(part) if day not in stale]
            found = scope.store.get_many(scope.business, [day_key(day) for day in wanted])
            pieces.days += [one for one in found if one is not None]
    pieces.gaps = joined(pieces.gaps)
    return pieces


def stale_days(scope: Scope, period: Period) -> set[str]:
    """The days of a period of which a record changed since they were summed: one read for each of them."""
    found: set[str] = set()
    last, after = period.end.isoformat(), (period.start - _DAY).isoformat()
    while True:
        where = (Where("day", ">", after), Where("day", "<=", last))
        page = scope.store.query(scope.business, Query(STALE, where, "day", 1))
        if not page.docs:
            return found
        after = page.docs[0].data["day"]
        found.add(after)


def _add_records(scope: Scope, gap: Period, found: dict[str, Cells], currency: str) -> None:
    for collection, of in NAMES.items():
        wanted = [name for name in of if name in found]
        if not wanted:
            continue
        book = note_all(collection, records(scope, collection, gap, wanted))
        for name in wanted:
            cells = book.get((name, currency), {})
            merge(found[name], between(cells, gap.start.isoformat(), gap.end.isoformat()))


def months_of(period: Period) -> list[str]:
    """The months that a period touches."""
    first = period.start.year * 12 + period.start.month - 1
    last = period.end.year * 12 + period.end.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1)]


def part_of(month: str) -> Period:
    """The days of a month."""
    start = date.fromisoformat(f"{month}-01")
    return Period(start=start, end=(start.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY)


def _part(period: Period, month: str) -> Period:
    whole = part_of(month)
    return Period(start=max(period.start, whole.start), end=min(period.end, whole.end))


def _one(day: str) -> Period:
    at = date.fromisoformat(day)
    return Period(start=at, end=at)


def days_of(period: Period) -> list[str]:
    """Every day of a period."""
    return [(period.start + timedelta(days=at)).isoformat() for at in range(period.days)]


def joined(gaps: list[Period]) -> list[Period]:
    """Periods in order, those that touch made one."""
    whole: list[Period] = []
    for gap in gaps:
        if whole and gap.start <= whole[-1].end + _DAY:
            whole[-1] = Period(start=whole[-1].start, end=gap.end)
        else:
            whole.append(gap)
    return whole
