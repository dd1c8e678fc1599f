"""The HTTP server: waitress with limits, started and stopped without cutting anybody off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from local import web
from local.lanes import Lanes
from shared.core.ids import SystemIds

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8
MAX_BODY_BYTES = 52 << 20
"""Above every function's own limit, below what would hurt; waitress answers 413 without reading on."""
MAX_HEADER_BYTES = 32 << 10
_REFUSALS = {
    400: ("request_malformed", "this is not a valid HTTP request"),
    413: ("body_too_large", f"the body has more than {MAX_BODY_BYTES} bytes"),
    431: ("header_too_large", f"the address and the headers have more than {MAX_HEADER_BYTES} bytes"),
    501: ("encoding_unsupported", "send the body plain or chunked"),
}


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress carries no types
    """What waitress refuses before any function is asked, in the form of every other refusal."""

    def execute(self) -> None:
        status = self.request.error.code
        code, detail = _REFUSALS.get(status, ("internal", "Something went wrong"))
        answer = web.problem(status, code, detail, SystemIds().new("req"))
        self.status = answer.status
        self.response_headers.extend(answer.headers.items())
        self.set_close_on_finish()
        self.content_length = answer.content_length
        self.write(answer.get_data())


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ProblemTask


class Server:
    """One listening socket. Port 0 takes a free one; ``port`` says which.

    ``aside`` are path prefixes that get threads of their own (see Lanes).
    """

    def __init__(self, app: WSGIApplication, host: str, port: int, aside: Sequence[str] = ()) -> None:
        self._server: Any = create_server(
            app,
            sockets=[socket.create_server((host, port))],  # waitress leaks its threads when a port is taken
            threads=THREADS,
            ident="hesabu",
            max_request_body_size=MAX_BODY_BYTES,
            max_request_header_size=MAX_HEADER_BYTES,
            channel_timeout=30,
            connection_limit=1000,  # Pub/Sub's emulator opens one for every push and keeps it
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = _Channel
        if aside:
            self._server.task_dispatcher = Lanes(self._server.task_dispatcher, aside, THREADS)
        self.port = int(self._server.effective_port)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Accept nobody new, let requests at hand finish and their answers leave, then close."""
        if self._stop.is_set():
            return
        self._server.accepting = False
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=seconds)
        self._stop.set()
        self._server.pull_trigger()
        if self._thread.is_alive():
            self._thread.join(seconds)
        wasyncore.close_all(self._server._map)

    def _run(self) -> None:
        while not self._stop.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=self._server._map, count=1)
        for _ in range(10):  # answers that were written a moment ago still leave
            wasyncore.loop(timeout=0.01, use_poll=True, map=self._server._map, count=1)
