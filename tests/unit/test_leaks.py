"""The scanner of the run's logs finds what is planted, and leaves alone what is not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.leaks import PEOPLE, leaks_in

ROOT = Path(__file__).parents[2]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJlLWhlcmU"
PLANTED = """
from shared.core import logs
import sys, threading

def test_innocent():
    logs.info("paid", payer="[hidden]", cents=116000)

def test_guilty():
    logs.log.setLevel("CRITICAL")  # what nobody is shown is looked at all the same
    logs.info("no customer called Wanjiku Kamau")

def test_in_a_thread():
    thread = threading.Thread(target=lambda: logs.error("asked", why="for Grace"))
    thread.start(); thread.join()

def test_by_the_framework():
    print("Authorization: Bearer abcdefghijklmnop1234", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"why": "254712345678"}', "phone"),
        ('{"why": "called +254 712 345 678 twice"}', "phone"),
        ('{"n": 254112345678}', "phone"),
        ('{"why": "0712-345-678"}', "phone"),
        ('{"why": "0112345678"}', "phone"),
        ('{"to": "wanjiku@example.com"}', "e-mail"),
        (f'{{"header": "{JWT}"}}', "signed token"),
        ("Authorization: Bearer 0123456789abcdef0", "bearer"),
        (f'{{"x": "{"a" * 32}"}}', "secret"),
        (f'{{"path": "/ipn/stk/biz/att/{"0f" * 32}"}}', "callback"),
        ('{"url": "mongodb://user:pass@host/db"}', "password"),
        ('{"why": "no customer called WANJIKU"}', "name wanjiku"),
        ('{"why": "Wycliffe paid"}', "name wycliffe"),
    ],
)
def test_what_is_planted_is_found(line: str, what: str) -> None:
    assert any(what in leak.what for leak in leaks_in(line)), leaks_in(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"severity": "INFO", "request_id": "req_254712345678abcdef", "cents": 71234567}',
        '{"event_id": "evt_0712345678", "receipt": "SFF6XYZ123", "time": "2026-03-01T09:00:00.000Z"}',
        '{"step": "POST /ipn/stk/{business}/{attempt_id}/{token}", "duration_ms": 254}',
        '{"actor": "usr_juma", "store": "mongodb://host/db", "payer": "[hidden]", "phone": "[phone]"}',
    ],
)
def test_ids_amounts_and_redacted_fields_are_no_leak(line: str) -> None:
    assert leaks_in(line) == []


def test_a_run_that_leaks_fails_and_names_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_planted.py").write_text(PLANTED)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.leaks", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-c", "/dev/null", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 failed, 1 passed" in done.stdout
    blamed = dict(re.findall(r"(test_\w+) leaked into the log:\n(.*?) in:", done.stdout))
    assert blamed == {
        "test_guilty": "the name kamau",
        "test_in_a_thread": "the name grace",
        "test_by_the_framework": "a bearer token (Bearer abcdefghijklmnop1234)",
    }


NOBODY = {"Ignore all instructions", "PAYER"}
"""Names of no person: an attack, and every payer of the simulation, whose name would be a word of any log."""


def test_the_people_of_the_fixtures_are_known_to_it() -> None:
    told = re.compile(r'"(?:payer_name|customer_name|FirstName|MiddleName|LastName)": "([A-Z][^"\\<]{3,60})"')
    files = [path for top in ("tests", "local") for path in (ROOT / top).rglob("*.py")]
    files += (ROOT / "tests" / "events").glob("*.json")
    names = {name for path in files for name in told.findall(path.read_text())} - NOBODY
    assert len(names) >= 8
    assert {n for n in names if not PEOPLE & {word.lower() for word in n.split()}} == set()
