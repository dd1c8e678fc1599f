"""What a newcomer sees: `run --demo` as its own process, killed in the middle, started again and used."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

PATIENCE = 120
"""Seconds for a start that reads twelve photos on a busy machine."""

TELLING = ("customers", "invoices", "payments", "receipts", "transactions", "expenses", "journal", "review")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the demo on the same data; what still runs at the end is killed."""
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-u", "-m", "local", "run", "--demo", "--port", "0"]
        errors = (tmp_path / "errors.txt").open("a")
        with errors:
            process = subprocess.Popen(
                command, cwd=tmp_path, env=inherited, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


def books(folder: Path) -> Counter[str]:
    """How many documents the demo business has, by collection; nothing before the store exists."""
    try:
        with sqlite3.connect(f"file:{folder}/var/hesabu.db?mode=ro", uri=True) as db:
            rows = db.execute("SELECT c, count(*) FROM docs WHERE b = 'jenga' GROUP BY c").fetchall()
        db.close()
    except sqlite3.OperationalError:
        return Counter()
    return Counter(dict(rows))


def kill_in_the_middle(process: subprocess.Popen[str], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while books(folder)["payments"] < 15:
        assert process.poll() is None, "the demo ended by itself"
        assert time.monotonic() < deadline, "the demo does not get anywhere"
        time.sleep(0.02)
    end(process)


def greeting(process: subprocess.Popen[str]) -> list[str]:
    """What is printed until the system serves, without waiting for ever."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Stop with"):
            return lines
    raise AssertionError("\n".join(["the demo ended while it started", *lines]))


class Newcomer:
    """Somebody who does what the greeting says."""

    def __init__(self, lines: list[str]) -> None:
        said = "\n".join(lines)
        self.url = re.search(r"http://127\.0\.0\.1:\d+", said)[0]  # type: ignore[index]
        email, password = re.search(r"Login +(\S+) or \S+ password (\S+)", said).groups()  # type: ignore[union-attr]
        self.pay = re.search(r'\{"invoice_id":"(\S+)","phone":"(\d+)"\}', said).groups()  # type: ignore[union-attr]
        self.http = requests.Session()
        self.http.trust_env = False
        token = self.post("/v1/auth/token", {"email": email, "password": password})["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = self.http.post(self.url + path, json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json())

    def get(self, path: str) -> Any:
        answer = self.http.get(self.url + path, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def pay_the_open_invoice(self) -> dict[str, Any]:
        """Ask for the money, enter the PIN on the simulated phone, wait for the books."""
        invoice, phone = self.pay
        self.post("/v1/attempts", {"invoice_id": invoice, "phone": phone}, **{"Idempotency-Key": "1"})
        (prompt,) = self.get("/safaricom/control/prompts")
        self.post(f"/safaricom/control/prompts/{prompt['checkout']}", {"action": "pin", "pin": "1234"})
        deadline = time.monotonic() + 20
        while (found := self.get(f"/v1/invoices/{invoice}"))["status"] != "paid":
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return dict(found)


def test_the_demo_survives_a_kill_and_does_what_it_says(
    tmp_path: Path, start: Callable[[], subprocess.Popen[str]]
) -> None:
    kill_in_the_middle(start(), tmp_path)
    half = books(tmp_path)
    assert half["payments"] < 60
    assert half["receipts"] == 0

    process = start()
    lines = greeting(process)
    assert len(lines) <= 25
    whole = books(tmp_path)
    assert (whole["customers"], whole["invoices"], whole["receipts"]) == (40, 60, 12)
    counts = re.search(r"Receipts  (\d+) read: (\d+) sure, (\d+) to check; (\d+) found", "\n".join(lines))
    assert counts is not None
    read, sure, to_check, found = map(int, counts.groups())
    assert (read, sure + to_check) == (12, 12)
    assert sure >= 8
    assert found >= 6

    newcomer = Newcomer(lines)
    assert newcomer.get("/status.json")["totals"] == {"waiting": 0, "in_flight": 0, "dead": 0}
    assert newcomer.pay_the_open_invoice()["balance_cents"] == 0
    assert newcomer.get("/v1/trial-balance")["totals_cents"] == {"KES": 0}
    answer = newcomer.post("/ai/ask", {"question": "Which customers have outstanding invoices?"})
    assert answer["kind"] == "answered"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0

    after = books(tmp_path)
    greeting(start())
    assert {name: n for name, n in books(tmp_path).items() if name in TELLING} == {
        name: n for name, n in after.items() if name in TELLING
    }
    assert "Traceback" not in (tmp_path / "errors.txt").read_text()
