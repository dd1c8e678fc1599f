"""How sums are stored: a document a day with everything, and three a month.

``insight_days/{yyyy-mm-dd}``: ``sums`` by name, currency and key, each ``{n, cents, mark, ids}``, and the
largest records of some names. ``insight_months/{yyyy-mm}``: by name, currency, key and day
``[n, cents, mark, first id]``. Beside it ``{yyyy-mm}-more`` for names with a key for every customer, of the
month as a whole with the days that had any as bits, and the largest expenses; and ``{yyyy-mm}-waiting`` for
money without a purpose, because of that all months are read. ``until`` is the last day that they count.
Keys have a colon before them, because a field's name is never empty.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.insights.daysums.counting import COLLECTION, PER_CUSTOMER, RANKED, Book, Cell, Ranked
from shared.insights.facts import Sum
from shared.store import Data, Key

DAYS, MONTHS = "insight_days", "insight_months"
PARTS = ("", "-more", "-waiting")
STATE = Key(MONTHS, "state")
"""``until``: up to this day every month was summed once."""
LARGEST = 50
"""Records kept under each key, the largest: as many as a question can ask for."""


def day_key(day: str) -> Key:
    """Where a day's sums are."""
    return Key(DAYS, day)


def month_key(month: str, part: str = "") -> Key:
    """Where a part of a month's sums is."""
    return Key(MONTHS, month + part)


def part_of(name: str, *, ranked: bool = False) -> str:
    """Which of a month's documents holds a name, or the largest records under it."""
    if name == "waiting":
        return "-waiting"
    return "-more" if ranked or name in PER_CUSTOMER else ""


def write_day(day: str, before: Data | None, books: Mapping[str, Book]) -> Data:
    """A day's document.

    Args:
        before: the document so far; what it holds of collections that are not in ``books`` stays.
        books: the day's book of each collection that was counted anew.
    """
    told: Data = {"day": day}
    for part in ("sums", "largest"):
        kept = before[part] if before else {}
        told[part] = {name: of for name, of in kept.items() if COLLECTION.get(name) not in books}
    for book in books.values():
        for (name, currency), cells in book.items():
            told["sums"].setdefault(name, {})[currency] = {
                f":{key}": _told(cell) for key, cell in cells.items()
            }
            if name in RANKED:
                tops = {key: cell.ranks for key, cell in cells.items()}
                told["largest"].setdefault(name, {})[currency] = write_top(tops)
    return told


def _told(cell: Cell) -> Data:
    return {"n": cell.sum.n, "cents": cell.sum.cents, "mark": cell.sum.mark, "ids": cell.ids}


def write_top(tops: Mapping[str, list[Ranked]]) -> Data:
    """The largest by key, as stored: parallel lists, because a list may not hold a list."""
    told: Data = {}
    for key, ranks in tops.items():
        kept = heapq.nsmallest(LARGEST, ranks)
        told[f":{key}"] = {
            "cents": [-cents for cents, _, _ in kept],
            "days": [day for _, day, _ in kept],
            "ids": [id_ for _, _, id_ in kept],
        }
    return told


def read_top(told: Data, name: str, currency: str) -> Iterator[tuple[str, Iterator[Ranked]]]:
    """The largest of a document under a name, by key."""
    for key, of in told["largest"].get(name, {}).get(currency, {}).items():
        yield key[1:], zip((-cents for cents in of["cents"]), of["days"], of["ids"], strict=True)


def write_month(month: str, until: str, days: Iterable[Data]) -> dict[str, Data]:
    """A month's documents by part, from those of its days in order."""
    whole: dict[str, Data] = {
        part: {"month": month, "until": until, "sums": {}, "largest": {}} for part in PARTS
    }
    tops: dict[tuple[str, str], dict[str, list[Ranked]]] = {}
    for told in days:
        for name, currency, key, cell in _cells(told["sums"]):
            into = whole[part_of(name)]["sums"].setdefault(name, {}).setdefault(currency, {})
            if name in PER_CUSTOMER:
                _add(into, key, cell, told["day"])
            else:
                line = [cell["n"], cell["cents"], cell["mark"], cell["ids"][0]]
                into.setdefault(key, {})[told["day"]] = line
        for name, currencies in told["largest"].items():
            for currency in currencies:
                by_key = tops.setdefault((name, currency), {})
                for key, ranks in read_top(told, name, currency):
                    by_key.setdefault(key, []).extend(ranks)
    for (name, currency), by_key in tops.items():
        largest = whole[part_of(name, ranked=True)]["largest"]
        largest.setdefault(name, {})[currency] = write_top(by_key)
    return whole


def _cells(sums: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Data]]:
    for name, currencies in sums.items():
        for currency, keys in currencies.items():
            for key, cell in keys.items():
                yield name, currency, key, cell


def _add(into: dict[str, list[int]], key: str, cell: Data, day: str) -> None:
    """Add a day's cell to a month's, which also tells on which days of the month there was any."""
    n, cents, mark, bits = into.get(key, (0, 0, 0, 0))
    whole = Sum(n, cents, mark)
    whole.plus(Sum(cell["n"], cell["cents"], cell["mark"]))
    into[key] = [whole.n, whole.cents, whole.mark, bits | 1 << int(day[8:])]


def days_in(month: str, bits: int) -> set[str]:
    """The days of a month that a customer's bits name."""
    return {f"{month}-{day:02d}" for day in range(1, 32) if bits >> day & 1}
