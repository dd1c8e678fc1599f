"""Emulators for tests: those of Google that the product starts too, and one for Cloud Storage."""

from __future__ import annotations

import importlib.util
import sys

from local.emulators import (
    READY_SECONDS,
    Missing,
    firestore_command,
    free_port,
    pubsub_command,
    running,
    wait_until_it_answers,
)

__all__ = [
    "READY_SECONDS",
    "Missing",
    "firestore_command",
    "free_port",
    "pubsub_command",
    "running",
    "storage_command",
    "wait_until_it_answers",
]


def storage_command(port: int) -> list[str]:
    """The Cloud Storage emulator of the test group, in memory; raises Missing."""
    if importlib.util.find_spec("gcp_storage_emulator") is None:
        raise Missing("the Cloud Storage emulator is not installed: make .venv/ready-test")
    start = ["start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--quiet"]
    return [sys.executable, "-m", "gcp_storage_emulator", *start]
