"""A MongoDB server of the tests' own: started, killed and started again as one process group."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from local.mongo_server import mongo_command
from tests.support.emulators import READY_SECONDS, free_port

MEMORY = Path("/dev/shm")
"""Every commit is flushed: in memory that costs nothing, and a killed process loses nothing there either."""


class MongoServer:
    """A server with fail points on; raises NotInstalled when there is none to start.

    Args:
        standalone: it then says that it is no replica set.
    """

    def __init__(self, *, standalone: bool = False) -> None:
        self.port = free_port()
        at = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
        self._folder = at / f"hesabu-mongo-{uuid.uuid4().hex[:12]}"
        self._command = mongo_command(self.port, self._folder / "data")
        self._command += ["--enable-test-commands", *(["--standalone"] if standalone else [])]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> MongoServer:
        self._folder.mkdir(mode=0o700)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def url(self, database: str | None = None) -> str:
        """A STORE_URL; without a name in a database that nobody else uses."""
        return f"mongodb://127.0.0.1:{self.port}/{database or f't{uuid.uuid4().hex[:12]}'}"

    def start(self) -> None:
        log = self._folder / "log"
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                self._command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._wait(self._process, log)

    def kill(self) -> None:
        """End it as a power failure would: by kill -9, with whatever it has started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        """Kill it and start it again on the same data."""
        self.kill()
        self.start()

    @contextlib.contextmanager
    def failing(self, *commands: str, times: int = 1, **how: Any) -> Iterator[None]:
        """Let the adapter's next commands of these names fail, ``how`` in the words of failCommand."""
        data = {"failCommands": list(commands), "appName": "hesabu", **how}
        self._fail_point(mode={"times": times}, data=data)
        try:
            yield
        finally:
            self._fail_point(mode="off")

    def _fail_point(self, **words: Any) -> None:
        with self.client() as client:
            client.admin.command({"configureFailPoint": "failCommand", **words})

    def client(self) -> Any:
        """A plain driver client, to look past the adapter."""
        from pymongo import MongoClient

        return MongoClient(
            "127.0.0.1", self.port, directConnection=True, tz_aware=True, serverSelectionTimeoutMS=2_000
        )

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        from pymongo.errors import PyMongoError

        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(PyMongoError), self.client() as client:
                client.admin.command("ping")
                return
        self.kill()
        raise AssertionError(f"the MongoDB server does not answer:\n{log.read_text()[-2000:]}")
