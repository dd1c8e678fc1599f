"""How fast a statement is imported, whether all of it is found, and whether memory grows with it.

    python -m bench.statement [--payments 10000] [--small 2000]

The simulated Safaricom is paid so often; one callback in a hundred is lost; its portal then exports the
statement, with a charge after every third payment. The statement is imported by the product's own code on
SQLite as it is shipped (every commit on disk). ``found`` counts payments of the ledger that are in the books
with their amount and their line, ``missed`` the others. Each import runs in a process of its own, so that its
peak memory is its own; a smaller statement is imported beside it. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bench.floor import ROOT
from local.safaricom.ledger import pay
from local.safaricom.model import Merchant, Options, Order, Transaction
from local.safaricom.sim import Sim
from local.safaricom.state import State
from local.safaricom.statement import Move, moves_of, written
from shared.blobs.folder import FolderBlobs
from shared.bus import Outbox
from shared.core import logs
from shared.core.clock import Clock, ManualClock, SystemClock, parse_rfc3339
from shared.core.ids import SystemIds
from shared.core.settings import Settings
from shared.http.auth import Tokens
from shared.payments.gateways.port import Evidence, HintKind, Outcome, PayerHint
from shared.payments.places import PAYMENTS
from shared.payments.settlement import apply_notice
from shared.payments.statements.importing import import_statement
from shared.payments.statements.intake import Given, accept
from shared.payments.statements.places import LINES
from shared.store import Key, Query, Store, Where
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter

BUSINESS, LOST_EACH, CHARGE_EACH = "biz_bench", 100, 3
START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


class Silent:
    """A bus that nobody listens to."""

    collects_outbox = False

    def publish(self, events: list[dict[str, Any]]) -> None:
        return

    def wake(self) -> None:
        return

    def close(self) -> None:
        return


class Desk:
    """The ports of payments over one folder."""

    def __init__(self, folder: Path, clock: Clock, *, durable: bool) -> None:
        self.clock, self.ids, self.gateway = clock, SystemIds(), None
        self.settings = Settings(
            auth_secret=SecretStr("a" * 32),
            callback_secret=SecretStr("c" * 32),
            settle_without_proof_cents=10_000_000_00,
        )
        self.store = Store(SqliteAdapter(folder / "bench.db", durable=durable), SCHEMA, clock, self.ids)
        self.store.ensure_indexes()
        self.outbox = Outbox(self.store, Silent())
        self.blobs = FolderBlobs(folder / "bucket", "bucket")
        self.tokens = Tokens(self.settings, clock)


def main() -> None:
    parser = argparse.ArgumentParser(description="Import a statement and print figures as JSON.")
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--small", type=int, default=2_000)
    parser.add_argument("--import-from", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logs.configure("ERROR")
    if asked.import_from is not None:
        print(json.dumps(import_once(asked.import_from)))
        return
    small, large = measured(asked.small), measured(asked.payments)
    figures = {name: large[name] for name in ("seconds_per_1000", "found", "missed", "peak_mib")}
    told = (
        "payments",
        "lines",
        "callbacks_lost",
        "found_without_callback",
        "doubled",
        "again_seconds_per_1000",
    )
    figures |= {name: large[name] for name in told}
    figures |= {"peak_mib_small": small["peak_mib"], "payments_small": small["payments"]}
    figures["peak_ratio"] = round(large["peak_mib"] / small["peak_mib"], 3)
    print(json.dumps(figures))


def measured(payments: int) -> dict[str, Any]:
    """Prepare a business with so many payments, import its statement in a fresh process, and compare."""
    with tempfile.TemporaryDirectory(prefix="hesabu-statement-") as name:
        folder = Path(name)
        truth = prepare(folder, payments)
        print(f"{payments} payments made, importing", file=sys.stderr)
        command = [sys.executable, "-m", "bench.statement", "--import-from", str(folder)]
        done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures | compare(folder, truth)


def prepare(folder: Path, payments: int) -> dict[str, int]:
    """Payments, their callbacks but for one in a hundred, and the statement; returns receipt -> cents."""
    merchant, clock = Merchant(), ManualClock(START)
    sim = Sim(State(), clock, SystemIds(), lambda *_: 200, (merchant,), Options(balance_cents=1_000_000_00))
    desk = Desk(folder, clock, durable=False)
    truth = {}
    for number in range(payments):
        clock.advance(4)
        phone = f"2547{number % 10**8:08d}"
        order = Order(
            phone, merchant.shortcode, merchant.shortcode, 100_00 + number % 900 * 100, f"A{number}", "c2b"
        )
        paid = pay(sim, order, merchant)
        assert isinstance(paid, Transaction)
        truth[paid.receipt] = paid.amount_cents
        if number % LOST_EACH:
            apply_notice(desk, BUSINESS, _notice(paid), f"evd_{number}")  # type: ignore[arg-type]
    moves = with_charges(moves_of(sim, merchant))
    text = written(merchant, moves, 0, "0001-01-01", "9999-12-31")
    (folder / "statement.csv").write_text(text, newline="")
    desk.store.close()
    return truth


def _notice(paid: Transaction) -> Evidence:
    payer = PayerHint(HintKind.MASKED, f"{paid.phone[:4]} ***** {paid.phone[-3:]}", paid.name.split()[0])
    return Evidence(
        provider="mpesa",
        kind="c2b",
        outcome=Outcome.SUCCESS,
        code="0",
        receipt=paid.receipt,
        amount_cents=paid.amount_cents,
        payer=payer,
        account=paid.reference,
        shortcode=paid.shortcode,
        at=parse_rfc3339(paid.at),
    )


def with_charges(moves: list[Move]) -> list[Move]:
    """A charge of five shillings after every third payment."""
    charged: list[Move] = []
    for number, move in enumerate(moves):
        charged.append(move)
        if number % CHARGE_EACH == 0:
            charged.append(Move(move.receipt, move.at, -500, "Pay Bill Charge", "Pay Bill Charge"))
    return charged


def import_once(folder: Path) -> dict[str, Any]:
    """What a function does with the file: accept it, import it; then both again."""
    desk = Desk(folder, SystemClock(), durable=True)
    first = _timed(desk, (folder / "statement.csv").read_bytes())
    again = _timed(desk, (folder / "statement.csv").read_bytes() + b"\r\n")
    desk.store.close()
    per_1000 = 1000 / first["lines"]
    return {
        "seconds_per_1000": round(first["seconds"] * per_1000, 3),
        "again_seconds_per_1000": round(again["seconds"] * per_1000, 3),
        "lines": first["lines"],
        "doubled": again["added"],
        "peak_mib": _peak_mib(),
    }


def _timed(desk: Desk, content: bytes) -> dict[str, Any]:
    began = time.perf_counter()
    doc = accept(desk, BUSINESS, content, Given())
    import_statement(desk, BUSINESS, doc.id)  # type: ignore[arg-type]
    seconds = time.perf_counter() - began
    statement = desk.store.require(BUSINESS, doc.key).data
    assert statement["status"] == "imported", statement
    return {"seconds": seconds, "lines": statement["lines"], "added": statement["added"]}


def _peak_mib() -> float:
    """The most memory this process ever had; unlike getrusage, it does not count its parent's."""
    status = Path("/proc/self/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(kib) / 1024, 1)


def compare(folder: Path, truth: dict[str, int]) -> dict[str, Any]:
    """The simulated ledger against the books."""
    desk = Desk(folder, SystemClock(), durable=False)
    booked = {
        doc.data["receipt"]: doc.data for doc in desk.store.all(BUSINESS, Query(PAYMENTS, (), "paid_at"))
    }
    listed = set()
    for day in sorted({str(data["business_day"]) for data in booked.values()}):
        where = (Where("business_day", "==", day),)
        for line in desk.store.all(BUSINESS, Query(LINES, where, "at")):
            listed.add(line.data["receipt"])
    found = [r for r, cents in truth.items() if _is_found(booked.get(r), cents) and r in listed]
    alone = [r for r in found if [e["kind"] for e in booked[r]["evidence"]] == ["statement"]]
    entries = sum(desk.store.get(BUSINESS, Key("journal", f"pay-{receipt}")) is not None for receipt in truth)
    assert entries == len(found) == len(booked), "every payment once, and nothing else"
    desk.store.close()
    lost = len([n for n in range(len(truth)) if n % LOST_EACH == 0])
    return {
        "payments": len(truth),
        "callbacks_lost": lost,
        "found": len(found),
        "missed": len(truth) - len(found),
        "found_without_callback": len(alone),
    }


def _is_found(payment: dict[str, Any] | None, cents: int) -> bool:
    return payment is not None and payment["status"] == "settled" and payment["amount_cents"] == cents


if __name__ == "__main__":
    main()
