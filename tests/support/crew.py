"""Worker processes that deliver the same payments to one store, some of them killed, and what is left."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.store import Doc, Key, Store
from tests.support.deliveries import BUSINESS, CUSTOMERS, INVOICE_CENTS, cents_of, open_invoices

WORKERS, SECONDS = 6, 120
ROOT = Path(__file__).resolve().parents[2]


class Crew:
    """The running workers, each with its own order of deliveries and one log for all.

    ``after_kill`` is called each time a worker was killed, before another is hired.
    """

    def __init__(
        self, store_url: str, log: Path, payments: int, kills: int, after_kill: Callable[[], None]
    ) -> None:
        self._command = [sys.executable, "-m", "tests.support.deliveries", store_url, str(log)]
        self._log = log
        self._payments, self._kills, self._after_kill = payments, kills, after_kill
        self.killed = 0
        self.seconds = 0.0
        self.workers = [self._start(seed) for seed in range(WORKERS)]

    def _start(self, seed: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*self._command, str(seed), str(self._payments)], cwd=ROOT)

    def lines(self, kind: str) -> list[list[str]]:
        text = self._log.read_text() if self._log.exists() else ""
        return [line.split()[1:] for line in text.splitlines() if line.startswith(kind)]

    def kill_one(self) -> None:
        """Kill a worker that is still at work, and hire another."""
        victim = next(worker for worker in self.workers if worker.poll() is None)
        victim.kill()
        victim.wait()
        self.killed += 1
        self._after_kill()
        self.workers.remove(victim)
        self.workers.append(self._start(100 + self.killed))

    def work(self) -> None:
        """Wait until all is delivered, killing on the way; the kills are spread over the first deliveries."""
        started = time.monotonic()
        while any(worker.poll() is None for worker in self.workers):
            assert time.monotonic() < started + SECONDS, "the workers hang"
            delivered = len({line[0] for line in self.lines("done")})
            if self.killed < self._kills and delivered > (self.killed + 1) * self._payments // 6:
                self.kill_one()
            time.sleep(0.02)
        self.seconds = time.monotonic() - started
        assert [worker.returncode for worker in self.workers] == [0] * WORKERS

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()


def figures(crew: Crew, books: Store, payments: int) -> dict[str, Any]:
    """What the run did and what the books say after it; the zeros are the promise."""
    done = crew.lines("done")
    acknowledged = {(payment, by) for payment, by, _ in done}
    found = booked(books, payments)
    entries = _entries(books, payments)
    took = statistics.quantiles([float(ms) for *_, ms in done], n=100)
    return {
        "payments": payments,
        "killed": crew.killed,
        # booked again by another after it was acknowledged, or not there at all
        "lost": len(acknowledged - {(payment, data["by"]) for payment, data in found.items()}),
        "over_allocated": sum(balance < 0 for balance in _balances(books).values()),
        "trial_balance": sum(sum(entry) for entry in entries.values()),
        "mismatched": _mismatched(_balances(books), entries, found),
        "conflicts": len(crew.lines("conflict")),
        "delivered_again": len(crew.lines("again")),
        "deliveries_per_second": round(len(done) / crew.seconds),
        "p50_ms": round(took[49], 1),
        "p99_ms": round(took[98], 1),
    }


def booked(books: Store, payments: int) -> dict[str, dict[str, Any]]:
    """The payments in the books, by number."""
    return {doc.id.removeprefix("p"): doc.data for doc in _many(books, "payments", "p", payments)}


def _entries(books: Store, payments: int) -> dict[str, list[int]]:
    found = _many(books, "journal", "pay-", payments)
    return {doc.id.removeprefix("pay-"): doc.data["amounts"] for doc in found}


def _many(books: Store, collection: str, prefix: str, payments: int) -> list[Doc]:
    docs = books.get_many(BUSINESS, [Key(collection, f"{prefix}{number}") for number in range(payments)])
    return [doc for doc in docs if doc]


def _balances(books: Store) -> dict[str, int]:
    docs = books.get_many(BUSINESS, [key for customer in range(CUSTOMERS) for key in open_invoices(customer)])
    return {doc.id: doc.data["balance_cents"] for doc in docs if doc}


def _mismatched(
    balances: dict[str, int], entries: dict[str, list[int]], found: dict[str, dict[str, Any]]
) -> int:
    """Payments that do not add up, entries that are not theirs, invoices that disagree with both."""
    wrong = len(entries.keys() ^ found.keys())
    paid: dict[str, int] = {}
    for payment, data in found.items():
        legs = data["allocations"]
        wrong += sum(legs.values()) + data["unallocated_cents"] != cents_of(int(payment))
        amounts = [cents_of(int(payment)), *(-cents for cents in legs.values()), -data["unallocated_cents"]]
        wrong += sorted(entries.get(payment, [])) != sorted(amounts)
        for invoice, cents in legs.items():
            paid[invoice] = paid.get(invoice, 0) + cents
    return wrong + sum(INVOICE_CENTS - balance != paid.get(id_, 0) for id_, balance in balances.items())
