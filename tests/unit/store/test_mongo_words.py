"""MongoDB without a server: addresses that cannot be right, and what each error of the driver means to us."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from bson.errors import InvalidDocument as NotBson
from pymongo import errors as driver

from shared.app import store_adapter
from shared.core.errors import Conflict, HesabuError, Invalid, TooLarge, Unavailable, UnknownOutcome
from shared.store.mongo import open_mongo
from shared.store.mongo_errors import before_commit, committing, reading, writing

SECRET = "s3cret-Pass"


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://", "mongodb:///books", "mongodb://h", "mongodb://h/", "mongodb://h/?tls=true",
        "mongodb://h:99999/books", "mongodb://h:port/books", "mongodb://h/a b", "mongodb://h/books.prod",
        f"mongodb://u:{SECRET}@@h/books", f"mongodb://u:{SECRET}/x@h/books", f"mongodb://u:{SECRET}:x@h/books",
        f"mongodb://u:{SECRET}?x@h/books", f"mongodb://u:{SECRET}%zz@h/books", f"mongodb://u:{SECRET}#@h",
        f"mongodb+srv://u:{SECRET}@a,b/books", f"mongodb+srv://u:{SECRET}@a:27017/books",
        f"mongodb://{SECRET}@h/books", f"mongodb://u:{SECRET}@h/books?tls=true&tlsCAFile=/nowhere/ca.pem",
    ],
)  # fmt: skip
def test_an_unusable_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        store_adapter(url)
    assert refused.value.code == "settings_invalid"
    assert refused.value.message.startswith("STORE_URL: ")
    assert "\n" not in refused.value.message
    assert SECRET not in refused.value.message
    assert refused.value.__cause__ is None
    shown = None if refused.value.__suppress_context__ else refused.value.__context__
    assert shown is None, "a traceback would show the driver's own text"


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("mongodb://127.0.0.1:27017/books", "books"),
        ("mongodb://u:p%40ss@a:1,b:2,c/books?replicaSet=rs0&authSource=admin", "books"),
        (
            "mongodb+srv://u:p%2Fss@cluster0.example.net/books?retryWrites=false&w=1&readPreference=nearest",
            "books",
        ),
        ("mongodb://h/b%C3%BCcher", "bücher"),
    ],
)
def test_what_keeps_money_safe_is_not_left_to_the_address(url: str, database: str) -> None:
    adapter = open_mongo(url)
    opened = adapter._database
    assert opened.name == database
    assert (opened.read_concern.level, opened.read_preference.name) == ("majority", "Primary")
    assert opened.write_concern.document["w"] == "majority"
    assert opened.write_concern.document["j"] is True
    options = opened.client.options
    assert (options.retry_writes, options.retry_reads) == (True, True)
    assert 0 < options.server_selection_timeout <= 10
    assert 0 < options.pool_options.socket_timeout <= 20
    assert 0 < options.pool_options.connect_timeout <= 10
    assert 0 < options.pool_options.wait_queue_timeout <= 10
    adapter.close()


def failed(code: int, *labels: str) -> driver.OperationFailure:
    return driver.OperationFailure(f"{SECRET}\nno", code, {"errorLabels": list(labels), "code": code})


def late() -> driver.WriteConcernError:
    return driver.WriteConcernError(SECRET, 64, {"writeConcernError": {"code": 64, "errmsg": SECRET}})


def bulk(code: int | None = None) -> driver.BulkWriteError:
    refused = [{"index": 0, "code": code, "errmsg": SECRET, "op": {"body": SECRET}}] if code else []
    return driver.BulkWriteError(
        {"writeErrors": refused, "writeConcernErrors": [] if code else [{"code": 64}]}
    )


def labelled(error: driver.PyMongoError, label: str) -> driver.PyMongoError:
    error._add_error_label(label)
    return error


TRANSIENT, UNKNOWN = "TransientTransactionError", "UnknownTransactionCommitResult"
SILENT = driver.ServerSelectionTimeoutError("h:1: refused, Timeout: 5s, Topology Description: <x>")
Phase = Callable[[], AbstractContextManager[None]]
MEANINGS: list[tuple[Phase, Exception, type[HesabuError]]] = [
    # nothing that could change anything was sent
    (reading, SILENT, Unavailable),
    (reading, driver.AutoReconnect("h:1: connection closed"), Unavailable),
    (reading, driver.NetworkTimeout("h:1: timed out"), Unavailable),
    (reading, driver.NotPrimaryError("not primary", {"code": 10107}), Unavailable),
    (reading, driver.ExecutionTimeout(SECRET, 50, {"code": 50}), Unavailable),
    (reading, driver.InvalidOperation("Cannot use MongoClient after close"), Unavailable),
    (reading, failed(18), Unavailable),
    (reading, failed(13), Unavailable),
    (reading, failed(9_999), Unavailable),
    # one write
    (writing, bulk(11000), Conflict),
    (writing, failed(112), Conflict),
    (writing, bulk(112), Conflict),
    (writing, driver.DuplicateKeyError(SECRET, 11000, {}), Conflict),
    (writing, driver.ServerSelectionTimeoutError("h:1: refused"), Unavailable),
    (writing, driver.WaitQueueTimeoutError("no connection is free"), Unavailable),
    (writing, labelled(driver.AutoReconnect("h:1: busy"), "NoWritesPerformed"), Unavailable),
    (writing, failed(8000), Unavailable),
    (writing, driver.DocumentTooLarge(SECRET), TooLarge),
    (writing, bulk(10334), TooLarge),
    (writing, driver.AutoReconnect("h:1: connection closed"), UnknownOutcome),
    (writing, driver.NetworkTimeout("h:1: timed out"), UnknownOutcome),
    (writing, driver.NotPrimaryError("shutting down", {"code": 91}), UnknownOutcome),
    (writing, late(), UnknownOutcome),
    (writing, bulk(), UnknownOutcome),
    (writing, driver.ExecutionTimeout(SECRET, 50, {"code": 50}), UnknownOutcome),
    (writing, failed(9_999), UnknownOutcome),
    (writing, NotBson(SECRET), Unavailable),
    # statements of a transaction
    (before_commit, failed(112, TRANSIENT), Conflict),
    (before_commit, failed(251, TRANSIENT), Conflict),
    (before_commit, bulk(11000), Conflict),
    (before_commit, labelled(driver.AutoReconnect("h:1: connection closed"), TRANSIENT), Conflict),
    (before_commit, labelled(driver.NetworkTimeout("h:1: timed out"), TRANSIENT), Unavailable),
    (before_commit, labelled(driver.ServerSelectionTimeoutError("h:1: refused"), TRANSIENT), Unavailable),
    (before_commit, failed(20), Unavailable),
    (before_commit, failed(257), TooLarge),
    # the commit itself
    (committing, failed(251, TRANSIENT), Conflict),
    (committing, failed(112, TRANSIENT), Conflict),
    (committing, failed(257), TooLarge),
    (committing, labelled(driver.AutoReconnect("h:1: connection closed"), UNKNOWN), UnknownOutcome),
    (committing, labelled(driver.ServerSelectionTimeoutError("h:1: refused"), UNKNOWN), UnknownOutcome),
    (committing, failed(50, UNKNOWN), UnknownOutcome),
    (committing, failed(251), UnknownOutcome),
    (committing, late(), UnknownOutcome),
]  # fmt: skip


@pytest.mark.parametrize(("phase", "raised", "meaning"), MEANINGS, ids=[
    f"{phase.__name__}-{type(raised).__name__}-{getattr(raised, 'code', '')}-{number}"
    for number, (phase, raised, _) in enumerate(MEANINGS)
])  # fmt: skip
def test_a_driver_s_error_says_what_is_known(
    phase: Phase, raised: Exception, meaning: type[HesabuError]
) -> None:
    with pytest.raises(HesabuError) as told, phase():
        raise raised
    assert type(told.value) is meaning
    assert "\n" not in told.value.message
    assert SECRET not in told.value.message
    assert "Topology" not in told.value.message
    assert told.value.__suppress_context__


def test_other_errors_pass_through() -> None:
    for phase in (reading, writing, committing):
        with pytest.raises(ZeroDivisionError), phase():
            raise ZeroDivisionError
