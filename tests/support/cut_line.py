"""A line to a server that is cut at the worst moment: a TCP proxy on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Literal

Cut = Literal["", "before", "after"]
_SETTLE = 0.2
"""Seconds between a server's first bytes and the cut: by then it has done what it was asked."""


class CutLine:
    """Forwards connections to a server until ``cut`` is set, then loses the next request with a ``marker``.

    ``before``: the request goes nowhere. ``after``: it arrives and its answer does not; the server's end
    stays open, so that it finishes its work. New connections work again.
    """

    def __init__(self, address: str, marker: bytes) -> None:
        self._marker = marker
        self._asked = False
        host, port = address.split(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut: Cut = ""
        self.cuts = 0
        self._start(self._accept)

    def close(self) -> None:
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._sockets += [client, server]
            self._start(self._requests, client, server)
            self._start(self._answers, client, server)

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        for data in _chunks(client):
            marked = bool(self.cut) and self._marker in data
            if marked and self.cut == "before":
                self._lose(client)
                break
            self._asked = self._asked or marked
            _send(server, data)
        else:
            _hang_up(server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        for data in _chunks(server):
            if self._asked:
                time.sleep(_SETTLE)
                self._lose(client)
                break
            _send(client, data)
        else:
            _hang_up(client)

    def _lose(self, client: socket.socket) -> None:
        self.cut, self._asked = "", False
        self.cuts += 1
        _hang_up(client)


def _send(line: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        line.sendall(data)


def _chunks(source: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            yield data


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
