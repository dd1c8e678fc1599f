"""The three calls to Firestore, over gRPC: time limits, retries of reads, and our errors for the driver's.

A commit is sent once. Whoever sent it decides what follows an unknown answer; the driver must not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import grpc

from shared.core.clock import Clock, SystemClock
from shared.core.errors import Conflict, HesabuError, Permanent, TooLarge, Unavailable, UnknownOutcome
from shared.core.ids import Ids, SystemIds
from shared.store import firestore_messages as messages

T = TypeVar("T")
Code = grpc.StatusCode
HOST = "firestore.googleapis.com:443"
SCOPE = "https://www.googleapis.com/auth/datastore"
SECONDS = 10.0
"""A call that has no answer by then is given up; a function's own time-out is several times as long."""
ATTEMPTS, _FIRST_PAUSE = 4, 0.05
MAX_REQUEST = 10 * 2**20
"""Bytes of a request (Firestore, Quotas and limits: maximum API request size)."""
_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
]
_PASSING = {Code.UNAVAILABLE, Code.INTERNAL, Code.UNKNOWN, Code.ABORTED, Code.RESOURCE_EXHAUSTED}
_OVERTAKEN = {Code.FAILED_PRECONDITION, Code.ALREADY_EXISTS, Code.NOT_FOUND, Code.ABORTED}
_REFUSED = {Code.INVALID_ARGUMENT, Code.OUT_OF_RANGE, Code.UNIMPLEMENTED}
_NOT_ALLOWED = {Code.PERMISSION_DENIED, Code.UNAUTHENTICATED}
_TOO_LARGE = re.compile("larger than|longer than|too large|too big|exceeds")
"""How the service and gRPC itself word that a document, a value or a request is over its limit."""
_NOT_SENT = ("failed to connect to all addresses", "DNS resolution failed", "Getting metadata from plugin")
"""How gRPC begins to tell that nothing left this machine; of anything else, some may have arrived."""


