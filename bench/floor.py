"""The floor every figure is measured against: a bare functions-framework hello world, and its servers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HELLO = """import functions_framework


@functions_framework.http
def hello(request):
    return "hello"
"""
SECRET = "s" * 40


def write_hello(folder: Path) -> Path:
    """A hello world function as its documentation shows it; returns its source file."""
    source = folder / "main.py"
    source.write_text(HELLO)
    return source


def base_environment() -> dict[str, str]:
    """What any program gets of this process's environment."""
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The settings of an embedded function whose data lives in ``folder``."""
    return {
        **base_environment(),
        "PYTHONPATH": str(ROOT),
        "STORE_URL": f"sqlite:///{folder}/hesabu.db",
        "BLOB_URL": f"file:///{folder}/bucket",
        "OUTBOX_FOLDER": f"{folder}/outbox",
        "BUS_URL": "local:",
        "AUTH_SECRET": SECRET,
        "CALLBACK_SECRET": SECRET,
        "LOG_LEVEL": "WARNING",
        **more,
    }


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(source: Path, target: str, env: Mapping[str, str]) -> Iterator[int]:
    """Serve one function with the functions-framework command, as Cloud Run does; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "functions_framework", "--source", str(source), "--target", target]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not listen within ten seconds")
