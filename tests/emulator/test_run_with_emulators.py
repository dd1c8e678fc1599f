"""``python -m local run --store firestore --bus pubsub``: the emulators start and end with the system."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from local.topology import ROOT
from tests.conftest import skip_or_fail
from tests.support.emulators import Missing, firestore_command, pubsub_command

pytestmark = pytest.mark.emulator


def listens(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def status(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/status.json", timeout=30) as answer:  # noqa: S310 - our own address
        return dict(json.loads(answer.read()))


def test_the_emulators_start_and_end_with_the_system(tmp_path: Path) -> None:
    try:
        firestore_command(1), pubsub_command(1)
    except Missing as missing:
        skip_or_fail(str(missing), "REQUIRE_EMULATORS")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "CLOUDSDK_ROOT_DIR") if name in os.environ}
    command = [sys.executable, "-m", "local", "run", "--port", "0", "--store", "firestore", "--bus", "pubsub"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        addresses = re.findall(r"emulator at (127\.0\.0\.1:\d+)", "".join(said))
        try:
            assert len(addresses) == 2, said
            assert all(map(listens, addresses))
            about = status(re.findall(r"http://127\.0\.0\.1:\d+", said[2])[0])["about"]
            assert (about["store"], about["bus"]) == ("firestore://demo-hesabu", "pubsub://demo-hesabu")
            assert about["blobs"] == "file:///var/firestore/bucket"
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (0, "")
        finally:
            process.kill()
    assert not any(map(listens, addresses))
    assert not (tmp_path / "var" / "hesabu.db").exists(), "no other store was touched"