class Wire:
    """One database behind one channel, shared by threads; no error of the driver leaves it.

    Args:
        project: the Google Cloud project's id.
        database: the database's id; ``(default)`` is Google's own name for the first.
        channel: where the calls go; see ``open_channel``.
        seconds: how long one call may take.
        clock, ids: for the pauses between attempts of a read.
    """

    def __init__(
        self,
        project: str,
        database: str,
        channel: Any,
        *,
        seconds: float = SECONDS,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        self._place = f"STORE_URL: Firestore database {database} of project {project}"
        self._database = f"projects/{project}/databases/{database}"
        self.documents = f"{self._database}/documents"
        self._channel, self._process, self._closed = channel, os.getpid(), False
        self._seconds, self._clock, self._ids = seconds, clock or SystemClock(), ids or SystemIds()
        service = "/google.firestore.v1.Firestore/"
        self._commit = channel.unary_unary(
            service + "Commit",
            request_serializer=messages.CommitRequest.SerializeToString,
            response_deserializer=messages.CommitResponse.FromString,
        )
        self._batch_get = channel.unary_stream(
            service + "BatchGetDocuments",
            request_serializer=messages.BatchGetDocumentsRequest.SerializeToString,
            response_deserializer=messages.BatchGetDocumentsResponse.FromString,
        )
        self._run_query = channel.unary_stream(
            service + "RunQuery",
            request_serializer=messages.RunQueryRequest.SerializeToString,
            response_deserializer=messages.RunQueryResponse.FromString,
        )

    def close(self) -> None:
        """Close the connection; calls after it raise Unavailable."""
        self._closed = True
        self._channel.close()

    def get(self, names: Sequence[str], *, fields: Sequence[str] = ()) -> dict[str, Any]:
        """Documents by full name, all of one moment; absent ones are left out.

        ``fields`` says which are wanted, all when empty.
        """
        mask = messages.DocumentMask(field_paths=fields) if fields else None
        request = messages.BatchGetDocumentsRequest(database=self._database, documents=names, mask=mask)
        answers = self._read(self._batch_get, request, f"database={self._database}")
        return {answer.found.name: answer.found for answer in answers if answer.HasField("found")}

    def query(self, parent: str, query: Any) -> list[Any]:
        """The documents that a structured query finds under a parent, in its order."""
        request = messages.RunQueryRequest(parent=parent, structured_query=query)
        answers = self._read(self._run_query, request, f"parent={parent}")
        return [answer.document for answer in answers if answer.HasField("document")]

    def commit(self, writes: Iterable[Any]) -> None:
        """Apply writes with their preconditions as one step.

        Raises Conflict when a precondition no longer holds, TooLarge or Permanent when the database will
        never take it, Unavailable when nothing was applied, UnknownOutcome when nobody can tell.
        """
        request = messages.CommitRequest(database=self._database, writes=writes)
        size = request.ByteSize()
        if size > MAX_REQUEST:
            raise TooLarge(f"the commit has {size} bytes, {MAX_REQUEST} are allowed")
        try:
            self._call(self._commit, request, f"database={self._database}")
        except grpc.RpcError as error:
            raise self._commit_error(error) from None

    def _read(self, call: Callable[..., Iterable[T]], request: Any, route: str) -> list[T]:
        """All answers of a stream; a read is harmless, so that what may pass is tried again."""
        for attempt in range(ATTEMPTS):
            try:
                return list(self._call(call, request, route))
            except grpc.RpcError as error:
                if attempt == ATTEMPTS - 1 or error.code() not in _PASSING:
                    raise self._read_error(error) from None
            self._clock.sleep(_FIRST_PAUSE * 2**attempt * self._ids.fraction())
        raise AssertionError("the last attempt returns or raises")

    def _call(self, call: Callable[..., T], request: Any, route: str) -> T:
        if self._closed:
            raise Unavailable("the store is closed")
        if os.getpid() != self._process:  # a channel does not survive a fork: its calls would hang
            raise Unavailable("the store was opened before a fork; open it again in this process")
        metadata = (
            ("google-cloud-resource-prefix", self._database),
            ("x-goog-request-params", quote(route, safe="/=")),
        )
        try:
            return call(request, timeout=self._seconds, metadata=metadata)
        except ValueError as error:  # closed by another thread between the look and the call
            raise Unavailable(f"the store is closed: {error}") from None

    def _commit_error(self, error: Any) -> HesabuError:
        code, why = error.code(), str(error.details())
        if code in _OVERTAKEN:
            return Conflict("a record changed after it was read")
        if known := self._known(code, why):
            return known
        if code is Code.UNAVAILABLE and why.startswith(_NOT_SENT):
            return Unavailable(f"{self._place} cannot be reached: {why}")
        return UnknownOutcome(f"{self._place} did not say that it committed: {_name(code)}: {why}")

    def _read_error(self, error: Any) -> HesabuError:
        code, why = error.code(), str(error.details())
        if code is Code.FAILED_PRECONDITION:
            return Unavailable(f"{self._place} cannot answer, perhaps for want of an index: {why}")
        return self._known(code, why) or Unavailable(f"{self._place} cannot be read: {_name(code)}: {why}")

    def _known(self, code: grpc.StatusCode, why: str) -> HesabuError | None:
        """What a code means for reads and commits alike: nothing was applied."""
        if code in _REFUSED | {Code.RESOURCE_EXHAUSTED} and _TOO_LARGE.search(why):
            return TooLarge(f"{self._place}: {why}")
        if code in _REFUSED:
            return Permanent(f"{self._place} refused: {_name(code)}: {why}", code="store_refused")
        if code in _NOT_ALLOWED:
            return Unavailable(f"{self._place} is closed to this account: {_name(code)}: {why}")
        if code is Code.RESOURCE_EXHAUSTED:
            return Unavailable(f"{self._place} is over its quota: {why}")
        return None


def _name(code: grpc.StatusCode | None) -> str:
    return code.name if code is not None else "no code"


def open_channel(project: str) -> Any:
    """A channel to Google, or to the emulator that FIRESTORE_EMULATOR_HOST names; connects on first use.

    Raises Unavailable when no credentials are found.
    """
    emulator = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if emulator:
        return grpc.insecure_channel(emulator, options=_OPTIONS)
    return _authorized(project)


def _authorized(project: str) -> Any:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport import grpc as secure
    from google.auth.transport.requests import Request

    request: Any = Request()
    try:
        credentials, _ = google.auth.default(scopes=[SCOPE], request=request)
    except GoogleAuthError as error:
        raise Unavailable(f"STORE_URL: no credentials for project {project}: {error}") from None
    open_secure: Any = secure.secure_authorized_channel
    return open_secure(credentials, request, HOST, options=_OPTIONS)
