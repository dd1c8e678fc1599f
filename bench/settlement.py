"""How many payments are settled a second, beside a bare commit of three documents on the same store.

    python -m bench.settlement [--store sqlite|firestore] [--payments 600] [--workers 8] [--rounds 3]

One settlement is what one STK payment costs from its callback to the books, by the functions' own use cases:
the callback is kept (a commit of its own, before the answer), then understood, the provider is asked, and
claim, proof, payment, journal entry and event are written in a second commit. The provider answers at once,
and the bus is silent: neither is ours. On SQLite the bus takes the rows of the outbox itself, on Firestore
they are published and discarded, as in the product. The attempts are made before the clock starts. The floor
is one commit of three new documents of the sizes of a payment, an entry and an event, without a read; since a
settlement is two durable commits, half of it is the most that can be. Rounds alternate both.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.settlement_desk import BUSINESS, Desk
from shared.store import Key, Tx


def main() -> None:
    """Measure and print one JSON line."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as name, _store_url(args.store, Path(name)) as url:
        print(json.dumps(measure(url, args.payments, args.workers, args.rounds) | {"store": args.store}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.settlement", description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "firestore"], default="sqlite")
    parser.add_argument("--payments", type=int, default=600, help="a round, at most 100000")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    args.payments = min(args.payments, 100_000)
    return args


@contextlib.contextmanager
def _store_url(store: str, folder: Path) -> Iterator[str]:
    """A fresh store; for Firestore its emulator is started, and ends with the measurement."""
    if store == "sqlite":
        yield f"sqlite:///{folder}/bench.db"
        return
    import os

    from local.emulators import firestore_command, running

    with running(firestore_command, folder / "firestore.log") as host:
        os.environ["FIRESTORE_EMULATOR_HOST"] = host
        yield "firestore://hesabu-bench"


def measure(url: str, payments: int, workers: int, rounds: int) -> dict[str, Any]:
    """Alternate floor and settlements on one store; the figures are medians over the rounds."""
    floors: list[float] = []
    ours: list[float] = []
    with contextlib.closing(Desk(url)) as desk, ThreadPoolExecutor(workers) as pool:
        warm = [desk.ask(f"warm{n}") for n in range(workers)]
        _rate(pool, desk.settle, warm)
        _rate(pool, lambda n: _three(desk, f"warm-{n}"), range(workers))
        desk.calls.clear()
        for number in range(rounds):
            asked = list(pool.map(desk.ask, [f"r{number}p{n}" for n in range(payments)]))
            desk.calls.clear()
            floors.append(_rate(pool, lambda n, r=number: _three(desk, f"{r}-{n}"), range(payments)))
            desk.calls.clear()
            ours.append(_rate(pool, desk.settle, asked))
            print(f"round {number + 1}: {ours[-1]:.0f}/s, bare {floors[-1]:.0f}/s", file=sys.stderr)
        calls = {name: round(count / payments, 2) for name, count in Counter(desk.calls).items()}
        settled = desk.settled()
    return {
        "ratio_to_bare_commit": round(statistics.median(o / f for o, f in zip(ours, floors, strict=True)), 3),
        "settlements_per_s": round(statistics.median(ours), 1),
        "bare_commits_per_s": round(statistics.median(floors), 1),
        "payments": payments * rounds,
        "not_settled": payments * rounds + workers - settled,
        "store_calls_each": calls,
        "workers": workers,
    }


def _rate(pool: ThreadPoolExecutor, work: Callable[[Any], object], items: Any) -> float:
    """Items a second; what one of them raises ends the measurement."""
    began = perf_counter()
    done = list(pool.map(work, items))
    return len(done) / (perf_counter() - began)


_DOCUMENTS = {"bench_payment": 1500, "bench_entry": 700, "bench_event": 500}
"""Bytes of what a settlement writes at least: the payment, its journal entry, its event."""


def _three(desk: Desk, name: str) -> None:
    def write(tx: Tx) -> None:
        for collection, size in _DOCUMENTS.items():
            tx.claim(Key(collection, name), {"text": "x" * size})

    desk.store.transaction(BUSINESS, write)


if __name__ == "__main__":
    main()
