"""How fast payments are matched: the engine over a store, beside Splink 5 on the same data, in one run.

    make bench-splink                                              (once: the peer's environment, var/splink)
    python -m bench.reconcile --throughput [--invoices 100000] [--sample 6000] [--large 1000000]

Prints one JSON line. Start to end is: read the files, index, decide and post all payments.

* ``payments_per_s``: the product's use cases over a SQLite file; the whole book is loaded, ``--sample`` of
  its payments are stored, booked, matched and posted one by one, and the load is charged by their share.
  ``memory_payments_per_s``: the same engine over its twin in memory, all payments, nothing stored: what the
  peer does. ``throughput_ratio`` and ``memory_throughput_ratio`` are these to ``splink_payments_per_s``, by
  the clock; ``cpu_ratio`` and ``memory_cpu_ratio`` by CPU seconds, which a busy machine moves less.
* ``single_p99_ratio``: p99 of matching one payment alone (read from the store, weighed, decided; the peer
  posts nothing either) to the median time that the peer takes for one payment alone against the same book:
  below 1 is faster. ``single_p99_cpu_ratio``: both in CPU seconds; ``posted_p99_ratio`` has the commit too,
  ``memory_single_p99_ratio`` no store.
* ``time_ratio_1e6_to_1e4``: median time of one payment in a drawn book of 10^6 invoices (own numbers) to one
  of 10^4; ``peak_mib``: peak memory of the process that matched in the large one; ``calls_per_payment``,
  ``key_reads_per_payment``, ``reads_per_payment``: calls to the store, and documents asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "var" / "bench" / "reconcile"
PEER = ROOT / "var" / "splink" / "bin" / "python"
SMALL = 10_000
ALONE = 400
"""Payments that are timed in the drawn books."""
WARM = 25


def main(argv: Sequence[str]) -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.reconcile --throughput", description=__doc__)
    parser.add_argument("--throughput", action="store_true")
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=6_000, help="payments that go through the store")
    parser.add_argument("--large", type=int, default=1_000_000, help="invoices of the large book; 0: none")
    parser.add_argument("--style", choices=("own", "inv"), default="own", help="numbers in the drawn books")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.child:
        print(json.dumps(_child(*options.child)))
        return 0
    print(json.dumps(_measure(options)))
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    data, train = generated(options.invoices, 7), generated(SMALL, 101)
    peer = {} if options.no_peer else _peer(data, train)
    memory = _run("memory", str(data))
    stored = _run("store", str(data), str(options.sample))
    figures: dict[str, Any] = {
        "benchmark": "reconcile_speed",
        "invoices": options.invoices,
        "payments_per_s": stored["payments_per_s"],
        "memory_payments_per_s": memory["payments_per_s"],
        "single_p50_ms": stored["match_p50_ms"],
        "single_p99_ms": stored["match_p99_ms"],
        "single_p99_cpu_ms": stored["match_cpu_p99_ms"],
        "posted_p50_ms": stored["p50_ms"],
        "posted_p99_ms": stored["p99_ms"],
        **{f"{name}_per_payment": stored[name] for name in ("calls", "queries", "key_reads", "reads")},
        "memory_single_p99_ms": memory["p99_ms"],
        **_against(peer, stored, memory),
    }
    if options.large:
        figures |= _growth(options.large, options.style)
    return figures


def _against(peer: Mapping[str, Any], stored: Mapping[str, Any], memory: Mapping[str, Any]) -> dict[str, Any]:
    if not peer:
        return {}
    alone = sorted(peer["splink_single_s"])
    median = alone[len(alone) // 2] * 1000
    spent = sorted(peer["splink_single_cpu_s"])
    cpu = spent[len(spent) // 2] * 1000
    theirs = peer["splink_payments_per_s"]
    return {
        **{name: value for name, value in peer.items() if not name.startswith("splink_single")},
        "splink_single_p50_ms": round(median, 1),
        "splink_single_cpu_p50_ms": round(cpu, 1),
        "throughput_ratio": round(stored["payments_per_s"] / theirs, 2),
        "memory_throughput_ratio": round(memory["payments_per_s"] / theirs, 2),
        "cpu_ratio": round(stored["per_cpu_s"] / peer["splink_per_cpu_s"], 2),
        "memory_cpu_ratio": round(memory["per_cpu_s"] / peer["splink_per_cpu_s"], 2),
        "single_p50_ratio": round(stored["match_p50_ms"] / median, 4),
        "single_p99_ratio": round(stored["match_p99_ms"] / median, 4),
        "single_p99_cpu_ratio": round(stored["match_cpu_p99_ms"] / cpu, 4),
        "posted_p99_ratio": round(stored["p99_ms"] / median, 4),
        "memory_single_p99_ratio": round(memory["p99_ms"] / median, 4),
    }


def _growth(large: int, style: str) -> dict[str, Any]:
    """The same payments' worth of work in a small and in a large book, in turns of one process each."""
    small_book, large_book = drawn(SMALL, style), drawn(large, style)
    runs = [(_run("alone", str(small_book)), _run("alone", str(large_book))) for _ in range(3)]
    small, big = (min(pair[k]["p50_ms"] for pair in runs) for k in (0, 1))
    peak = max(pair[1]["peak_mib"] for pair in runs)
    return {
        "large_invoices": large,
        "time_ratio_1e6_to_1e4": round(big / small, 2),
        "alone_p50_ms": [small, big],
        "peak_mib": peak,
        "peak_mib_1e4": max(pair[0]["peak_mib"] for pair in runs),
        "large_reads_per_payment": runs[0][1]["reads"],
        "large_calls_per_payment": runs[0][1]["calls"],
    }


