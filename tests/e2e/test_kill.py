"""Kill -9 in the middle of two hundred payments: nothing is lost, nothing is counted twice.

A real process on real time is driven over HTTP and killed; another goes on with the same data; at the end the
hours that a poll plan takes are simulated, and the books are compared with what really happened to the money.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from threading import Event
from typing import Any

import requests

from shared.books import trial_balance
from shared.core.clock import ManualClock, SystemClock
from shared.core.ids import SystemIds
from shared.payments.states import State
from shared.store import Query, Store
from shared.store.indexes import SCHEMA
from shared.store.sqlite import SqliteAdapter
from tests.e2e.world import BUSINESS, PAYBILL, World, furnish, running, settings_in

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, EACH = 40, 5
PAYMENTS = CUSTOMERS * EACH
KILL_AFTER = 80
"""Answers to wait for; callbacks, settlements and messages of the last ones are then still on their way."""
WORKERS = 3
ENDED = {State.SUCCEEDED, State.EXPIRED, State.FAILED, State.REJECTED}


def phone_of(customer: int) -> str:
    return f"2547120000{customer:02d}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m local run`` on the data in ``folder``, once it answers; killed if it runs at the end."""
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "local", "run", "--port", str(port)],
            cwd=folder,
            env={**os.environ, **environment(folder)},
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(300):
            if started.poll() is not None or answers(port):
                break
            time.sleep(0.05)
        assert started.poll() is None, (folder / "log").read_text()
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait(30)


def environment(folder: Path) -> dict[str, str]:
    """The settings of the in-process system, as variables; addresses are left for it to choose."""
    settings = settings_in(folder)
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    plain = {k: v.get_secret_value() if hasattr(v, "get_secret_value") else str(v) for k, v in chosen.items()}
    return {"PYTHONPATH": str(ROOT), **{name.upper(): value for name, value in plain.items()}}


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/status.json", timeout=5).ok
    except requests.RequestException:
        return False


