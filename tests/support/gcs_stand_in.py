"""A tiny Cloud Storage: the calls that our adapter makes, honest about preconditions, unreliable on demand.

It keeps one bucket in memory, writes down what it was asked, and can lose an answer after doing the work,
drop a request before it, answer with a status, or break or damage a download.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

PAGE = 3
"""Files on a page of a listing, so that a short listing has several."""


@dataclass
class Asked:
    """One request as it arrived; ``query`` holds the last value of each argument."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class StandIn:
    """What a test sees of the server.

    Args:
        url: for STORAGE_EMULATOR_HOST.
        files: name -> (resource as Cloud Storage tells it, content).
        faults: what happens to the next requests, one each: ``lose``, ``drop``, ``cut``, ``damage``, a status
            to answer with, or None for nothing. ``gone`` stays: the bucket does not exist.
    """

    bucket: str
    url: str = ""
    files: dict[str, tuple[dict[str, Any], bytes]] = field(default_factory=dict)
    faults: list[str | int | None] = field(default_factory=list)
    gone: bool = False
    asked: list[Asked] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    sessions: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)
    generation: int = 1_700_000_000_000_000

    def store(self, meta: dict[str, Any], content: bytes) -> dict[str, Any]:
        self.generation += 1
        stored = f"2026-03-01T09:00:00.{self.generation % 1000:03}Z"
        resource = {
            **meta,
            "bucket": self.bucket,
            "generation": str(self.generation),
            "metageneration": "1",
            "size": str(len(content)),
            "timeCreated": stored,
            "crc32c": crc32c(content),
        }
        self.files[meta["name"]] = (resource, content)
        return resource

    def of(self, method: str) -> list[Asked]:
        """The requests of one method so far."""
        return [asked for asked in self.asked if asked.method == method]


def crc32c(content: bytes) -> str:
    return base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


@contextmanager
def standing_in(bucket: str = "receipts-test") -> Iterator[StandIn]:
    """Serve one bucket on loopback until the end."""
    state = StandIn(bucket)
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: else each answer waits for an acknowledgement
    state: StandIn

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.state.lock:
            self.state.asked.append(Asked(self.command, unquote(parts.path), query, headers))
            fault = self.state.faults.pop(0) if self.state.faults else None
            if fault == "drop":
                self.close_connection = True
                return
            if isinstance(fault, int):
                self._error(fault, "told to")
                return
            status, answer, more = self._answer(parts.path, query, body)
        if fault == "lose":
            self.close_connection = True
            return
        self._send(status, answer, more, fault)

    def _send(self, status: int, answer: bytes, more: dict[str, str], fault: str | None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        if fault == "cut":
            self.wfile.write(answer[: len(answer) // 2])
            self.close_connection = True
        elif fault == "damage":
            self.wfile.write(bytes([answer[0] ^ 1]) + answer[1:])
        else:
            self.wfile.write(answer)

    def _error(self, status: int, message: str) -> None:
        self._send(*_json(status, {"error": {"code": status, "message": message, "errors": []}}), None)

    def _answer(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        state = self.state
        room, found, rest = path.partition(f"/b/{state.bucket}/o")
        if state.gone or not found:
            return _refuse(404, "The specified bucket does not exist.")
        name = unquote(rest.lstrip("/"))
        if room.startswith("/upload/"):
            return self._upload(query, body)
        return self._object(name, query) if name else _json(200, self._page(query))

    def _object(self, name: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        if name not in self.state.files:
            return _refuse(404, f"No such object: {self.state.bucket}/{name}")
        resource, content = self.state.files[name]
        wanted = query.get("ifGenerationMatch")
        if wanted is not None and wanted != resource["generation"]:
            return _refuse(412, "At least one of the pre-conditions you specified did not hold.")
        if self.command == "DELETE":
            del self.state.files[name]
            return 204, b"", {}
        if query.get("alt") == "media":
            return 200, content, _told(resource)
        return _json(200, resource)

    def _upload(self, query: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        if self.command == "PUT":
            first, meta = self.state.sessions[query["upload_id"]]
            return self._keep(first, meta, body)
        if query["uploadType"] == "resumable":
            session = str(len(self.state.sessions))
            self.state.sessions[session] = (query, json.loads(body))
            path = self.path.partition("?")[0]
            return 200, b"", {"Location": f"{self.state.url}{path}?upload_id={session}"}
        about, content = _parts(body, self.headers["Content-Type"])
        return self._keep(query, json.loads(about), content)

    def _keep(
        self, query: dict[str, str], meta: dict[str, Any], content: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        there = self.state.files.get(meta["name"])
        wanted = query.get("ifGenerationMatch")
        if wanted is not None and wanted != (there[0]["generation"] if there else "0"):
            return _refuse(412, "At least one of the pre-conditions you specified did not hold.")
        if meta.get("crc32c", crc32c(content)) != crc32c(content):
            return _refuse(400, "the checksum is not that of the content")
        return _json(200, self.state.store(meta, content))

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        names = sorted(self.state.files, key=str.encode)
        first = query.get("pageToken") or query.get("startOffset", "")
        left = [n for n in names if n.startswith(query.get("prefix", "")) and n.encode() >= first.encode()]
        page = {"kind": "storage#objects", "items": [self.state.files[name][0] for name in left[:PAGE]]}
        return page | ({"nextPageToken": left[PAGE]} if len(left) > PAGE else {})


def _parts(body: bytes, content_type: str) -> list[bytes]:
    """The parts of a multipart/related body, to the byte (an e-mail parser would mend line ends)."""
    boundary = content_type.partition("boundary=")[2].strip('"').encode()
    _, *parts, _ = body.split(b"--" + boundary)
    return [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]


def _told(resource: dict[str, Any]) -> dict[str, str]:
    told = {
        "X-Goog-Hash": f"crc32c={resource['crc32c']}",
        "X-Goog-Generation": resource["generation"],
        "Content-Type": "application/octet-stream",
    }
    encoding = resource.get("contentEncoding")
    return told | ({"Content-Encoding": encoding} if encoding else {})


def _json(status: int, body: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(body).encode(), {"Content-Type": "application/json"}


def _refuse(status: int, message: str) -> tuple[int, bytes, dict[str, str]]:
    return _json(status, {"error": {"code": status, "message": message, "errors": []}})
