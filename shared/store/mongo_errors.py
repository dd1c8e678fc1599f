"""What MongoDB's driver raises, in the store's own words: what is known to be applied decides which.

Messages hold server names, error codes and code names only. The driver's own texts may repeat documents, and
those of a mistyped address parts of its password.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    DocumentTooLarge,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from shared.core.errors import Conflict, HesabuError, TooLarge, Unavailable, UnknownOutcome

_DRIVER = (PyMongoError, BSONError)
_BEATEN = {112, 11000}  # WriteConflict, DuplicateKey
_TOO_LARGE = {257, 10334}  # TransactionTooLarge, BSONObjectTooLarge
_NO_REPLICA_SET = {20, 123, 263}  # IllegalOperation, NotAReplicaSet, OperationNotSupportedInTransaction
_REFUSED = {18, 8000}  # AuthenticationFailed, and Atlas's own
_NOT_ALLOWED = {13}  # Unauthorized
_NOTHING_DONE = _BEATEN | _TOO_LARGE | _NO_REPLICA_SET | _REFUSED | _NOT_ALLOWED
"""Answers after which a single write is known not to be applied; any other answer leaves it open."""
_GONE = (ServerSelectionTimeoutError, NetworkTimeout, WaitQueueTimeoutError)
_NEVER_SENT = (
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    ConfigurationError,
    InvalidOperation,
    DocumentTooLarge,
    BSONError,
)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Around what changes nothing, and around what may be sent again without harm."""
    try:
        yield
    except _DRIVER as error:
        raise _nothing_applied(error) from None


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Around one write: once it was sent, only some answers say that it was not applied."""
    try:
        yield
    except _DRIVER as error:
        unsent = isinstance(error, _NEVER_SENT) or _labelled(error, "NoWritesPerformed")
        if unsent or _code(error) in _NOTHING_DONE:
            raise _nothing_applied(error) from None
        raise UnknownOutcome(f"MongoDB did not say whether it wrote: {_cause(error)}") from None


before_commit = reading
"""Around the statements of a transaction: whatever fails there, the server will apply none of them."""


@contextlib.contextmanager
def committing() -> Iterator[None]:
    """Around a transaction's commit: only a transient error says that it was not applied."""
    try:
        yield
    except _DRIVER as error:
        if _labelled(error, "TransientTransactionError") or _code(error) in _TOO_LARGE:
            raise _nothing_applied(error) from None
        raise UnknownOutcome(f"MongoDB did not say whether it committed: {_cause(error)}") from None


def no_replica_set() -> Unavailable:
    """One line for whoever set STORE_URL; retryable, so that no event is lost until it is mended."""
    return Unavailable(
        "STORE_URL: this MongoDB server is no replica set, and transactions need one: start mongod with "
        "--replSet and run rs.initiate() once (Atlas clusters always are replica sets)",
        code="settings_invalid",
    )


def _nothing_applied(error: Exception) -> HesabuError:
    code = _code(error)
    if isinstance(error, DocumentTooLarge) or code in _TOO_LARGE:
        return TooLarge("MongoDB refused the commit as too large")
    if code in _NO_REPLICA_SET:
        return no_replica_set()
    if code in _REFUSED:
        return Unavailable("STORE_URL: MongoDB refused the user name or the password")
    if code in _NOT_ALLOWED:
        return Unavailable("STORE_URL: its user may not read and write this database (role readWrite)")
    if code in _BEATEN or _is_passing(error):
        return Conflict("a record changed after it was read")
    return Unavailable(f"STORE_URL: MongoDB cannot be used: {_cause(error)}")


def is_worth_asking_again(error: AutoReconnect) -> bool:
    """Whether a commit's connection broke or its server stepped down, rather than kept silent or vanished."""
    return _labelled(error, "UnknownTransactionCommitResult") and not isinstance(error, _GONE)


def _is_passing(error: Exception) -> bool:
    """Worth an immediate second run of the whole transaction."""
    return _labelled(error, "TransientTransactionError") and not isinstance(error, _GONE)


def _labelled(error: Exception, label: str) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label(label)


def _code(error: Exception) -> int | None:
    """The server's error code; a bulk's first refused write counts, its late write concern does not."""
    if isinstance(error, BulkWriteError):
        refused = (error.details or {}).get("writeErrors")
        return int(refused[0]["code"]) if refused else None
    return error.code if isinstance(error, OperationFailure) else None


def _cause(error: Exception) -> str:
    if isinstance(error, NotPrimaryError):
        return "there is no primary at the moment"
    if isinstance(error, OperationFailure):
        return _answer(error)
    if isinstance(error, AutoReconnect | ConfigurationError | InvalidOperation):
        # the server and the reason stand first, then our own time-outs and all that the driver knows
        text = str(error).split(", Timeout:")[0].split(" (configured timeouts")[0]
        return " ".join(text.split())[:200]
    return type(error).__name__


def _answer(error: OperationFailure) -> str:
    details = error.details or {}
    late = details.get("writeConcernErrors") or [details.get("writeConcernError")]
    shown = (details.get("writeErrors") or late)[0] or details
    return f"it answered {shown.get('code', error.code)} {shown.get('codeName', '')}".rstrip()
