"""How long an answer takes on a year of 10,000 and of 100,000 transactions, and what a cold start costs.

    python -m bench.insights [--small 10000] [--large 100000] [--rounds 5] [--cold-runs 5] [--records]

Every question of the mix is asked of both businesses in turns, so that a slow moment of the machine slows
both; the books are summed as the sweep sums them, and today has records that came after that. ``--records``
measures without any rollups. Cold figures are CPU ratios to a bare hello world (bench/cold_start.py).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.insight_ledger import TODAY, load, payment, write
from shared.core.clock import EAT, ManualClock, Stopwatch
from shared.core.ids import SeededIds
from shared.insights.ask import ask
from shared.insights.folding import fold
from shared.insights.metrics import REGISTRY, Scope
from shared.insights.plan import Filters, MetricName, Period, Plan
from shared.insights.ports import Planner
from shared.store import Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

LATE = 20
"""Records of today that came after the last sum."""
QUESTIONS = (
    "What are my spending patterns this month?",
    "How much revenue did I generate from M-Pesa payments?",
    "Which customers have outstanding invoices?",
    "Show me a summary of my financial health",
    "Compare this month's revenue to last month",
    "What are my largest expenses this quarter?",
    "How much did we spend last week?",
    "How much revenue this year?",
    "Tumepata mapato kiasi gani mwezi uliopita?",
    "Pesa zetu zimeenda wapi mwezi huu?",
    "Show the ageing of what customers owe",
    "Who are my best customers this year?",
    "Which customers are at risk of paying late?",
    "Show the trend of revenue by month since April",
    "Show the cash flow of this quarter",
    "What is our DSO?",
    "Which payments are not matched yet?",
    "Why did payments fail this month?",
    "How much VAT do we have last month?",
    "Find payment TX00000003",
)
YEAR = Period(start=TODAY.replace(year=TODAY.year - 1, month=4, day=1), end=TODAY)
_KPIS: tuple[MetricName, ...] = (
    "board",
    "growth",
    "runway",
    "concentration",
    "segments",
    "customer_value",
    "avg_days_to_pay",
)
PLANS = (
    *(Plan(intent="kpi", metric=name) for name in _KPIS),
    Plan(intent="customer_risk", metric="churn_risk"),
    Plan(intent="trend", metric="expenses", period=YEAR, filters=Filters(granularity="month")),
)


@dataclass
class Books:
    """One business on its own store, as the use cases want their ports."""

    store: Store
    clock: ManualClock
    business: str
    planner: Planner | None = None

    def seconds(self, asked: str | Plan) -> float:
        """How long one answer takes."""
        watch = Stopwatch()
        if isinstance(asked, str):
            answer = ask(self, self.business, asked)
            if answer.kind != "answered":
                raise SystemExit(f"'{asked}' was not answered: {answer.kind}")
        else:
            REGISTRY[asked.intent].run(Scope(self.store, self.business, TODAY), asked)
        return watch.seconds


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.insights", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cold-runs", type=int, default=5)
    parser.add_argument("--records", action="store_true", help="without rollups: every figure from records")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (
            _books(Path(folder) / f"{size}.db", size, summed=not args.records)
            for size in (args.small, args.large)
        )
        found = _measure(small, large, args.rounds)
        for books in (small, large):
            books.store.close()
    found |= {"transactions": [args.small, args.large], "rollups": not args.records}
    if args.cold_runs:
        found |= _cold(args.cold_runs)
    print(json.dumps(found))


def _books(path: Path, size: int, *, summed: bool) -> Books:
    clock = ManualClock(datetime(TODAY.year, TODAY.month, TODAY.day, 18, tzinfo=EAT).astimezone(UTC))
    store = Store(SqliteAdapter(path, durable=False), SCHEMA, clock, SeededIds(size))
    store.ensure_indexes()
    watch = Stopwatch()
    load(store, "bench", size)
    print(f"{size} transactions written in {watch.seconds:.0f} s", file=sys.stderr)
    if summed:
        watch = Stopwatch()
        months = fold(store, "bench", most=24)
        print(f"{months} months summed in {watch.seconds:.1f} s", file=sys.stderr)
    draw = random.Random(2)
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, 17, tzinfo=EAT)
    write(store, "bench", [payment(draw, 900_000_000 + n, moment, 10) for n in range(LATE)])
    return Books(store, clock, "bench")


def _measure(small: Books, large: Books, rounds: int) -> dict[str, Any]:
    mix: list[str | Plan] = [*QUESTIONS, *PLANS]
    told: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        for asked in mix:
            pair = small.seconds(asked), large.seconds(asked)
            if number:  # the first round warms
                name = asked if isinstance(asked, str) else f"{asked.intent}:{asked.metric}"
                told.setdefault(name, []).append(pair)
    for name, pairs in sorted(told.items(), key=lambda item: -_middle(item[1], 1)):
        print(f"{_middle(pairs, 0):7.1f} {_middle(pairs, 1):7.1f} ms  {name}", file=sys.stderr)
    everything = [pair for pairs in told.values() for pair in pairs]
    p95 = [_p95([pair[at] for pair in everything]) for at in (0, 1)]
    p50 = [1000 * statistics.median(pair[at] for pair in everything) for at in (0, 1)]
    return {
        "p95_ms_10k": round(p95[0], 1),
        "p95_ms_100k": round(p95[1], 1),
        "p95_ratio": round(p95[1] / p95[0], 2),
        "p50_ms_10k": round(p50[0], 1),
        "p50_ms_100k": round(p50[1], 1),
        "questions": len(told),
        "samples": len(everything),
    }


def _middle(pairs: list[tuple[float, float]], at: int) -> float:
    return 1000 * statistics.median(pair[at] for pair in pairs)


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[18]


def _cold(runs: int) -> dict[str, Any]:
    """The import and first answer of the function, by the benchmark that measures all of them."""
    command = [sys.executable, "-m", "bench.cold_start", "--only", "insights", "--runs", str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])["functions"]["insights"]
    return {f"cold_{name}": told[name] for name in ("import_ratio", "first_answer_ratio", "rss_mib")}


if __name__ == "__main__":
    main()
