"""Simulated Safaricom on a loopback port of its own, in a thread: for tests, or beside other programs."""

from __future__ import annotations

import threading
from types import TracebackType

from werkzeug.serving import WSGIRequestHandler, make_server

from local.safaricom.app import Safaricom


class _Quiet(WSGIRequestHandler):
    """Requests are counted by whoever looks at the state, not printed."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Served:
    """A running simulator; ``url`` is the base URL of a Daraja client. Use it as a context manager."""

    def __init__(self, safaricom: Safaricom, port: int = 0) -> None:
        self._server = make_server("127.0.0.1", port, safaricom, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="safaricom", daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering and close the port."""
        self._server.shutdown()
        self._thread.join(timeout=10)
        self._server.server_close()
