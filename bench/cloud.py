"""Stand-ins for Google Cloud on this machine, and the settings of a function that uses them.

Firestore's and Pub/Sub's own emulators, and a stand-in for Cloud Storage from the test group. They ask for no
credentials and speak no TLS. So that a figure is not too good, a function here imports by order what finding
credentials makes it import on Cloud Run; the handshakes themselves are left out.
"""

from __future__ import annotations

import contextlib
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.floor import SECRET, base_environment
from local.emulators import firestore_command, pubsub_command, running
from local.pubsub import Emulator
from local.topology import read_topology
from tools.graph import Graph
from tools.package import package

PROJECT = "hesabu-bench"
BUCKET = "hesabu-bench"
CREDENTIALS = (
    "google.auth",
    "google.auth.transport.grpc",
    "google.auth.transport.requests",
    "google.auth.compute_engine",
)
"""What google.auth.default() and a secure channel load where the metadata server gives the credentials."""


def storage_command(port: int) -> list[str]:
    """The Cloud Storage stand-in of the test group, in memory."""
    start = ["start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--quiet"]
    return [sys.executable, "-m", "gcp_storage_emulator", *start]


@contextlib.contextmanager
def cloud(folder: Path) -> Iterator[Mapping[str, str]]:
    """Start the stand-ins with what Terraform would create; yields the variables that lead to them.

    They are set in this process too, which seeds what the functions find. Raises what starting raises where
    java, an emulator or the test group is not installed.
    """
    with contextlib.ExitStack() as stack:
        commands = {"FIRESTORE": firestore_command, "PUBSUB": pubsub_command, "STORAGE": storage_command}
        hosts = {
            f"{name}_EMULATOR_HOST": stack.enter_context(running(command, folder / f"{name}.log"))
            for name, command in commands.items()
        }
        hosts["STORAGE_EMULATOR_HOST"] = f"http://{hosts['STORAGE_EMULATOR_HOST']}"
        os.environ |= hosts
        _furnish()
        yield hosts


def _furnish() -> None:
    from google.cloud import storage

    pubsub = Emulator(PROJECT)
    pubsub.furnish(read_topology(), {})
    pubsub.close()
    storage.Client.create_anonymous_client().create_bucket(BUCKET)


def cloud_environment(run: str, hosts: Mapping[str, str], **more: str) -> dict[str, str]:
    """The settings of a deployed function; each run has a Firestore project of its own."""
    return {
        **base_environment(),
        **hosts,
        "K_SERVICE": "bench",
        "STORE_URL": f"firestore://{PROJECT}-{run}",
        "BUS_URL": f"pubsub://{PROJECT}",
        "BLOB_URL": f"gs://{BUCKET}",
        "AUTH_SECRET": SECRET,
        "CALLBACK_SECRET": SECRET,
        "LOG_LEVEL": "WARNING",
        **more,
    }


def unpacked(folder: Path) -> Path:
    """Every function as it is deployed: its zip, built and unpacked into ``{folder}/{function}``."""
    for built in package(Graph(), folder / "dist"):
        with zipfile.ZipFile(built.path) as archive:
            archive.extractall(folder / built.function)
    return folder
