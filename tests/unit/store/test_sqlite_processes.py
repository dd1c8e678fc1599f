"""Six processes deliver the same payments, some die by kill -9: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.core.clock import SystemClock
from shared.core.ids import SystemIds
from shared.store import Key, Store
from shared.store.sqlite import SqliteAdapter
from tests.support.deliveries import (
    BUSINESS,
    CUSTOMERS,
    INVOICE_CENTS,
    PAYMENTS,
    SCHEMA,
    cents_of,
    deliver,
    open_invoices,
    prepare,
)

WORKERS, KILLS, SECONDS = 6, 4, 60


class Crew:
    """The running workers, each with its own order of deliveries and one log for all."""

    def __init__(self, database: Path, log: Path) -> None:
        self._command = [sys.executable, "-m", "tests.support.deliveries", str(database), str(log)]
        self._log = log
        self.workers = [self._start(seed) for seed in range(WORKERS)]
        self.killed = 0

    def _start(self, seed: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*self._command, str(seed)], cwd=Path(__file__).resolve().parents[3])

    def lines(self, kind: str) -> list[list[str]]:
        text = self._log.read_text() if self._log.exists() else ""
        return [line.split()[1:] for line in text.splitlines() if line.startswith(kind)]

    def kill_one(self) -> None:
        """Kill a worker that is still at work, and hire another."""
        victim = next(worker for worker in self.workers if worker.poll() is None)
        victim.kill()
        victim.wait()
        self.killed += 1
        self.workers.remove(victim)
        self.workers.append(self._start(100 + self.killed))

    def work(self) -> None:
        deadline = time.monotonic() + SECONDS
        while any(worker.poll() is None for worker in self.workers):
            assert time.monotonic() < deadline, "the workers hang"
            if (
                self.killed < KILLS
                and len({payment for payment, _ in self.lines("done")}) > (self.killed + 1) * PAYMENTS // 6
            ):
                self.kill_one()
            time.sleep(0.02)
        assert [worker.returncode for worker in self.workers] == [0] * WORKERS

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Store]:
    opened = Store(SqliteAdapter(tmp_path / "p.db"), SCHEMA, SystemClock(), SystemIds())
    opened.ensure_indexes()
    prepare(opened)
    yield opened
    opened.close()


def test_redelivery_and_kills_lose_and_double_nothing(
    books: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    crew = Crew(tmp_path / "p.db", tmp_path / "log")
    try:
        crew.work()
    finally:
        crew.end()
    seconds = time.monotonic() - started
    acknowledged = {(payment, by) for payment, by in crew.lines("done")}
    found = _found(books)
    figures = {
        "payments": PAYMENTS,
        "killed": crew.killed,
        # booked again by another after it was acknowledged, or not there at all
        "lost": len(acknowledged - {(payment, data["by"]) for payment, data in found.items()}),
        "over_allocated": _over_allocated(books),
        "mismatched": _mismatched(books, found),
        "conflicts": len(crew.lines("conflict")),
        "deliveries_per_second": round(len(crew.lines("done")) / seconds),
    }
    with capsys.disabled():
        print("\n" + json.dumps(figures))
    assert (figures["lost"], figures["over_allocated"], figures["mismatched"]) == (0, 0, 0)
    assert crew.killed == KILLS
    assert len(found) == PAYMENTS
    for payment in range(PAYMENTS):
        deliver(books, payment, "last")
    assert _found(books) == found, "a last redelivery changed something"


def _found(books: Store) -> dict[str, dict[str, object]]:
    keys = [Key("payments", f"p{payment}") for payment in range(PAYMENTS)]
    docs = books.get_many(BUSINESS, keys)
    return {doc.id.removeprefix("p"): doc.data for doc in docs if doc}


def _balances(books: Store) -> dict[str, int]:
    docs = books.get_many(BUSINESS, [key for customer in range(CUSTOMERS) for key in open_invoices(customer)])
    return {doc.id: doc.data["balance_cents"] for doc in docs if doc}


def _over_allocated(books: Store) -> int:
    return sum(balance < 0 for balance in _balances(books).values())


def _mismatched(books: Store, found: dict[str, dict[str, object]]) -> int:
    """Payments that do not add up, journal entries that are not zero, invoices that disagree with both."""
    wrong = 0
    paid: dict[str, int] = {}
    for payment, data in found.items():
        legs, left = data["allocations"], data["unallocated_cents"]
        assert isinstance(legs, dict)
        assert isinstance(left, int)
        entry = books.require(BUSINESS, Key("journal", f"pay-{payment}"))
        wrong += sum(legs.values()) + left != cents_of(int(payment))
        wrong += sum(entry.data["amounts"]) != 0
        for invoice, cents in legs.items():
            paid[invoice] = paid.get(invoice, 0) + cents
    balances = _balances(books).items()
    return wrong + sum(INVOICE_CENTS - balance != paid.get(id_, 0) for id_, balance in balances)
