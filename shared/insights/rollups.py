"""Rollups of what the books' records come to, day by day, so that an answer need not read every record.

``insight_months/{yyyy-mm}`` holds the sums of a month by name, currency, key and day (daybook.py says what
they are), ``insight_months/{yyyy-mm}-more`` those with a key for every customer, by month alone, and the
largest expenses. ``insight_days/{yyyy-mm-dd}`` holds one day with everything. Whoever writes a payment,
expense, invoice or try to collect leaves a marker of its day in the same commit (shared/store); the sweep
sums marked days anew and removes the markers (folding.py). A month without a document, and a day with a
marker, is read from its records.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from shared.insights.daybook import PER_CUSTOMER, Book, Cells
from shared.insights.facts import Sum
from shared.store import Data, Doc, Key

DAYS, MONTHS = "insight_days", "insight_months"
LARGEST = 50
"""Expenses kept of each category, the largest: as many as a question can ask for."""
Ranked = tuple[int, str, str]
"""An expense in the order of ``largest``: negative cents, day, id."""
Top = dict[tuple[str, str], list[Ranked]]
"""The largest expenses by currency and category."""


def day_key(day: str) -> Key:
    """Where a day's sums are."""
    return Key(DAYS, day)


def month_key(month: str) -> Key:
    """Where a month's sums by day are."""
    return Key(MONTHS, month)


def more_key(month: str) -> Key:
    """Where a month's sums by customer are, and its largest expenses."""
    return Key(MONTHS, f"{month}-more")


def rank(doc: Doc) -> Ranked:
    """Where an expense stands among the largest: equal amounts by the earlier day, then by id."""
    return -int(doc.data["amount_cents"]), doc.data["business_day"], doc.id


def top_of(expenses: Iterable[Doc]) -> Top:
    """The largest expenses of each currency and category."""
    found: Top = {}
    for doc in expenses:
        found.setdefault((doc.data["currency"], doc.data["category"]), []).append(rank(doc))
    return {place: heapq.nsmallest(LARGEST, ranks) for place, ranks in found.items()}


def write_day(day: str, book: Book, top: Top) -> Data:
    """A day's document."""
    sums: Data = {}
    for (name, currency), cells in book.items():
        into = sums.setdefault(name, {}).setdefault(currency, {})
        for (at, key), one in cells.items():
            if at == day:
                into[f":{key}"] = [one.n, one.cents, one.mark]
    return {"day": day, "month": day[:7], "sums": sums, "largest": write_top(top)}


def write_top(top: Top) -> Data:
    """Ranked expenses as stored: parallel lists, because a list may not hold a list."""
    told: Data = {}
    for (currency, category), ranks in top.items():
        kept = heapq.nsmallest(LARGEST, ranks)
        told.setdefault(currency, {})[f":{category}"] = {
            "cents": [-cents for cents, _, _ in kept],
            "days": [day for _, day, _ in kept],
            "ids": [id_ for _, _, id_ in kept],
        }
    return told


def read_top(told: Data, currency: str, category: str | None) -> Iterator[Ranked]:
    """The ranked expenses of a document, of one category or all."""
    for key, of in told.get(currency, {}).items():
        if category is None or key == f":{category}":
            yield from zip((-cents for cents in of["cents"]), of["days"], of["ids"], strict=True)


def write_month(month: str, days: Iterable[Data]) -> tuple[Data, Data]:
    """A month's two documents from those of its days."""
    sums: Data = {}
    more: Data = {}
    top: Top = {}
    seen: list[str] = []
    for told in days:
        seen.append(told["day"])
        for name, currency, key, cell in _cells(told["sums"]):
            if name in PER_CUSTOMER:
                _add(more.setdefault(name, {}).setdefault(currency, {}), key, cell, told["day"])
            else:
                sums.setdefault(name, {}).setdefault(currency, {}).setdefault(key, {})[told["day"]] = cell
        for currency, categories in told["largest"].items():
            for key in categories:
                ranks = top.setdefault((currency, key[1:]), [])
                ranks += read_top(told["largest"], currency, key[1:])
    span = {"month": month, "first": min(seen, default=""), "last": max(seen, default="")}
    return {**span, "sums": sums}, {**span, "sums": more, "largest": write_top(top)}


def _cells(sums: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[int]]]:
    for name, currencies in sums.items():
        for currency, keys in currencies.items():
            for key, cell in keys.items():
                yield name, currency, key, cell


def _add(into: dict[str, list[int]], key: str, cell: list[int], day: str) -> None:
    """Add a day's cell to a month's, which also tells on which days of the month there was any."""
    before = into.get(key, [0, 0, 0, 0])
    whole = Sum(*before[:3])
    whole.plus(*cell)
    into[key] = [whole.n, whole.cents, whole.mark, before[3] | 1 << int(day[8:])]


def month_cells(told: Data, name: str, currency: str, days: Container[str]) -> Cells:
    """The cells of a month's document for some of its days."""
    keys = told["sums"].get(name, {}).get(currency, {})
    return {
        (day, key[1:]): Sum(*cell)
        for key, by_day in keys.items()
        for day, cell in by_day.items()
        if day in days
    }


def day_cells(told: Data, name: str, currency: str) -> Cells:
    """The cells of a day's document."""
    keys = told["sums"].get(name, {}).get(currency, {})
    return {(told["day"], key[1:]): Sum(*cell) for key, cell in keys.items()}


def days_in(month: str, bits: int) -> set[str]:
    """The days of a month that a customer's bits name."""
    return {f"{month}-{day:02d}" for day in range(1, 32) if bits >> day & 1}