# --- what is measured on
def generated(invoices: int, seed: int, style: str = "inv") -> Path:
    """A data set of the shared generator, kept; ``style`` is how its invoices are numbered."""
    folder = PLACE / f"set-{invoices}-{seed}{'' if style == 'inv' else '-' + style}"
    if not (folder / "meta.json").exists():
        tool = (
            Path(os.environ.get("HESABU_SHARED", ROOT.parent / "shared"))
            / "bench/make_reconciliation_data.py"
        )
        folder.mkdir(parents=True, exist_ok=True)
        _tell(f"drawing {invoices} invoices")
        command = [sys.executable, str(tool), "--out", str(folder), "--invoices", str(invoices)]
        drawn_as = ["--seed", str(seed), "--set", f"number_style={style}"]
        subprocess.run([*command, *drawn_as], check=True, stdout=subprocess.DEVNULL)
    return folder


def drawn(invoices: int, style: str) -> Path:
    """A drawn book in a store, kept; made in a process of its own, whose memory is none of ours."""
    path = PLACE / f"book-{invoices}-{style}.db"
    if not path.with_suffix(".made").exists():
        _tell(f"writing a book of {invoices} invoices")
        _run("draw", str(path), str(invoices), style)
        path.with_suffix(".made").touch()
    return path


