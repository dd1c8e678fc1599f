"""Sums of a period, from those that are kept and from records where none is: always the same figures.

A day is read from its records when it is marked (shared/store/stale.py), when its month was never summed, and
while it is younger than the month's sums. Markers are read first: a record that changes meanwhile is told as
it was or as it is, because its marker goes only in the commit that holds the sum which counts it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.core.money import KES
from shared.insights.daysums.counting import COLLECTION, NAMES, Book, Ranked, counted
from shared.insights.daysums.documents import (
    day_key,
    days_in,
    month_key,
    part_of,
    read_top,
)
from shared.insights.daysums.records import month_days, months_of, records, spans
from shared.insights.facts import Sum
from shared.insights.plan import Period
from shared.insights.scope import Scope, days_of
from shared.store import STALE, Data, Doc, Key, Query, Where

MARKERS = 200


class Line(NamedTuple):
    """What counts on one day under one key; ``first`` is the first of its records."""

    day: str
    key: str
    n: int
    cents: int
    mark: int
    first: str


@dataclass(slots=True)
class Visits:
    """What came from one customer through one provider, and the Nairobi days on which it came."""

    sum: Sum = field(default_factory=Sum)
    _months: list[tuple[str, int]] = field(default_factory=list)
    _days: set[str] = field(default_factory=set)

    @property
    def days(self) -> set[str]:
        """The days, sets of bits opened."""
        return self._days.union(*(days_in(month, bits) for month, bits in self._months))

    def month(self, month: str, one: Sum, bits: int) -> None:
        """Count what came in a month, on the days that bits name."""
        self.sum.plus(one)
        self._months.append((month, bits))

    def day(self, day: str, one: Sum) -> None:
        """Count what came on a day."""
        self.sum.plus(one)
        self._days.add(day)

    def plus(self, other: Visits) -> None:
        """Count other visits too."""
        self.sum.plus(other.sum)
        self._months += other._months
        self._days |= other._days


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a period is put together from where months do not keep days apart."""

    months: list[Data]
    days: list[Data]
    missing: list[str]


