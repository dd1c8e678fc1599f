"""The product as a process of its own: ``python -m local run`` on a free port, with its memory in sight."""

from __future__ import annotations

import os
import re
import selectors
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.auth import Actor, Tokens

ROOT = Path(__file__).resolve().parents[2]
BUSINESS = "biz_target"


def environment(folder: Path) -> dict[str, str]:
    """Settings of a system whose data lies in ``folder``; nothing of this test run's own leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "STORE_URL": f"sqlite:///{folder}/hesabu.db",
        "BLOB_URL": f"file:///{folder}/bucket",
        "OUTBOX_FOLDER": str(folder / "outbox"),
        "AUTH_SECRET": "a" * 32,
        "CALLBACK_SECRET": "c" * 32,
        "LOG_LEVEL": "INFO",
    }


@dataclass
class Running:
    """A started process: requests to it as the owner of BUSINESS, its documents, its memory."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def token(self) -> str:
        settings = Settings.model_validate({"auth_secret": "a" * 32, "callback_secret": "c" * 32})
        return Tokens(settings, SystemClock()).issue(Actor("usr_target", BUSINESS, "owner"))

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token()}", **options.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=30, **options)

    def raw(self, request: bytes) -> bytes:
        """Send these very bytes on a connection of their own; returns the whole answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return answer

    def documents(self) -> Counter[str]:
        """How many documents of each collection the business has, read beside the store."""
        address = f"file:{self.folder}/hesabu.db?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT c, count(*) FROM docs WHERE b = ? GROUP BY c", (BUSINESS,))
            return Counter(dict(rows.fetchall()))

    def alive(self) -> bool:
        return self.process.poll() is None and requests.get(f"{self.url}/status.json", timeout=20).ok

    def peak_mib(self) -> float:
        """The most memory that the process ever held, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    def has_loaded(self, library: str) -> bool:
        """Whether a native library of this name is mapped into the process."""
        return library in Path(f"/proc/{self.process.pid}/maps").read_text()


@contextmanager
def started(folder: Path) -> Iterator[Running]:
    """Start the product and stop it as Ctrl-C would; fails when it does not stop cleanly."""
    command = [sys.executable, "-m", "local", "run", "--port", "0"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield Running(process, _address(process), folder)
        finally:
            process.terminate()
            try:
                code = process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
    assert code == 0


def _address(process: subprocess.Popen[str], seconds: float = 30) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(seconds), "it did not say where it runs"
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found is not None, line
    return found[0]


def wait_until(done: Callable[[], bool], seconds: float = 30) -> None:
    """Look every tenth of a second until ``done``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
