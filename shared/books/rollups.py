"""Rollups: what each month's entries come to, day by day, so that nobody adds up the journal to draw a chart.

``rollups/{yyyy-mm}`` holds for each Nairobi day, currency, kind of entry and account group (chart.py) how
many legs there were and their sum in signed cents. They are folded in the commit that seals a block
(sealing.py), so each entry counts exactly once, and can be made again from the blocks to the same bytes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.books.chart import group
from shared.books.places import ROLLUPS
from shared.store import Data, Doc, Key, Query, Store
from shared.store.values import encode


def rollup_key(month: str) -> Key:
    """Where the sums of a month (``2026-03``) are."""
    return Key(ROLLUPS, month)


def month_of(entry: Data) -> str:
    """The month that an entry counts for: the business day's, whenever it was written down."""
    day: str = entry["business_day"]
    return day[:7]


def months_of(entries: Iterable[Doc]) -> list[str]:
    """The months that some entries count for, in order."""
    return sorted({month_of(entry.data) for entry in entries})


def fold(before: Mapping[str, Data], entries: Iterable[Doc], block: int) -> dict[str, Data]:
    """The rollups that some entries change, by month.

    Args:
        before: the months' rollups so far; one that is missing is empty. They are not changed.
        block: the number of the block that holds the entries.
    """
    after: dict[str, Data] = {}
    for entry in entries:
        month = month_of(entry.data)
        if month not in after:
            after[month] = copy.deepcopy(
                dict(before.get(month) or {"month": month, "entries": 0, "days": {}})
            )
        _add(after[month], entry.data)
        after[month]["block"] = block
    return after


def _add(rollup: Data, entry: Data) -> None:
    rollup["entries"] += 1
    day = rollup["days"].setdefault(entry["business_day"], {"entries": 0, "sums": {}})
    day["entries"] += 1
    kinds = day["sums"].setdefault(entry["currency"], {})
    cells = kinds.setdefault(entry["kind"], {})
    for leg in entry["legs"]:
        cell = cells.setdefault(group(leg["account"]), {"n": 0, "sum": 0})
        cell["n"] += 1
        cell["sum"] += leg["amount"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a rollup: ``n`` legs of a day, currency, kind and account group, ``cents`` in all."""

    day: str
    currency: str
    kind: str
    account: str
    n: int
    cents: int


def cells(rollup: Data) -> Iterator[Cell]:
    """Every figure of a month, the earliest day first."""
    for day, told in sorted(rollup["days"].items()):
        for currency, kinds in sorted(told["sums"].items()):
            for kind, accounts in sorted(kinds.items()):
                for account, cell in sorted(accounts.items()):
                    yield Cell(day, currency, kind, account, cell["n"], cell["sum"])


def entries_until(rollup: Data, day: str) -> int:
    """How many entries of a month count for ``day`` or a day before it."""
    counts: Iterator[int] = (told["entries"] for at, told in rollup["days"].items() if at <= day)
    return sum(counts)


def all_rollups(store: Store, business: str) -> list[Doc]:
    """Every month's rollup, the earliest first."""
    return store.all(business, Query(ROLLUPS))


def same(one: Data, other: Data) -> bool:
    """Whether two rollups are the same bytes once they are stored."""
    return encode(one) == encode(other)
