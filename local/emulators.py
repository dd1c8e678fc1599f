"""Google's emulators, started directly with java and ended with the whole process group.

The gcloud wrapper is not used: ending it leaves its java child alive.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from shared.core.errors import Permanent, Unavailable

_JAVA = ("-XX:TieredStopAtLevel=1", "-Xmx256m", "-XX:+UseSerialGC", "-Duser.language=en")
"""Twice as fast in their first seconds as with the optimising compiler."""
READY_SECONDS = 60


class Missing(Permanent):
    """An emulator cannot be started here; the message says what to install."""

    code = "emulator_missing"
    title = "An emulator is missing"


def firestore_command(port: int) -> list[str]:
    """The jar has no main class of its own; raises Missing."""
    jar = _component("cloud-firestore-emulator", "cloud-firestore-emulator.jar")
    main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
    return [_java(), *_JAVA, "-cp", str(jar), main, "start", "--host=127.0.0.1", f"--port={port}"]


def pubsub_command(port: int) -> list[str]:
    """Raises Missing."""
    jar = _component("pubsub-emulator", "lib/cloud-pubsub-emulator-*-all.jar")
    return [_java(), *_JAVA, "-jar", str(jar), "--host=127.0.0.1", f"--port={port}"]


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise Missing("the emulators need java 17 or newer: install a JRE")
    return java


def _component(name: str, pattern: str) -> Path:
    gcloud = shutil.which("gcloud")
    root = os.environ.get("CLOUDSDK_ROOT_DIR") or (gcloud and Path(gcloud).resolve().parent.parent)
    found = sorted(Path(root, "platform", name).glob(pattern)) if root else []
    if not found:
        raise Missing(f"the Google Cloud component {name} is not installed: gcloud components install {name}")
    return found[-1]


Ready = Callable[[str, "subprocess.Popen[bytes]", Path], None]


@contextlib.contextmanager
def running(command: Callable[[int], list[str]], log: Path, ready: Ready | None = None) -> Iterator[str]:
    """Start an emulator; yields ``host:port`` once it answers, and kills its process group at the end.

    Args:
        command: makes the command line for a port; raises Missing.
        log: where its output goes: an emulator writes thousands of lines.
        ready: waits until ``host:port`` can be used; by HTTP when none is given.
    """
    port = free_port()
    line = command(port)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        process = subprocess.Popen(line, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        (ready or _by_http)(f"127.0.0.1:{port}", process, log)
        yield f"127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], object], what: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Try until ``ready`` raises no OSError; raises Unavailable with the end of the log when it never is."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ready()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
    raise Unavailable(f"{what} does not answer:\n{log.read_text(errors='replace')[-2000:]}")


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Any HTTP answer will do; raises Unavailable with the end of the log when there is none."""

    def answers() -> None:
        connection = http.client.HTTPConnection(url.split("/")[2], timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        finally:
            connection.close()

    wait_until(answers, url, process, log)


def _by_http(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    wait_until_it_answers(f"http://{address}/", process, log)