def _peer(data: Path, train: Path) -> dict[str, Any]:
    if not PEER.exists():
        raise SystemExit("the peer is not installed: run `make bench-splink`, or leave it out with --no-peer")
    _tell("Splink")
    command = [
        str(PEER),
        "-W",
        "ignore",
        "-m",
        "bench.splink_peer",
        "--data",
        str(data),
        "--train",
        str(train),
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _run(*child: str) -> dict[str, Any]:
    _tell(" ".join(child))
    command = [sys.executable, "-m", "bench.reconcile_speed", "--child", *child]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    _tell(str(answer))
    return answer


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- the children
def _child(what: str, place: str, *more: str) -> dict[str, Any]:
    if what == "draw":
        return _draw(Path(place), int(more[0]), more[1])
    ways: dict[str, Callable[..., dict[str, Any]]] = {"memory": _memory, "store": _store, "alone": _alone}
    measured = ways[what](Path(place), *map(int, more))
    return {**measured, "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}


def _draw(path: Path, invoices: int, style: str) -> dict[str, Any]:
    from bench.book_draw import Drawn
    from bench.book_load import load

    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    book = Drawn(invoices, style)
    return {"keys": load(path, book.customers(), book.all_invoices())}


def _memory(data: Path) -> dict[str, Any]:
    from bench.reconcile import Replay
    from bench.reconcile_lines import rows
    from shared.matching.decide import DecisionRules

    began, spent = time.perf_counter(), time.process_time()
    replay = Replay(DecisionRules())
    replay.start(_files(data))
    times = [_timed(lambda row=row: replay.payment(row)) for row in rows(str(data / "payments.jsonl"))]
    whole = time.perf_counter() - began
    used = time.process_time() - spent
    rates = {"payments_per_s": round(len(times) / whole, 1), "per_cpu_s": round(len(times) / used, 1)}
    return {**rates, "payments": len(times), **_percentiles(times)}


def _store(data: Path, sample: int) -> dict[str, Any]:
    import tempfile

    from bench.book_load import load, load_payers
    from bench.reconcile_lines import facts, rows
    from shared.matching.identity import payer_key

    began, spent = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="hesabu-bench-") as folder:
        path = Path(folder) / "book.db"
        files = _files(data)
        load(path, rows(files["customers"]), rows(files["invoices"]))
        counts: dict[str, dict[str, int]] = {}
        for row in rows(files["history"]):
            if row["customer_id"] and row["type"] == "payment" and row["links"]:
                who = counts.setdefault(payer_key(facts(row)), {})
                who[row["customer_id"]] = who.get(row["customer_id"], 0) + 1
        load_payers(path, counts)
        loading, loaded = time.perf_counter() - began, time.process_time() - spent
        every = [row for row in rows(str(data / "payments.jsonl")) if row["type"] == "payment"]
        chosen = list({row["trans_id"]: row for row in every[:sample]}.values())
        started, start_cpu = time.perf_counter(), time.process_time()
        measured = _through(path, chosen)
        matching = time.perf_counter() - started - measured["matched_twice_s"]
        used = time.process_time() - start_cpu - measured["matched_twice_cpu_s"]
    whole = loading + matching * len(every) / len(chosen)
    cpu = loaded + used * len(every) / len(chosen)
    rates = {"payments_per_s": round(len(every) / whole, 1), "per_cpu_s": round(len(every) / cpu, 1)}
    return {**rates, "load_s": round(loading, 1), **measured}


def _alone(path: Path) -> dict[str, Any]:
    from bench.book_draw import Drawn

    _, invoices, style = path.stem.split("-")
    mark = f"{time.time_ns():x}"
    rows = [
        {**row, "payment_id": mark + row["payment_id"], "trans_id": mark + row["trans_id"]}
        for row in Drawn(int(invoices), style).payments(ALONE + WARM, int(mark, 16))
    ]
    return _through(path, rows)


def _files(data: Path) -> dict[str, str]:
    return {name: str(data / f"{name}.jsonl") for name in ("customers", "invoices", "history")}


def _through(path: Path, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Store, book, match and post payments one by one; matching, and matching with posting, are timed."""
    from bench.reconcile_store import BUSINESS, document
    from shared.books import receive_payment
    from shared.matching import reconcile_payment
    from shared.matching.rules import MatchingRules
    from shared.store import Key, Tx

    desk, counted = _desk(path)
    rules, times, alone, cpu = MatchingRules(), [], [], []
    verdicts: dict[str, int] = {}
    for row in rows:
        data = document(row)

        def settle(tx: Tx, row: dict[str, Any] = row, data: dict[str, Any] = data) -> None:
            tx.create(Key("payments", row["payment_id"]), data)
            receive_payment(tx, data)

        desk.outbox.run(BUSINESS, settle)
        before = time.process_time()
        alone.append(_timed(lambda id_=row["payment_id"]: _matched(desk, BUSINESS, id_, rules.deciding())))
        cpu.append(time.process_time() - before)
        counted.on = True
        began = time.perf_counter()
        decision = reconcile_payment(desk, BUSINESS, row["payment_id"], rules)
        times.append(time.perf_counter() - began)
        counted.on = False
        verdict = decision.verdict if decision else ""
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    matched = {f"match_{name}": value for name, value in _percentiles(alone[WARM:]).items()}
    matched |= {f"match_cpu_{name}": value for name, value in _percentiles(cpu[WARM:]).items()}
    spent = {"matched_twice_s": sum(alone), "matched_twice_cpu_s": sum(cpu)}
    return {
        "decisions": verdicts,
        **_percentiles(times[WARM:]),
        **matched,
        **spent,
        **counted.each(len(times)),
    }


def _matched(desk: Any, business: str, payment_id: str, rules: Any) -> None:
    """What ``reconcile_payment`` does before it posts."""
    from shared.matching.reconcile import look_at
    from shared.store import Key

    look_at(desk.store, business, desk.store.require(business, Key("payments", payment_id)), rules)


class _Counted:
    """An adapter that counts what is asked of it while ``on``."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self.on = False
        self.calls = self.queries = self.reads = self.key_reads = 0

    def get_many(self, business: str, keys: Sequence[Any]) -> Any:
        if self.on:
            self.calls += 1
            self.reads += len(keys)
            self.key_reads += sum(key.collection == "keys" for key in keys)
        return self._adapter.get_many(business, keys)

    def query(self, business: str, scan: Any) -> Any:
        self.calls += self.on
        self.queries += self.on
        return self._adapter.query(business, scan)

    def commit(self, *args: Any, **kwargs: Any) -> None:
        self.calls += self.on
        self._adapter.commit(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def each(self, payments: int) -> dict[str, float]:
        """What one payment asked for on average."""
        names = ("calls", "queries", "reads", "key_reads")
        return {name: round(getattr(self, name) / payments, 1) for name in names}


def _desk(path: Path) -> tuple[Any, _Counted]:
    """What matching needs, over a store that is there already."""
    from datetime import UTC, datetime
    from types import SimpleNamespace

    from bench.reconcile_store import SilentBus
    from shared.bus import Outbox
    from shared.core.clock import ManualClock
    from shared.core.ids import SeededIds
    from shared.store import Store
    from shared.store.indexes import SCHEMA
    from shared.store.sqlite import SqliteAdapter

    counted = _Counted(SqliteAdapter(path, durable=False))
    clock, ids = ManualClock(datetime(2025, 1, 1, tzinfo=UTC)), SeededIds(str(time.time_ns()))
    store = Store(counted, SCHEMA, clock, ids)
    store.ensure_indexes()
    return SimpleNamespace(store=store, ids=ids, outbox=Outbox(store, SilentBus()), tokens=None), counted


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _percentiles(times: Iterable[float]) -> dict[str, float]:
    ordered = sorted(times)
    at: Iterator[tuple[str, float]] = (
        (name, ordered[min(len(ordered) - 1, int(len(ordered) * share))])
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))
    )
    return {name: round(1000 * seconds, 3) for name, seconds in at}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