class DaySums:
    """The sums that one answer looks at; each document and record is read once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._docs: dict[Key, Doc | None] = {}
        self._books: dict[str, dict[str, Book]] = {collection: {} for collection in NAMES}
        self._marked: dict[str, set[str]] | None = None

    def lines(self, name: str, period: Period, currency: str = KES) -> list[Line]:
        """What counts under a name (counting.py) over a period, by day, then by key."""
        collection = COLLECTION[name]
        missing = set(self._missing(collection, period))
        found: list[Line] = []
        first, last = period.start.isoformat(), period.end.isoformat()
        for told in self._read([month_key(month, part_of(name)) for month in months_of(period)]):
            for key, by_day in told["sums"].get(name, {}).get(currency, {}).items():
                for day, cell in by_day.items():
                    if first <= day <= last and day not in missing:
                        found.append(Line(day, key[1:], *cell))
        for day, book in self._counted(collection, missing):
            for key, one in book.get((name, currency), {}).items():
                found.append(Line(day, key, one.sum.n, one.sum.cents, one.sum.mark, one.ids[0]))
        found.sort()
        return found

    def currencies(self, name: str, period: Period) -> list[str]:
        """Currencies other than shillings in which anything counts under a name over a period."""
        missing, found = set(self._missing(COLLECTION[name], period)), set[str]()
        first, last = period.start.isoformat(), period.end.isoformat()
        for told in self._read([month_key(month, part_of(name)) for month in months_of(period)]):
            for currency, keys in told["sums"].get(name, {}).items():
                days = (day for by_day in keys.values() for day in by_day)
                if currency != KES and any(first <= day <= last and day not in missing for day in days):
                    found.add(currency)
        for _, book in self._counted(COLLECTION[name], missing):
            found |= {currency for under, currency in book if under == name and currency != KES}
        return sorted(found)

    def visits(self, name: str, period: Period, currency: str = KES) -> dict[str, Visits]:
        """The sums of a name with a key for every customer, by key, with the days that had any."""
        parts, found = self._parts(COLLECTION[name], part_of(name), period), dict[str, Visits]()
        for told in parts.months:
            for key, (n, cents, mark, bits) in told["sums"].get(name, {}).get(currency, {}).items():
                found.setdefault(key[1:], Visits()).month(told["month"], Sum(n, cents, mark), bits)
        for told in parts.days:
            for key, cell in told["sums"].get(name, {}).get(currency, {}).items():
                one = Sum(cell["n"], cell["cents"], cell["mark"])
                found.setdefault(key[1:], Visits()).day(told["day"], one)
        for day, book in self._counted(COLLECTION[name], parts.missing):
            for key, fresh in book.get((name, currency), {}).items():
                found.setdefault(key, Visits()).day(day, fresh.sum)
        return found

    def largest(
        self, name: str, period: Period, wanted: int, keep: Callable[[str], bool], currency: str = KES
    ) -> list[Ranked]:
        """The largest records under a name and the keys that pass, at most ``documents.LARGEST`` of them."""
        parts = self._parts(COLLECTION[name], part_of(name, ranked=True), period)
        lists: list[Iterable[Ranked]] = []
        for told in (*parts.months, *parts.days):
            lists += [ranks for key, ranks in read_top(told, name, currency) if keep(key)]
        for _, book in self._counted(COLLECTION[name], parts.missing):
            lists += [cell.ranks for key, cell in book.get((name, currency), {}).items() if keep(key)]
        return heapq.nsmallest(wanted, (one for ranks in lists for one in ranks))

    def ids(self, name: str, lines: Iterable[Line], most: int, currency: str = KES) -> list[str]:
        """Records behind some lines: all of them up to ``most``; of more than that the first of each line,
        and the others of the first days where lines are few.
        """
        wanted = list(lines)
        enough = min(most, sum(line.n for line in wanted))
        opened, room = set[Line](), enough - len(wanted)
        for line in wanted:
            if line.n > 1 and room > 0:
                opened.add(line)
                room -= line.n - 1
        told = self._listed(name, currency, opened) if opened else {}
        return [id_ for line in wanted for id_ in told.get(line, (line.first,))][:enough]

    def _listed(self, name: str, currency: str, opened: set[Line]) -> dict[Line, list[str]]:
        """The records of some lines, as their days tell them."""
        collection, days = COLLECTION[name], {line.day for line in opened}
        missing = {day for span in spans(days) for day in self._missing(collection, span)}
        kept = {told["day"]: told for told in self._read([day_key(day) for day in sorted(days - missing)])}
        fresh = dict(self._counted(collection, missing))
        found: dict[Line, list[str]] = {}
        for line in opened:
            if line.day in fresh:
                found[line] = fresh[line.day][name, currency][line.key].ids
            else:
                cells = kept.get(line.day, {"sums": {}})["sums"].get(name, {}).get(currency, {})
                found[line] = cells.get(f":{line.key}", {"ids": [line.first]})["ids"]
        return found

    def _parts(self, collection: str, part: str, period: Period) -> _Parts:
        """Whole months where they stand, else days."""
        parts = _Parts([], [], self._missing(collection, period))
        missing, singles = set(parts.missing), list[str]()
        months = months_of(period)
        self._fetch([month_key(month, part) for month in months])
        for month in months:
            doc = self._docs[month_key(month, part)]
            if doc is None:
                continue
            every = list(days_of(month_days(month)))
            first, last = _within(month, period)
            until = doc.data["until"]
            if first == every[0] and last >= until and not any(every[0] <= day <= until for day in missing):
                parts.months.append(doc.data)
            else:
                singles += [day for day in every if first <= day <= min(last, until) and day not in missing]
        parts.days.extend(self._read([day_key(day) for day in singles]))
        return parts

    def _missing(self, collection: str, period: Period) -> list[str]:
        """The days of a period that no sum counts, or none that still holds."""
        marked, found = self._stale()[collection], list[str]()
        months = months_of(period)
        self._fetch([month_key(month) for month in months])
        for month in months:
            doc = self._docs[month_key(month)]
            first, last = _within(month, period)
            until = doc.data["until"] if doc else ""
            if last > until:
                found += [day for day in days_of(month_days(month)) if first <= day <= last and day > until]
            found += [day for day in marked if first <= day <= min(last, until)]
        return sorted(found)

    def _stale(self) -> dict[str, set[str]]:
        """The marked days by collection; of many markers of one day only the first are read."""
        if self._marked is None:
            self._marked = {collection: set() for collection in NAMES}
            where: tuple[Where, ...] = ()
            while True:
                docs = self._scope.store.query(self._scope.business, Query(STALE, where, "day", MARKERS)).docs
                for doc in docs:
                    self._marked[doc.data["collection"]].add(doc.data["day"])
                if len(docs) < MARKERS:
                    break
                last = docs[-1].data["day"]
                for marked in self._marked.values():
                    marked.add(last)
                where = (Where("day", ">", last),)
        return self._marked

    def _counted(self, collection: str, days: Iterable[str]) -> Iterator[tuple[str, Book]]:
        """The books of days that are read from their records."""
        wanted = sorted(days)
        books = self._books[collection]
        for span in spans(day for day in wanted if day not in books):
            found = counted(collection, records(self._scope, collection, span))
            books.update((day, found.get(day, {})) for day in days_of(span))
        return ((day, books[day]) for day in wanted)

    def _fetch(self, keys: list[Key]) -> None:
        unknown = [key for key in keys if key not in self._docs]
        if unknown:
            docs = self._scope.store.get_many(self._scope.business, unknown)
            self._docs.update(zip(unknown, docs, strict=True))

    def _read(self, keys: list[Key]) -> list[Data]:
        self._fetch(keys)
        return [doc.data for key in keys if (doc := self._docs[key]) is not None]


def day_sums(scope: Scope) -> DaySums:
    """The sums that belong to an answer."""
    found: Any = scope.memo.get("day_sums")
    if found is None:
        found = scope.memo["day_sums"] = DaySums(scope)
    sums: DaySums = found
    return sums


def _within(month: str, period: Period) -> tuple[str, str]:
    """The first and last day of a period that are of a month."""
    whole = month_days(month)
    return max(whole.start, period.start).isoformat(), min(whole.end, period.end).isoformat()
