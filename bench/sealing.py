"""What the seal costs: a marker in each payment's commit, the sealer beside it; and what a chain head would.

    python -m bench.sealing [--store sqlite|firestore|mongo] [--payments 400] [--rounds 3]

A settled payment is three documents in one commit: the payment, its journal entry, its idempotency record.
The same commits are made bare, with the marker that the sealer takes (as the product does), with a sealer at
work all the time, and with a hash chain whose head every commit moves. The rounds take turns, and figures are
medians of ratios to the bare commits of the same round. ``seal_s_per_1000`` is by block size; the last line
is one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from local.emulators import firestore_command, running, wait_until
from local.mongo_server import mongo_command
from shared.app import store_adapter
from shared.books import seal_journal, sealing
from shared.books.journal import JournalEntry, post
from shared.books.postings import payment_received
from shared.core.clock import SystemClock, rfc3339
from shared.core.ids import SystemIds
from shared.store import Key, Once, Store, Tx
from shared.store.indexes import SCHEMA

WORKERS = 8
SIZES = (50, 100, 200, 400)
HEAD = Key("chain", "head")
Commit = Callable[[Tx, JournalEntry], object]


@contextlib.contextmanager
def opened(kind: str) -> Iterator[Store]:
    """An empty store of one kind; servers are started for it and stopped again."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hesabu-sealing-")))
        match kind:
            case "firestore":
                address = stack.enter_context(running(firestore_command, folder / "firestore.log"))
                os.environ["FIRESTORE_EMULATOR_HOST"] = address
                url = "firestore://bench"
            case "mongo":
                address = stack.enter_context(
                    running(lambda port: mongo_command(port, folder / "data"), folder / "mongo.log", _listens)
                )
                url = f"mongodb://{address}/bench"
            case _:
                url = f"sqlite:///{folder}/hesabu.db"
        store = Store(store_adapter(url), SCHEMA, SystemClock(), SystemIds())
        store.ensure_indexes()
        stack.callback(store.close)
        yield store


def _listens(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    host, port = address.split(":")
    wait_until(lambda: socket.create_connection((host, int(port)), 1).close(), "the server", process, log)


def settle_many(store: Store, business: str, payments: int, write: Commit) -> float:
    """Settle payments from several threads; returns how many a second."""

    def settle(number: int) -> None:
        receipt = f"SK{number:08d}"
        payment = {
            "provider": "mpesa",
            "receipt": receipt,
            "shortcode": "600123",
            "channel": "paybill",
            "amount_cents": 100 + number,
            "currency": "KES",
            "paid_at": rfc3339(datetime(2026, 1 + number % 2, 1 + number % 27, 9, tzinfo=UTC)),
        }

        def commit(tx: Tx) -> None:
            tx.create(Key("payments", f"mpesa-{receipt}"), {**PAYMENT, **payment})
            write(tx, payment_received(payment, tx.now))

        store.transaction(business, commit, once=Once(f"pay/{receipt}"), deadline=60.0)

    began = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(settle, range(payments)))
    return payments / (time.perf_counter() - began)


PAYMENT = {
    **dict.fromkeys(("customer_id", "reference", "narration", "payer_name", "poll_at"), ""),
    **{"status": "settled", "matching": "waiting", "polling": False, "allocations": []},
}


def bare(tx: Tx, entry: JournalEntry) -> None:
    """The entry alone."""
    tx.create(Key("journal", entry.id), entry.data())


def chained(tx: Tx, entry: JournalEntry) -> None:
    """The entry, and a head that every commit moves."""
    head = tx.get(HEAD)
    bare(tx, entry)
    tx.put(HEAD, {"n": head.data["n"] + 1 if head else 1, "sha256": entry.data()["sha256"]})


@contextlib.contextmanager
def sealer(store: Store, business: str) -> Iterator[None]:
    """A sealer that never rests."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            seal_journal(store, business)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def one_round(store: Store, number: int, payments: int) -> dict[str, float]:
    """Payments a second each way, each in a business of its own."""
    rates: dict[str, float] = {}
    for name, write in (("bare", bare), ("marked", post), ("chain_head", chained)):
        rates[name] = settle_many(store, f"biz_{name}_{number}", payments, write)
        print(f"{name}: {rates[name]:.0f} a second", file=sys.stderr)
    business = f"biz_sealed_{number}"
    with sealer(store, business):
        rates["while_sealing"] = settle_many(store, business, payments, post)
    return rates


def seal_times(store: Store, entries: int) -> dict[str, float]:
    """Seconds to seal 1,000 entries, by the size of a block."""
    times = {}
    for size in SIZES:
        business = f"biz_block_{size}"
        settle_many(store, business, entries, post)
        sealing.BLOCK = size
        began = time.perf_counter()
        sealed = seal_journal(store, business)
        times[str(size)] = round(1000 * (time.perf_counter() - began) / sealed, 3)
    return times


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.sealing", description=__doc__)
    parser.add_argument("--store", default="sqlite", choices=["sqlite", "firestore", "mongo"])
    parser.add_argument("--payments", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with opened(arguments.store) as store:
        settle_many(store, "biz_warm", arguments.payments, post)
        rounds = [one_round(store, n, arguments.payments) for n in range(arguments.rounds)]
        times = seal_times(store, arguments.payments)
    ratios = {
        f"{name}_ratio": round(median(rates[name] / rates["bare"] for rates in rounds), 3)
        for name in ("marked", "while_sealing", "chain_head")
    }
    post_s = 1000 / median(rates["marked"] for rates in rounds)
    sealed = times[str(200)]
    print(
        json.dumps(
            {
                "store": arguments.store,
                "payments": arguments.payments,
                **ratios,
                "seal_s_per_1000": times,
                "post_s_per_1000": round(post_s, 3),
                "seal_to_post_ratio": round(sealed / post_s, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
