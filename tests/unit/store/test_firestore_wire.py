"""What becomes of every answer Firestore may give, against a gRPC server of our own on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from shared.app import store_adapter
from shared.core.clock import ManualClock
from shared.core.errors import (
    Conflict,
    HesabuError,
    Invalid,
    Permanent,
    TooLarge,
    Unavailable,
    UnknownOutcome,
)
from shared.core.ids import SeededIds
from shared.store import Key, Store
from shared.store import firestore_messages as messages
from shared.store.firestore import FirestoreAdapter
from shared.store.firestore_wire import ATTEMPTS, Wire, open_channel
from shared.store.indexes import SCHEMA
from tests.support.emulators import free_port

Answer = tuple[grpc.StatusCode, str] | None
Code = grpc.StatusCode
NOTE = Key("notes", "n1")


class Server:
    """Answers each call with the next of ``answers``: a status to fail with, or None to succeed emptily."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.requests: list[bytes] = []
        self._pool = ThreadPoolExecutor(4)
        self._server = grpc.server(self._pool)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.add_generic_rpc_handlers((self._handler(),))
        self._server.start()

    def stop(self) -> None:
        self._server.stop(None).wait()
        self._pool.shutdown()

    def _handler(self) -> grpc.GenericRpcHandler:
        methods = {
            "Commit": grpc.unary_unary_rpc_method_handler(lambda r, c: self._next("Commit", r, c)),
            "BatchGetDocuments": grpc.unary_stream_rpc_method_handler(
                lambda r, c: iter([self._next("BatchGetDocuments", r, c)])
            ),
            "RunQuery": grpc.unary_stream_rpc_method_handler(
                lambda r, c: iter([self._next("RunQuery", r, c)])
            ),
        }
        handler: grpc.GenericRpcHandler = grpc.method_handlers_generic_handler(
            "google.firestore.v1.Firestore", methods
        )
        return handler

    def _next(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        self.calls.append((method, dict(context.invocation_metadata())))
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            context.abort(*answer)
        return b""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def open_wire(clock: ManualClock) -> Iterator[Callable[..., Wire]]:
    opened: list[Wire] = []

    def make(port: int, **more: Any) -> Wire:
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        opened.append(Wire("shop-1", "books", channel, clock=clock, ids=SeededIds(1), **more))
        return opened[-1]

    yield make
    for wire in opened:
        wire.close()


@pytest.fixture
def wire(server: Server, open_wire: Callable[..., Wire]) -> Wire:
    return open_wire(server.port)


def some_write() -> list[Any]:
    return [messages.Write(delete="projects/shop-1/databases/books/documents/biz/b/notes/n1")]


COMMITS: list[tuple[grpc.StatusCode, str, type[HesabuError]]] = [
    (Code.FAILED_PRECONDITION, "the stored version does not match", Conflict),
    (Code.ALREADY_EXISTS, "already exists", Conflict),
    (Code.NOT_FOUND, "no document to update", Conflict),
    (Code.ABORTED, "too much contention", Conflict),
    (Code.DEADLINE_EXCEEDED, "", UnknownOutcome),
    (Code.UNAVAILABLE, "Socket closed", UnknownOutcome),
    (Code.INTERNAL, "stream removed", UnknownOutcome),
    (Code.UNKNOWN, "", UnknownOutcome),
    (Code.CANCELLED, "", UnknownOutcome),
    (Code.DATA_LOSS, "", UnknownOutcome),
    (Code.RESOURCE_EXHAUSTED, "Quota exceeded.", Unavailable),
    (Code.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size 4194304: 5000000", TooLarge),
    (Code.INVALID_ARGUMENT, "Request payload size exceeds the limit: 10485760 bytes.", TooLarge),
    (Code.INVALID_ARGUMENT, "The document exceeds the maximum size allowed", TooLarge),
    (Code.INVALID_ARGUMENT, 'The value of property "body" is longer than 1048487 bytes.', TooLarge),
    (Code.INVALID_ARGUMENT, "Transaction too big. Decrease transaction size.", TooLarge),
    (Code.INVALID_ARGUMENT, "Document name is not valid", Permanent),
    (Code.PERMISSION_DENIED, "Missing or insufficient permissions.", Unavailable),
    (Code.UNAUTHENTICATED, "no token", Unavailable),
]  # fmt: skip


@pytest.mark.parametrize(("code", "why", "error"), COMMITS, ids=[f"{c.name}-{w[:12]}" for c, w, _ in COMMITS])
def test_a_commit_is_sent_once_and_its_answer_understood(
    server: Server, wire: Wire, code: grpc.StatusCode, why: str, error: type[HesabuError]
) -> None:
    server.answers = [(code, why)]
    with pytest.raises(HesabuError) as raised:
        wire.commit(some_write())
    assert type(raised.value) is error
    assert len(server.calls) == 1
    if error is not Conflict:
        assert "STORE_URL: Firestore database books of project shop-1" in raised.value.message


READS: list[tuple[grpc.StatusCode, str, type[HesabuError], int]] = [
    (Code.UNAVAILABLE, "Socket closed", Unavailable, ATTEMPTS),
    (Code.INTERNAL, "stream removed", Unavailable, ATTEMPTS),
    (Code.ABORTED, "", Unavailable, ATTEMPTS),
    (Code.RESOURCE_EXHAUSTED, "Quota exceeded.", Unavailable, ATTEMPTS),
    (Code.DEADLINE_EXCEEDED, "", Unavailable, 1),
    (Code.FAILED_PRECONDITION, "The query requires an index.", Unavailable, 1),
    (Code.NOT_FOUND, "The database books does not exist for project shop-1", Unavailable, 1),
    (Code.PERMISSION_DENIED, "Missing or insufficient permissions.", Unavailable, 1),
    (Code.INVALID_ARGUMENT, "Document name is not valid", Permanent, 1),
]


@pytest.mark.parametrize(("code", "why", "error", "calls"), READS, ids=[c.name for c, *_ in READS])
def test_a_read_is_tried_again_where_that_can_help(
    server: Server, wire: Wire, code: grpc.StatusCode, why: str, error: type[HesabuError], *, calls: int
) -> None:
    for read in (lambda: wire.get(["a"]), lambda: wire.query("a", messages.StructuredQuery())):
        server.calls.clear()
        server.answers = [(code, why)] * calls
        with pytest.raises(HesabuError) as raised:
            read()
        assert type(raised.value) is error
        assert len(server.calls) == calls
        assert "project shop-1" in raised.value.message
        assert why in raised.value.message


def test_a_read_goes_on_after_what_passes(server: Server, wire: Wire, clock: ManualClock) -> None:
    started = clock.now()
    server.answers = [(Code.UNAVAILABLE, ""), (Code.ABORTED, ""), (Code.UNKNOWN, "")]
    assert wire.get(["a"]) == {}
    assert 0 < (clock.now() - started).total_seconds() < 0.35, (
        "three pauses with jitter, each up to twice as long"
    )


def test_calls_say_whom_they_are_for(server: Server, wire: Wire) -> None:
    wire.get(["a"])
    wire.query(f"{wire.documents}/biz/b", messages.StructuredQuery())
    wire.commit(some_write())
    assert [method for method, _ in server.calls] == ["BatchGetDocuments", "RunQuery", "Commit"]
    database = "projects/shop-1/databases/books"
    assert {told["google-cloud-resource-prefix"] for _, told in server.calls} == {database}
    routes = [told["x-goog-request-params"] for _, told in server.calls]
    assert routes == [f"database={database}", f"parent={database}/documents/biz/b", f"database={database}"]


def test_what_is_too_large_is_not_sent(server: Server, wire: Wire) -> None:
    text = messages.Value(string_value="x" * 900_000)
    writes = [
        messages.Write(update=messages.Document(name=f"n{n}", fields={"body": text})) for n in range(12)
    ]
    with pytest.raises(TooLarge):
        wire.commit(writes)
    assert server.calls == []


def test_nobody_listening_means_that_nothing_was_sent(open_wire: Callable[..., Wire]) -> None:
    wire = open_wire(free_port())
    with pytest.raises(Unavailable, match=r"STORE_URL: .* project shop-1 cannot be reached"):
        wire.commit(some_write())
    with pytest.raises(Unavailable, match="STORE_URL"):
        wire.get(["a"])


def test_silence_is_an_unknown_outcome(open_wire: Callable[..., Wire]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wire = open_wire(silent.getsockname()[1], seconds=0.2)
        with pytest.raises(UnknownOutcome, match="DEADLINE_EXCEEDED"):
            wire.commit(some_write())
        with pytest.raises(Unavailable):
            wire.get(["a"])


def test_a_closed_store_says_so(server: Server, wire: Wire) -> None:
    wire.close()
    for call in (lambda: wire.get(["a"]), lambda: wire.commit(some_write())):
        with pytest.raises(Unavailable, match="closed"):
            call()
    assert server.calls == []


def test_a_channel_is_not_used_after_a_fork(
    server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(Unavailable, match="fork"):
        wire.get(["a"])


def test_reads_alone_write_nothing(server: Server, wire: Wire, clock: ManualClock) -> None:
    store = Store(FirestoreAdapter(wire), SCHEMA, clock, SeededIds(2))
    store.transaction("biz_1", lambda tx: tx.get_many([NOTE, Key("notes", "n2")]))
    assert [method for method, _ in server.calls] == ["BatchGetDocuments"] * 2


def test_a_commit_is_one_call(server: Server, wire: Wire, clock: ManualClock) -> None:
    store = Store(FirestoreAdapter(wire), SCHEMA, clock, SeededIds(2))
    store.transaction("biz_1", lambda tx: [tx.get(Key("notes", "seen")), tx.create(NOTE, {"n": 1})])
    assert [method for method, _ in server.calls] == ["BatchGetDocuments"] * 2 + ["Commit"]
    sent = messages.CommitRequest.FromString(server.requests[-1])
    created, verified = sent.writes
    assert created.update.name.endswith("/biz/biz_1/notes/n1")
    assert created.current_document.exists is False
    assert created.current_document.WhichOneof("condition_type") == "exists"
    assert verified.delete.endswith("/biz/biz_1/notes/seen")
    assert verified.current_document.WhichOneof("condition_type") == "exists"
    assert not sent.transaction


@pytest.mark.parametrize(
    "url",
    [
        "firestore:",
        "firestore://",
        "firestore:///books",
        "firestore://Shop",
        "firestore://shop-1/Books",
        "firestore://shop-1/(default)/more",
        "firestore://shop-1/books?x=1",
        "firestore://user:secret@shop-1/books",
        "firestore://shop 1",
    ],
)
def test_a_wrong_address_names_the_setting(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        store_adapter(url)
    assert refused.value.code == "settings_invalid"
    assert refused.value.message.startswith("STORE_URL: ")
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("url", "documents"),
    [
        ("firestore://shop-1", "projects/shop-1/databases/(default)/documents"),
        ("firestore://shop-1/", "projects/shop-1/databases/(default)/documents"),
        ("firestore://shop-1/(default)", "projects/shop-1/databases/(default)/documents"),
        ("firestore://example.com:shop-1/books-2", "projects/example.com:shop-1/databases/books-2/documents"),
    ],
)
def test_an_address_names_project_and_database(
    url: str, documents: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    adapter = store_adapter(url)
    assert isinstance(adapter, FirestoreAdapter)
    assert adapter._wire.documents == documents
    adapter.close()


def test_missing_credentials_name_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(Unavailable, match="STORE_URL: no credentials for project shop-1"):
        open_channel("shop-1")


LOADED = """
import json, sys
import shared.store.firestore
light = sorted(sys.modules)
import google.cloud.firestore
from google.cloud.firestore_v1.types import Write
from shared.store import firestore_messages
whole = google.cloud.firestore.Client.__module__
print(json.dumps([light, whole, Write.pb() is firestore_messages.Write]))
"""


def test_the_adapter_loads_messages_and_no_client() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED], capture_output=True, text=True, check=True
    )
    light, whole, same = json.loads(done.stdout)
    assert "google.cloud.firestore_v1.types.write" in light
    heavy = {"google.cloud.firestore_v1", "google.api_core", "google.auth", "requests"}
    assert not heavy & set(light)
    assert whole == "google.cloud.firestore_v1.client", "a later import gets the whole client"
    assert same
