"""How well forecasts come true, and how often what came lies within their range.

    python -m bench.forecast [--seeds 8] [--first 500] [--series CSV] [--out FILE] [--pool] [--cash]

Without ``--series``: businesses drawn by seed (bench/money_series.py), several histories and origins each,
28 days ahead. ``mase_ratio`` and ``total_ratio`` are the mean absolute error of days and of the sum, to
those of the seasonal naive forecast (the same weekday of last week); ``average_*`` the same of the seasonal
average alone. ``coverage_80`` is the share of sums within the range. Each family of businesses and each
length of history has its own line; those at the top are of at least 91 days.

CSV has ``date,value`` and, where there are several, ``series``; the last 28 days are held back and forecast
from what is before. A series too short to be forecast is counted as refused. ``--pool`` prints how far off
the average is on the drawn businesses by length of history: where ``POOLED`` in outlook.py comes from.
``--cash`` measures the cash line with what is known in advance beside the same without (cash_lines.py).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.money_series import KINDS, Series, drawn
from shared.insights.forecasting.outlook import Outlook, outlook, seasonal_average

AHEAD = 28
HISTORIES = (28, 56, 91, 182, 365, 700)
LONG = 91
FAMILIES = ("plain", "other")


@dataclass(slots=True)
class Tally:
    """Sums of errors over forecasts."""

    count: int = 0
    refused: int = 0
    ours: float = 0.0
    average: float = 0.0
    naive: float = 0.0
    total_ours: float = 0.0
    total_average: float = 0.0
    total_naive: float = 0.0
    within: int = 0
    width: float = 0.0
    own: int = 0
    seconds: float = 0.0
    shares: list[float] = field(default_factory=list)

    def add(
        self, history: Sequence[float], came: Sequence[float], said: Outlook | None, seconds: float
    ) -> None:
        """Score one forecast; errors are shares of the naive forecast's, so that no large series rules."""
        self.seconds += seconds
        if said is None:
            self.refused += 1
            return
        span, total = len(came), sum(came)
        naive = [history[-7:][k % 7] for k in range(span)]
        average = seasonal_average(history, span)
        scale = _off(history[7:], history[:-7]) or 1.0
        self.count += 1
        self.ours += _off(came, said.days) / scale
        self.average += _off(came, average) / scale
        self.naive += _off(came, naive) / scale
        whole = scale * span
        self.total_ours += abs(said.total - total) / whole
        self.total_average += abs(sum(average) - total) / whole
        self.total_naive += abs(sum(naive) - total) / whole
        self.within += said.low <= total <= said.high
        self.width += (said.high - said.low) / total if total else 0.0
        self.own += said.own_range
        if sum(average) > 0:
            self.shares.append(total / sum(average))

    def figures(self) -> dict[str, Any]:
        """Ratios to the naive forecast, and how often the range held."""
        n = max(1, self.count)
        return {
            "forecasts": self.count,
            "refused": self.refused,
            "mase": round(self.ours / n, 3),
            "mase_ratio": _ratio(self.ours, self.naive),
            "average_mase_ratio": _ratio(self.average, self.naive),
            "total_ratio": _ratio(self.total_ours, self.total_naive),
            "average_total_ratio": _ratio(self.total_average, self.total_naive),
            "coverage_80": round(self.within / n, 3),
            "relative_width": round(self.width / n, 3),
            "own_range": round(self.own / n, 3),
            "ms_per_fit": round(1000 * self.seconds / max(1, self.count + self.refused), 2),
        }


