"""How fast a callback is acknowledged, durably, beside a hello world under the same load.

    python -m bench.callback [--requests 3000] [--connections 32] [--rounds 3]

Every request is another callback body; each is on disk before its answer. The rounds alternate floor and
callback, so that a machine that slows down slows both; the figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench.floor import ROOT, SECRET, environment, serving, write_hello
from bench.load import Load, post_all

BUSINESS = "bench"


def main() -> None:
    """Measure and print one JSON line."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(_measure(Path(name), args.requests, args.connections, args.rounds)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.callback", description=__doc__)
    parser.add_argument("--requests", type=int, default=3000, help="a round and server, at most 20000")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    args.requests = min(args.requests, 20_000)
    return args


def _measure(folder: Path, requests: int, connections: int, rounds: int) -> dict[str, object]:
    env = environment(folder, THREADS=str(_concurrency()))
    source = ROOT / "functions" / "mpesa_callback" / "main.py"
    floors: list[Load] = []
    ours: list[Load] = []
    with serving(write_hello(folder), "hello", env) as floor, serving(source, "mpesa_callback", env) as port:
        post_all(floor, "/", [_body("warm", n) for n in range(200)], connections)
        post_all(port, _path(), [_body("warm", n) for n in range(200)], connections)
        for number in range(rounds):
            bodies = [_body(f"r{number}", n) for n in range(requests)]
            floors.append(post_all(floor, "/", bodies, connections))
            ours.append(post_all(port, _path(), bodies, connections))
            print(
                f"round {number + 1}: {ours[-1].per_second:.0f}/s, floor {floors[-1].per_second:.0f}/s",
                file=sys.stderr,
            )
    kept = _kept(folder)
    return {
        "throughput_ratio": _median(o.per_second / f.per_second for o, f in zip(ours, floors, strict=True)),
        "p99_ratio": _median(
            o.percentile(0.99) / f.percentile(0.99) for o, f in zip(ours, floors, strict=True)
        ),
        "p50_ratio": _median(
            o.percentile(0.5) / f.percentile(0.5) for o, f in zip(ours, floors, strict=True)
        ),
        "requests": requests * rounds,
        "not_ok": sum(load.not_ok for load in ours),
        "callbacks_stored": kept - 200,
        "connections": connections,
    }


def _concurrency() -> int:
    """The threads that the function is deployed with; the floor gets as many."""
    topology = json.loads((ROOT / "infra" / "functions.json").read_text())
    return int(topology["functions"]["mpesa_callback"]["concurrency"])


def _median(ratios: object) -> float:
    return round(statistics.median(ratios), 3)  # type: ignore[call-overload, no-any-return]


def _path() -> str:
    from shared.payments.gateways.daraja.urls import callback_url

    base = "http://127.0.0.1"
    return callback_url(base, "stk", BUSINESS, "att_bench", SECRET).removeprefix(base)


def _body(label: str, number: int) -> bytes:
    """A successful STK result as Safaricom spells it, another one each time."""
    items = [
        {"Name": "Amount", "Value": 100.0},
        {"Name": "MpesaReceiptNumber", "Value": f"UKN{number:07d}"},
        {"Name": "TransactionDate", "Value": 20261123100000},
        {"Name": "PhoneNumber", "Value": 254708374149},
    ]
    callback = {
        "MerchantRequestID": f"{label}-{number}",
        "CheckoutRequestID": f"ws_CO_{label}_{number}",
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {"Item": items},
    }
    return json.dumps({"Body": {"stkCallback": callback}}).encode()


def _kept(folder: Path) -> int:
    """How many callbacks the database holds, counted behind the product's back."""
    import sqlite3

    with sqlite3.connect(folder / "hesabu.db") as database:
        row = database.execute("SELECT count(*) FROM docs WHERE c = 'callbacks'").fetchone()
        return int(row[0])


if __name__ == "__main__":
    main()
