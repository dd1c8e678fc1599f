"""A sender that drips or floods is left after the time and the size that an answer may take in all."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from shared.core.bounded import bound

Talk = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n"


class Sender:
    """Answers one request on a loopback port with whatever it is told."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.talk: Talk = lambda line: None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                line.recv(65_536)
                try:
                    self.talk(line)
                except OSError:
                    continue  # the caller has left, as it should

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender()
    yield made
    made.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        bound(made, 0.4, 1000)
        yield made


def drip(line: socket.socket) -> None:
    line.sendall(HEAD % (900, b""))
    for _ in range(100):
        line.sendall(b"x")
        time.sleep(0.05)


def flood(line: socket.socket) -> None:
    line.sendall(HEAD % (10**9, b""))
    while True:
        line.sendall(b"x" * 65_536)


def packed(line: socket.socket) -> None:
    body = gzip.compress(b"x" * 10**6)
    line.sendall(HEAD % (len(body), b"Content-Encoding: gzip\r\n") + body)


def cut(line: socket.socket) -> None:
    line.sendall(HEAD % (900, b"") + b"only this")


def silent(line: socket.socket) -> None:
    line.sendall(HEAD % (900, b""))
    time.sleep(0.6)


def spoilt(line: socket.socket) -> None:
    line.sendall(HEAD % (5, b"Content-Encoding: gzip\r\n") + b"plain")


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (drip, requests.Timeout),
        (silent, requests.Timeout),
        (flood, requests.exceptions.ContentDecodingError),
        (packed, requests.exceptions.ContentDecodingError),
        (spoilt, requests.exceptions.ContentDecodingError),
        (cut, requests.exceptions.ChunkedEncodingError),
    ],
)
def test_an_answer_ends_within_its_bounds(
    sender: Sender, session: requests.Session, talk: Talk, error: type[Exception]
) -> None:
    sender.talk = talk
    began = time.monotonic()
    with pytest.raises(error):
        session.get(sender.url, timeout=0.4)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (HEAD % (5, b"") + b"whole", "whole"),
        (HEAD % (0, b""), ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwho\r\n2\r\nle\r\n0\r\n\r\n", "whole"),
        (b"HTTP/1.1 200 OK\r\n\r\nwhole", "whole"),
    ],
)
def test_a_whole_answer_is_read_as_ever(
    sender: Sender, session: requests.Session, raw: bytes, text: str
) -> None:
    sender.talk = lambda line: line.sendall(raw)
    assert session.get(sender.url, timeout=0.4).text == text


def test_the_same_bounds_keep_the_open_connections(session: requests.Session) -> None:
    before = session.get_adapter("https://x")
    bound(session, 0.4, 1000)
    assert session.get_adapter("https://x") is before
    bound(session, 5, 1000)
    assert session.get_adapter("https://x") is not before
