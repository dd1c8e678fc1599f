"""Simulated Safaricom on a loopback port of its own, in a thread: for tests, or beside other programs."""

from __future__ import annotations

import threading
from types import TracebackType

from waitress import create_server

from local.safaricom.app import Safaricom


class Served:
    """A running simulator; ``url`` is the base URL of a Daraja client. Use it as a context manager."""

    def __init__(self, safaricom: Safaricom, port: int = 0) -> None:
        self._server = create_server(safaricom, host="127.0.0.1", port=port, threads=8)
        self._thread = threading.Thread(target=self._server.run, name="safaricom", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.effective_port}"

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering and close the port."""
        self._server.close()
        self._thread.join(timeout=10)
