"""A TCP proxy before a MongoDB server that loses chosen answers: the work is done, nobody hears of it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from types import TracebackType


class WireCut:
    """Hands whole messages on, one request and one answer at a time.

    The driver must not be told to stream its heartbeats (``serverMonitoringMode=poll``), which would be many
    answers to one request, nor to follow the server's own address (``directConnection=true``).
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._doomed: list[str] = []
        self.lost = 0
        self.seen: Counter[str] = Counter()

    def url(self, database: str) -> str:
        options = "directConnection=true&serverMonitoringMode=poll"
        return f"mongodb://127.0.0.1:{self.port}/{database}?{options}"

    def __enter__(self) -> WireCut:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @contextlib.contextmanager
    def losing(self, command: str, times: int = 1) -> Iterator[None]:
        """Lose the answers to the next commands of this name; all of them must have been asked for."""
        with self._lock:
            self._doomed = [command] * times
        yield
        with self._lock:
            assert self._doomed == [], "the command was sent less often than its answer was to be lost"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(self._server) as server:
            while request := _message(client):
                command = _command(request)
                with self._lock:
                    self.seen[command] += 1
                server.sendall(request)
                answer = _message(server)
                if not answer or self._is_lost(command):
                    return
                client.sendall(answer)

    def _is_lost(self, command: str) -> bool:
        with self._lock:
            lost = bool(self._doomed) and self._doomed[0] == command
            if lost:
                self._doomed.pop()
                self.lost += 1
            return lost


def _message(source: socket.socket) -> bytes:
    """One whole message of MongoDB's wire protocol, its length in its first four bytes; empty at the end."""
    head = _exactly(source, 4)
    return head + _exactly(source, struct.unpack("<i", head)[0] - 4) if head else b""


def _exactly(source: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = source.recv(size - len(parts))
        if not part:
            return b""
        parts += part
    return parts


def _command(request: bytes) -> str:
    """The command's name: the first field of the body, which in both forms of a request stands at its end.

    OP_MSG (2013) has flags and the kind of its section before it, OP_QUERY (2004, the first handshake) a
    collection's name and two numbers.
    """
    operation = struct.unpack_from("<i", request, 12)[0]
    start = 21 if operation == 2013 else request.index(b"\x00", 20) + 9
    return request[start + 5 : request.index(b"\x00", start + 5)].decode()
