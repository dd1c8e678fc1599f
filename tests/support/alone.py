"""Real functions, each in a functions-framework process of its own, as the platform runs them."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.floor import ROOT
from tests.support.emulators import free_port

COMMAND = Path(sys.executable).with_name("functions-framework")


@contextmanager
def functions_alone(names: Sequence[str], env: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """Start them side by side; yields name -> address once all answer, and ends them.

    Args:
        env: the settings of all of them.
        folder: where they run, and where ``{name}.log`` goes.
    """
    with ExitStack() as stack:
        ports = {name: free_port() for name in names}
        started = {name: stack.enter_context(_process(name, ports[name], env, folder)) for name in names}
        for name, process in started.items():
            _wait(name, ports[name], process, folder)
        yield {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


@contextmanager
def _process(name: str, port: int, env: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    source = ROOT / "functions" / name / "main.py"
    arguments = ["--source", source, "--target", name, "--host", "127.0.0.1", "--port", str(port)]
    with open(folder / f"{name}.log", "wb") as log:
        process = subprocess.Popen([COMMAND, *arguments], env=dict(env), cwd=folder, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(name: str, port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(600):
        said = (folder / f"{name}.log").read_text(errors="replace")[-2000:]
        assert process.poll() is None, f"{name} ended at once:\n{said}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise AssertionError(f"{name} does not answer:\n{said}")
