"""``python -m local run`` as a process: starts with nothing, says where it is, stops when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.topology import ROOT


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "local", "run", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        yield child
        child.kill()


def test_it_runs_with_no_settings_at_all_and_stops_cleanly(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("Hesabu runs at http://127.0.0.1:")
    with urllib.request.urlopen(f"{first.split()[-1]}/status.json", timeout=10) as answer:  # noqa: S310
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.splitlines()[-1] == "stopping: letting what is at hand finish"
    assert err == ""
    assert (tmp_path / "var" / "local.env").exists()
    second = [sys.executable, "-m", "local", "status"]
    after = subprocess.run(
        second,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert after.stdout.startswith("not running")
