"""How well the cash line comes true with what is known, and without: ``python -m bench.forecast --cash``.

Ledgers drawn by seed (cash_ledger.py), two lengths of history, three origins each, 28 and 30 days ahead.
Errors are shares of what comes in over the same number of usual days. ``net`` is the change of cash to the
last day; with a balance stated today it is as well the error of the closing balance, since the balance
itself is known. ``path`` is the mean error of the balance over all days, ``low`` that of its lowest point,
``low_day`` how many days that point lay off. ``coverage_80`` is how often the net was within its range.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from statistics import median
from typing import Any

from bench.cash_ledger import FAMILIES, KINDS, as_of, came_after, gross, ledger
from shared.insights.forecasting.cash_line import around, cash_line, net
from shared.insights.forecasting.ledger import Books, daily
from shared.insights.forecasting.outlook import outlook
from shared.insights.forecasting.usual import flow

SPANS, HISTORIES, ORIGINS, STEP = (28, 30), (120, 365), 3, 19
WAYS = ("known", "usual", "before")
"""The cash line; the same with nothing known; the outlook of money in and of money out."""
DAYS = max(HISTORIES) + max(SPANS) + (ORIGINS - 1) * STEP + 2


@dataclass(frozen=True, slots=True)
class Said:
    """One forecast: the change of each day and how much less or more the sum may be."""

    days: list[float]
    less: float
    more: float


@dataclass(slots=True)
class Scores:
    """Errors of many forecasts."""

    net: list[float] = field(default_factory=list)
    path: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    low_day: list[float] = field(default_factory=list)
    within: list[bool] = field(default_factory=list)
    width: list[float] = field(default_factory=list)

    def add(self, said: Said, came: Sequence[float], scale: float) -> None:
        ours, theirs = list(accumulate(said.days)), list(accumulate(came))
        off = theirs[-1] - ours[-1]
        self.net.append(abs(off) / scale)
        self.path.append(sum(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / len(came) / scale)
        self.low.append(abs(min(ours) - min(theirs)) / scale)
        self.low_day.append(abs(ours.index(min(ours)) - theirs.index(min(theirs))))
        self.within.append(-said.less <= off <= said.more)
        self.width.append((said.less + said.more) / scale)

    def figures(self) -> dict[str, float]:
        """Medians, and means where they say more."""
        return {
            "net_median": round(median(self.net), 3),
            "net_mean": round(_mean(self.net), 3),
            "path_median": round(median(self.path), 3),
            "low_median": round(median(self.low), 3),
            "low_day_median": median(self.low_day),
            "coverage_80": round(_mean(self.within), 3),
            "width_median": round(median(self.width), 3),
        }


def measured(first: int, seeds: int) -> dict[str, Any]:
    """Every kind and family, with and without what is known."""
    told: dict[str, dict[str, Scores]] = {}
    seconds, count = 0.0, 0
    for family in FAMILIES:
        for kind in KINDS:
            for seed in range(first, first + seeds):
                for history, span, books, today in _cases(kind, seed, family):
                    came = came_after(books, today, span)
                    then = _cut(as_of(books, today), today - timedelta(days=history))
                    scale = gross(books, today - timedelta(days=120), today) * span
                    began = time.process_time()
                    known = with_known(then, today, span)
                    seconds, count = seconds + time.process_time() - began, count + 1
                    alone = usual_alone(then, today, span), without(then, today, span)
                    for way, said in zip(WAYS, (known, *alone), strict=True):
                        for name in ("all", family, kind, f"{history}_days", f"{span}_ahead"):
                            told.setdefault(name, {}).setdefault(way, Scores()).add(said, came, scale)
    return {
        "benchmark": "forecast",
        "cash": {name: _pair(ways) for name, ways in told.items()},
        "forecasts": count,
        "ms_per_line": round(1000 * seconds / max(1, count), 1),
    }


def _pair(ways: dict[str, Scores]) -> dict[str, Any]:
    pairs = list(zip(ways["known"].net, ways["before"].net, strict=True))
    ours, before = ways["known"], ways["before"]
    return {
        **{way: scores.figures() for way, scores in ways.items()},
        "net_ratio": round(_mean(ours.net) / (_mean(before.net) or 1.0), 3),
        "net_ratio_to_usual": round(_mean(ours.net) / (_mean(ways["usual"].net) or 1.0), 3),
        "path_ratio": round(_mean(ours.path) / (_mean(before.path) or 1.0), 3),
        "nearer": round(_mean([one < other for one, other in pairs]), 3),
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


def _cases(kind: str, seed: int, family: str) -> Iterator[tuple[int, int, Books, date]]:
    books = ledger(kind, DAYS, seed, family)
    last = books.receipts[0].day + timedelta(days=DAYS - 1)
    for history in HISTORIES:
        for span in SPANS:
            for n in range(ORIGINS):
                yield history, span, books, last - timedelta(days=span + n * STEP)


def _cut(books: Books, first: date) -> Books:
    """The books of a business that began to keep them on ``first``."""
    invoices = [one for one in books.invoices if one.issued >= first]
    kept = {one.id for one in invoices}
    return Books(
        [one for one in books.receipts if one.day >= first],
        [one for one in books.spent if one.day >= first],
        invoices,
        [part for part in books.parts if part.invoice in kept],
    )


def with_known(books: Books, today: date, span: int) -> Said:
    """The cash line."""
    line = cash_line(books, today, today + timedelta(days=span))
    if line.usual is None:
        raise ValueError("a drawn ledger has history enough")
    return Said([float(cents) for cents in net(line, line.usual)], *around(line, line.usual, 0))


def usual_alone(books: Books, today: date, span: int) -> Said:
    """Both flows by what the cash line takes for usual, with nothing known."""
    flows = []
    for cents in ([(r.day, r.cents) for r in books.receipts], [(s.day, s.cents) for s in books.spent]):
        said = flow(cents, min(day for day, _ in cents), today, span)
        if said is None:
            raise ValueError("a drawn ledger has history enough")
        flows.append(said)
    (less, more), (under, over) = flows[0].around(0), flows[1].around(0)
    days = [float(a - b) for a, b in zip(flows[0].days, flows[1].days, strict=True)]
    return Said(days, math.hypot(less, over), math.hypot(more, under))


def without(books: Books, today: date, span: int) -> Said:
    """Both flows by their outlook alone."""
    last = today - timedelta(days=1)
    flows = []
    for cents in ([(r.day, r.cents) for r in books.receipts], [(s.day, s.cents) for s in books.spent]):
        first = min(day for day, _ in cents)
        said = outlook(first, daily(cents, first, last), span, 1)
        if said is None:
            raise ValueError("a drawn ledger has history enough")
        flows.append(said)
    came, went = flows
    days = [a - b for a, b in zip(came.days, went.days, strict=True)]
    less = math.hypot(came.total - came.low, went.high - went.total)
    return Said(days, less, math.hypot(came.high - came.total, went.total - went.low))
