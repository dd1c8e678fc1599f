"""How long answers take as the books grow, and what the first one costs.

    python -m bench.insights [--small 10000] [--large 100000] [--rounds 3] [--no-cold]

Books of so many transactions (four payments to one expense, some invoices) over three years, in SQLite; the
questions that the product offers as examples, in both languages, and some more. ``p95_ms_...`` is the 95th
percentile over all of them, ``ratio`` the large to the small, ``slowest`` which question takes longest in the
large books. ``import_ratio`` and ``first_answer_ratio`` are CPU seconds to a bare hello world
(bench/cold_start.py).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.insights.ask import ask
from shared.insights.daysums.folding import fold
from shared.insights.examples import EXAMPLES
from shared.store import Key, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS = "biz_bench"
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
DAYS, CHUNK = 1095, 400
MORE = (
    "Who are my top 5 customers this year?", "Show revenue by month for the last 6 months",
    "What's our DSO?", "Cash flow for last month", "Which payments are not matched?",
    "How much VAT for February?", "Will we earn more next month?",
    "Which customers pay late?", "Find payment Q000000042",
)  # fmt: skip
CATEGORIES = ("fuel", "rent", "stock_cogs", "utilities", "airtime_internet", "transport_delivery")
Document = tuple[Key, dict[str, Any]]


def documents(transactions: int, seed: int = 5) -> Iterator[Document]:
    """The books: customers, payments, expenses and invoices, the same for the same arguments."""
    random = Random(seed)
    for number in range(200):
        name = f"Customer {number:03d}"
        yield Key("customers", f"cus_{number}"), {"name": name, "name_sort": name.casefold(), "phones": []}
    for number in range(transactions):
        at = NOW - timedelta(days=random.random() * DAYS)
        yield _expense(random, number, at) if number % 5 == 0 else _payment(random, number, at)
        if number % 50 == 1:
            yield _invoice(random, number, at)


def _payment(random: Random, number: int, at: datetime) -> Document:
    provider, cents = random.choice(("mpesa", "mpesa", "airtel", "bank")), random.randrange(5_000, 2_000_000)
    matched = random.random() < 0.97
    data = {
        "provider": provider, "receipt": f"Q{number:09d}", "channel": "paybill", "status": "settled",
        "matching": "auto" if matched else "review", "amount_cents": cents, "currency": "KES",
        "customer_id": f"cus_{int(200 * random.random() ** 2)}" if random.random() < 0.8 else "",
        "paid_at": _stamp(at), "allocated_cents": cents if matched else 0,
        "unallocated_cents": 0 if matched else cents, "polling": False, "poll_at": "",
    }  # fmt: skip
    return Key("payments", f"{provider}-Q{number:09d}"), data


def _expense(random: Random, number: int, at: datetime) -> Document:
    day = at.date().isoformat()
    data = {
        "category": random.choice(CATEGORIES), "merchant": f"Shop {number % 40}", "currency": "KES",
        "amount_cents": random.randrange(1_000, 900_000), "vat_cents": 0, "business_day": day,
        "receipt_id": "", "transaction_id": "", "created_on": _stamp(at),
    }  # fmt: skip
    return Key("expenses", f"exp_{number}"), data


def _invoice(random: Random, number: int, at: datetime) -> Document:
    who, cents, paid = (
        int(200 * random.random() ** 2),
        random.randrange(50_000, 5_000_000),
        random.random() < 0.9,
    )
    data = {
        "status": "paid" if paid else "open", "customer_id": f"cus_{who}",
        "customer_name": f"Customer {who:03d}", "number": str(number), "currency": "KES",
        "total_cents": cents, "vat_cents": cents * 16 // 116,
        "balance_cents": 0 if paid else cents, "issued_on": at.date().isoformat(),
        "due_date": (at + timedelta(days=30)).date().isoformat(), "created_on": _stamp(at),
        "paid_on": _stamp(at + timedelta(days=random.randrange(60))) if paid else "",
    }  # fmt: skip
    return Key("invoices", f"inv_{number}"), data


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.insights", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="each question is asked so often")
    parser.add_argument("--no-cold", action="store_true", help="leave out what a cold start costs")
    options = parser.parse_args(arguments)
    small, large = _measured((options.small, options.large), options.rounds)
    worst = max(large, key=lambda question: sorted(large[question])[len(large[question]) // 2])
    told: dict[str, Any] = {
        "benchmark": "insights",
        "questions": len(small),
        "p95_ms_10k": _p95(small),
        "p95_ms_100k": _p95(large),
        "p50_ms_10k": _at(small, 0.5),
        "p50_ms_100k": _at(large, 0.5),
        "slowest": worst,
    }
    told["ratio"] = round(told["p95_ms_100k"] / told["p95_ms_10k"], 2)
    if not options.no_cold:
        told |= _cold()
    print(json.dumps(told))
    return 0


def _measured(sizes: Sequence[int], rounds: int) -> list[dict[str, list[float]]]:
    """Milliseconds of each question, some times over, in books of each size: asked in turns, so that whatever
    else the machine does weighs on all sizes alike."""
    asked = [each.question for each in EXAMPLES] + list(MORE)
    times: list[dict[str, list[float]]] = [{question: [] for question in asked} for _ in sizes]
    with tempfile.TemporaryDirectory(prefix="hesabu-bench-") as folder:
        books = [_books(Path(folder), size) for size in sizes]
        for question in asked * (rounds + 1):
            for ports, taken in zip(books, times, strict=True):
                began = time.perf_counter()
                ask(ports, BUSINESS, question)
                taken[question].append(1000 * (time.perf_counter() - began))
        for ports in books:
            ports.store.close()
    return [{question: taken[question][1:] for question in asked} for taken in times]


def _books(folder: Path, transactions: int) -> Any:
    """The ports of a store with so many transactions, days summed as the timer does."""
    print(f"books of {transactions} transactions", file=sys.stderr, flush=True)
    clock = ManualClock(NOW)
    adapter = SqliteAdapter(folder / f"{transactions}.db", durable=False)
    store = Store(adapter, SCHEMA, clock, SeededIds(1))
    store.ensure_indexes()
    _write(store, transactions)
    while fold(store, BUSINESS):
        pass
    return SimpleNamespace(store=store, clock=clock, planner=None, phraser=None)


def _write(store: Store, transactions: int) -> None:
    source = documents(transactions)
    while chunk := list(islice(source, CHUNK)):

        def write(tx: Any, chunk: list[Document] = chunk) -> None:
            for key, data in chunk:
                tx.create(key, data)

        store.transaction(BUSINESS, write)


def _at(times: dict[str, list[float]], share: float) -> float:
    ordered = sorted(one for taken in times.values() for one in taken)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def _p95(times: dict[str, list[float]]) -> float:
    return _at(times, 0.95)


def _cold() -> dict[str, float]:
    command = [sys.executable, "-m", "bench.cold_start", "--only", "insights", "--runs", "5"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout.splitlines()[-1])["functions"]["insights"]
    return {name: told[name] for name in ("import_ratio", "first_answer_ratio")}


if __name__ == "__main__":
    sys.exit(main())