class Driver:
    """Asks for every payment once, with a key each, and asks again with the same key when no answer came."""

    def __init__(self, port: int, bearer: dict[str, str], invoices: dict[int, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._bearer, self._invoices = bearer, invoices
        self.answered, self.enough, self.back = 0, Event(), Event()

    def ask(self, n: int) -> int:
        """Returns the status of the answer: 201, or 409 while the killed request's lease runs."""
        body = {"phone": phone_of(n % CUSTOMERS), "invoice_id": self._invoices[n]}
        headers = {**self._bearer, "Idempotency-Key": f"payment-{n}"}
        for _ in range(5):
            try:
                answer = requests.post(f"{self.url}/v1/attempts", json=body, headers=headers, timeout=30)
            except requests.RequestException:
                assert self.back.wait(30), "the second process did not come up"
                continue
            self.answered += 1
            if self.answered >= KILL_AFTER:
                self.enough.set()
            assert answer.status_code in {201, 409}, answer.text
            return answer.status_code
        raise AssertionError("no answer in five tries")


def come_to_rest(url: str, seconds: float) -> None:
    """Wait until nothing waits and no phone shows a prompt, or for so long: what is left, time will do."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        totals = requests.get(f"{url}/status.json", timeout=10).json()["totals"]
        prompts = requests.get(f"{url}/safaricom/control/prompts", timeout=10).json()
        if not prompts and not totals["waiting"] and not totals["in_flight"]:
            return
        time.sleep(0.3)


def unfinished(folder: Path) -> int:
    """How many attempts the dead process left without an ending."""
    store = Store(SqliteAdapter(folder / "hesabu.db"), SCHEMA, SystemClock(), SystemIds())
    attempts = store.all(BUSINESS, Query("attempts", (), "created_on"))
    store.close()
    return sum(attempt.data["status"] not in ENDED for attempt in attempts)


def prepare(folder: Path) -> tuple[dict[str, str], dict[int, str]]:
    """A business with customers and invoices; every phone pays by itself. Returns bearer and invoices."""
    with running(folder, ManualClock(datetime.now(UTC))) as world:
        furnish(world)
        people = [world.customer(f"Customer {n}", phone_of(n)) for n in range(CUSTOMERS)]
        invoices = {
            CUSTOMERS * of + n: world.invoice(100 * (100 + CUSTOMERS * of + n), people[n])
            for of, n in product(range(EACH), range(CUSTOMERS))
        }
        world.advance()
        world.http.put(f"{world.system.url}/safaricom/control/mode", json={"mode": "pay"}, timeout=10)
        return world.bearer(), invoices


def test_a_kill_in_the_middle_of_two_hundred_payments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    bearer, invoices = prepare(tmp_path)
    port = free_port()
    driver = Driver(port, bearer, invoices)
    with ThreadPoolExecutor(WORKERS) as workers:
        with process(tmp_path, port) as first:
            results = [workers.submit(driver.ask, n) for n in invoices]
            assert driver.enough.wait(60)
            first.send_signal(signal.SIGKILL)
            first.wait(10)
        assert unfinished(tmp_path), "nothing was at work when it was killed: the test shows nothing"
        with process(tmp_path, port) as second:
            driver.back.set()
            statuses = Counter(result.result(60) for result in results)
            come_to_rest(driver.url, 20)
            second.terminate()
            assert second.wait(30) == 0, (tmp_path / "log").read_text()[-2000:]
    assert statuses[409] <= WORKERS
    with running(tmp_path, ManualClock(datetime.now(UTC)), port, seed=12) as world:
        for _ in range(75):
            world.clock.advance(60)
            world.system.settle()
        check(world, invoices)


def check(world: World, invoices: dict[int, str]) -> None:
    """Compare the books with the true ledger of the simulated Safaricom."""
    truth = {t.receipt: t.amount_cents for t in world.true_ledger()}
    attempts = world.docs("attempts", "created_on")
    payments = world.docs("payments", "paid_at")
    assert PAYMENTS - WORKERS <= len(truth) <= PAYMENTS
    assert len(attempts) == PAYMENTS
    assert {a.data["status"] for a in attempts} <= ENDED
    assert {p.data["receipt"]: p.data["amount_cents"] for p in payments} == truth
    assert len(payments) == len(truth)
    assert {p.data["status"] for p in payments} == {"settled"}
    assert sum(a.data["status"] == State.SUCCEEDED for a in attempts) == len(truth)
    check_prompts(world)
    check_books(world, payments, truth)
    check_invoices(world, payments, invoices)
    check_messages(world, payments)
    assert world.docs("dead_letters", "recorded_at") == []


def check_prompts(world: World) -> None:
    """Every phone was asked for each of its invoices once at most; amounts tell them apart."""
    pushes = [fact for _, fact in world.system.safaricom.sim.state.all("push")]
    assert max(Counter((p["phone"], p["amount_cents"]) for p in pushes).values()) == 1


def check_books(world: World, payments: list[Any], truth: dict[str, int]) -> None:
    assert world.trial_balance() == {"KES": 0}
    balance = trial_balance(world.system.app.store, BUSINESS)
    assert balance.of(f"clearing:mpesa:{PAYBILL}") == sum(truth.values())
    assert balance.of("suspense:unmatched") == 0
    booked = [legs for identity, legs in world.ledger() if identity.startswith("pay-")]
    assert sorted(legs[f"clearing:mpesa:{PAYBILL}"] for legs in booked) == sorted(truth.values())


def check_invoices(world: World, payments: list[Any], invoices: dict[int, str]) -> None:
    paid_for = {p.data["invoice_id"] for p in payments}
    for invoice_id in invoices.values():
        invoice = world.doc("invoices", invoice_id)
        left = 0 if invoice_id in paid_for else invoice["total_cents"]
        assert invoice["balance_cents"] == left
    for payment in payments:
        links = [(link["invoice_id"], link["cents"]) for link in payment.data["allocations"]]
        assert links == [(payment.data["invoice_id"], payment.data["amount_cents"])]


def check_messages(world: World, payments: list[Any]) -> None:
    """One thank-you for each payment; the one that was being sent at the kill may be of unknown outcome."""
    thanks = [
        m.data for m in world.docs("messages", "created_on") if m.data["template"] == "payment.received"
    ]
    assert Counter(m["subject"] for m in thanks) == Counter(f"payments/{p.id}" for p in payments)
    assert {m["status"] for m in thanks} <= {"sent", "unknown"}
    assert sum(m["status"] == "unknown" for m in thanks) <= WORKERS