def _off(came: Sequence[float], said: Sequence[float]) -> float:
    pairs = list(zip(came, said, strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs) if pairs else 0.0


def _ratio(ours: float, theirs: float) -> float:
    return round(ours / theirs, 3) if theirs else 0.0


def _scored(tally: Tally, first: date, history: Sequence[float], came: Sequence[float]) -> Outlook | None:
    began = time.process_time()
    said = outlook(first, history, len(came))
    tally.add(history, came, said, time.process_time() - began)
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecast", description=__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="businesses of each kind and family")
    parser.add_argument("--first", type=int, default=500, help="the first seed")
    parser.add_argument("--series", type=Path, help="CSV: date,value and perhaps series")
    parser.add_argument("--out", type=Path, help="where forecasts go, one JSON object a line")
    parser.add_argument("--pool", action="store_true", help="print how far off the average is")
    parser.add_argument("--cash", action="store_true", help="the cash line, with and without what is known")
    options = parser.parse_args(arguments)
    if options.cash:
        from bench.cash_lines import measured

        print(json.dumps(measured(options.first, options.seeds)))
        return 0
    if options.series:
        print(json.dumps(_given(options.series, options.out)))
        return 0
    told = _drawn(options.first, options.seeds)
    if options.pool:
        print(json.dumps({str(days): _tenths(tally.shares) for days, tally in told["all"].items()}))
        return 0
    print(json.dumps(_summary(told)))
    return 0


def _drawn(first: int, seeds: int) -> dict[str, dict[int, Tally]]:
    told = {name: {days: Tally() for days in HISTORIES} for name in (*FAMILIES, "all")}
    for family in FAMILIES:
        for kind in KINDS:
            for seed in range(first, first + seeds):
                series = drawn(kind, max(HISTORIES) + 2 * AHEAD, seed, family)
                for days, start, end in _cuts(len(series.cents)):
                    begin = series.first + timedelta(days=start)
                    history, came = series.cents[start:end], series.cents[end : end + AHEAD]
                    for name in (family, "all"):
                        _scored(told[name][days], begin, history, came)
    return told


def _cuts(known: int) -> Iterator[tuple[int, int, int]]:
    """Two origins for each length of history."""
    for days in HISTORIES:
        for end in (known - AHEAD, known - 2 * AHEAD):
            yield days, end - days, end


def _summary(told: dict[str, dict[int, Tally]]) -> dict[str, Any]:
    long = [told["all"][days].figures() for days in HISTORIES if days >= LONG]
    mean = lambda name: round(sum(one[name] for one in long) / len(long), 3)  # noqa: E731
    return {
        "benchmark": "forecast",
        **{
            name: mean(name)
            for name in ("mase_ratio", "average_mase_ratio", "total_ratio", "average_total_ratio")
        },
        "coverage_80": mean("coverage_80"),
        "coverage_80_by_days": {
            str(days): tally.figures()["coverage_80"] for days, tally in told["all"].items()
        },
        "by_days": {str(days): tally.figures() for days, tally in told["all"].items()},
        "families": {
            name: {str(days): tally.figures() for days, tally in told[name].items() if days >= LONG}
            for name in FAMILIES
        },
    }


def _tenths(shares: Sequence[float]) -> list[float]:
    ordered = sorted(shares)
    return [round(ordered[int(len(ordered) * part)], 3) for part in (0.1, 0.9)] if ordered else []


def _given(path: Path, out: Path | None) -> dict[str, Any]:
    """Forecast the last four weeks of each series from what is before."""
    tally, lines = Tally(), []
    for series in read(path):
        keep = len(series.cents) - AHEAD
        history, came = series.cents[: max(0, keep)], series.cents[max(0, keep) :]
        said = _scored(tally, series.first, history, came)
        lines.append(
            {
                "series": series.name,
                "history_days": len(history),
                "total": round(said.total) if said else None,
                "low": round(said.low) if said else None,
                "high": round(said.high) if said else None,
                "model": said.model if said else "refused",
                "days": [round(value, 2) for value in said.days] if said else [],
            }
        )
    if out:
        out.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return {"benchmark": "forecast", "series": len(lines), **tally.figures()}


def read(path: Path) -> list[Series]:
    """The daily series of a CSV, gaps filled with 0; raises ValueError for a row that is none."""
    days: dict[str, dict[date, float]] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                day, value = date.fromisoformat(row["date"]), float(row["value"])
            except (KeyError, TypeError, ValueError):
                raise ValueError(f"{path}:{number} has no date and value") from None
            mine = days.setdefault(row.get("series") or path.stem, {})
            mine[day] = mine.get(day, 0.0) + value
    return [_whole(name, mine) for name, mine in days.items()]


def _whole(name: str, mine: dict[date, float]) -> Series:
    first = min(mine)
    span = (max(mine) - first).days + 1
    return Series(name, first, [mine.get(first + timedelta(days=k), 0.0) for k in range(span)])


if __name__ == "__main__":
    sys.exit(main())
