"""What goes wrong between us and MongoDB: with a key exactly once, without one an honest `unknown`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pytest

from shared.core.errors import HesabuError, TooLarge, Unavailable, UnknownOutcome
from shared.store import Key, Once, Tx, mongo, mongo_commit
from shared.store.model import Adapter
from shared.store.mongo import open_mongo
from tests.conftest import a_mongo_server
from tests.support.box import SCHEMA, Box, count_up
from tests.support.mongo_server import MongoServer
from tests.support.wire_cut import WireCut

pytestmark = pytest.mark.emulator
COUNTER, OTHER = Key("notes", "counter"), Key("notes", "other")
CLOSED: dict[str, Any] = {"closeConnection": True}
SENT = 2
"""How often an impatient store sends a commit: the driver sends each twice."""


class Fault(NamedTuple):
    """How the server fails: in which commands, in the words of failCommand, and how often."""

    commands: str
    how: dict[str, Any]
    times: int = 1


FAULTS = {
    "write conflict": Fault("update", {"errorCode": 112}, 3),
    "write conflict at the commit": Fault("commitTransaction", {"errorCode": 112}, 2),
    "connection closed in find": Fault("find", CLOSED),
    "connection closed in insert": Fault("insert", CLOSED),
    "connection closed in update": Fault("update", CLOSED, 2),
    "connection closed in commit": Fault("commitTransaction", CLOSED),
    "connection closed in commit for long": Fault(
        "commitTransaction", CLOSED, 2 * mongo_commit.ASKED_AGAIN + 1
    ),
    "shutdown in progress": Fault("commitTransaction", {"errorCode": 91}, 3),
    "no primary": Fault("update", {"errorCode": 10107}, 2),
    "write concern error": Fault(
        "commitTransaction",
        {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}},
    ),
    "commit label exhausted": Fault(
        "commitTransaction", {"errorCode": 50, "errorLabels": ["UnknownTransactionCommitResult"]}, 3
    ),
    "conflict, and the abort fails": Fault("update abortTransaction", {"errorCode": 112}, 2),
}


def opened(url: str) -> Iterator[Box]:
    """A store with two counters. A short heartbeat: this server ends none early, as a real one does."""
    adapter = open_mongo(url + ("&" if "?" in url else "?") + "heartbeatFrequencyMS=500")
    adapter.ensure_indexes(SCHEMA)
    box = Box(adapter)
    for key in (COUNTER, OTHER):
        box.store.create(box.business, key, {"n": 0})
    yield box
    adapter.close()


@pytest.fixture
def box(mongo_url: str) -> Iterator[Box]:
    yield from opened(mongo_url)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each broken connection takes half a second of the driver's time."""
    monkeypatch.setattr(mongo_commit, "ASKED_AGAIN", 0)


@pytest.fixture
def cut(mongo_server: MongoServer) -> Iterator[WireCut]:
    with WireCut(mongo_server.port) as proxy:
        yield proxy


@pytest.fixture
def cut_box(cut: WireCut, mongo_url: str) -> Iterator[Box]:
    yield from opened(cut.url(mongo_url.rpartition("/")[2]))


@pytest.fixture(scope="module")
def standalone() -> Iterator[MongoServer]:
    """A server that says it is no replica set."""
    with a_mongo_server(standalone=True) as server:
        yield server


def count_both(tx: Tx) -> int:
    """Writes two documents, so it is a transaction."""
    count_up(tx, OTHER)
    return count_up(tx, COUNTER)


def counted(box: Box) -> tuple[int, int]:
    docs = box.store.get_many(box.business, [COUNTER, OTHER])
    one, other = (doc.data["n"] for doc in docs if doc)
    return one, other


# --- the server fails
def test_with_a_key_every_fault_is_applied_once(
    cut: WireCut, cut_box: Box, mongo_server: MongoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    box, once, happened = cut_box, 0, 0
    for number, (name, fault) in enumerate(FAULTS.items(), start=1):
        cut.seen.clear()
        with mongo_server.failing(*fault.commands.split(), times=fault.times, **fault.how):
            for _ in range(2):
                key = Once(f"delivery-{number}")
                assert box.store.transaction(box.business, count_both, once=key) == number, name
        sent = [cut.seen[command] for command in fault.commands.split()]
        assert min(sent) > 0, name
        assert sum(sent) >= fault.times, name
        happened += fault.times
        assert counted(box) == (number, number), name
        once += 1
    figures = {"store": "mongo", "faults": len(FAULTS), "happened": happened, "applied_once": once}
    with capsys.disabled():
        print("\n" + json.dumps(figures))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("commitTransaction", CLOSED, SENT),
        Fault("commitTransaction", {"errorCode": 91}, SENT),
        Fault("commitTransaction", {"writeConcernError": {"code": 64, "errmsg": "late"}}, SENT),
        Fault("commitTransaction", {"errorCode": 50, "errorLabels": ["UnknownTransactionCommitResult"]}),
    ],
    ids=["closed", "shutdown", "late", "too slow"],
)
@pytest.mark.usefixtures("impatient")
def test_without_a_key_a_lost_commit_is_unknown(box: Box, mongo_server: MongoServer, fault: Fault) -> None:
    with mongo_server.failing(fault.commands, times=fault.times, **fault.how), pytest.raises(UnknownOutcome):
        box.store.transaction(box.business, count_both)
    assert counted(box) in ((0, 0), (1, 1))


@pytest.mark.parametrize(
    "how",
    [CLOSED, {"errorCode": 91}, {"writeConcernError": {"code": 64, "errmsg": "late"}}, {"errorCode": 8}],
    ids=["closed", "shutdown", "late", "unknown error"],
)
def test_without_a_key_a_lost_write_is_unknown(
    box: Box, mongo_server: MongoServer, how: dict[str, Any]
) -> None:
    with mongo_server.failing("update", times=2, **how), pytest.raises(UnknownOutcome):
        box.store.update(box.business, COUNTER, {"n": 1})
    assert counted(box)[0] in (0, 1)


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        ("update", 13, Unavailable), ("update", 8000, Unavailable), ("update", 10334, TooLarge),
        ("find", 13, Unavailable), ("find", 50, Unavailable), ("commitTransaction", 257, TooLarge),
    ],
)  # fmt: skip
def test_a_plain_no_is_told_as_such(
    box: Box, mongo_server: MongoServer, command: str, code: int, error: type[HesabuError]
) -> None:
    work = (lambda tx: count_up(tx, COUNTER)) if command == "update" else count_both
    with mongo_server.failing(command, times=9, errorCode=code), pytest.raises(error) as refused:
        box.store.transaction(box.business, work)
    assert "\n" not in refused.value.message
    assert counted(box) == (0, 0)


# --- the answer is lost on the way, the work is done
@pytest.mark.parametrize("command", ["insert", "update", "delete"])
def test_the_driver_knows_its_own_write_again(cut: WireCut, cut_box: Box, command: str) -> None:
    box, key = cut_box, Key("notes", "new")
    if command != "insert":
        box.store.create(box.business, key, {"n": 0})
    with cut.losing(command):
        if command == "delete":
            box.store.delete(box.business, key)
        else:
            box.store.transaction(box.business, lambda tx: tx.put(key, {"n": 1}))
    assert cut.lost == 1
    assert box.data(key) == (None if command == "delete" else {"n": 1})


def test_the_driver_knows_its_own_commit_again(cut: WireCut, cut_box: Box) -> None:
    with cut.losing("commitTransaction"):
        assert cut_box.store.transaction(cut_box.business, count_both) == 1
    assert (cut.lost, counted(cut_box)) == (1, (1, 1))


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.usefixtures("impatient")
def test_a_lost_acknowledgement_of_a_commit(cut: WireCut, cut_box: Box, keyed: bool) -> None:
    box = cut_box
    with cut.losing("commitTransaction", times=SENT):
        if keyed:
            assert box.store.transaction(box.business, count_both, once=Once("k")) == 1
        else:
            with pytest.raises(UnknownOutcome):
                box.store.transaction(box.business, count_both)
    assert (cut.lost, counted(box)) == (SENT, (1, 1))


def test_without_a_replica_set_a_write_is_never_sent_twice(standalone: MongoServer) -> None:
    with WireCut(standalone.port) as cut:
        for box in opened(cut.url("alone")):
            with cut.losing("update"), pytest.raises(UnknownOutcome):
                box.store.update(box.business, COUNTER, {"n": 1})
            assert counted(box) == (1, 0)


# --- what an operator sees
def test_a_server_that_is_no_replica_set_is_named(standalone: MongoServer) -> None:
    for box in opened(standalone.url()):
        box.store.discard(box.business, [Key("outbox", "a"), Key("outbox", "b")])
        with pytest.raises(Unavailable) as refused:
            box.store.transaction(box.business, count_both)
        assert refused.value.code == "settings_invalid"
        assert counted(box) == (0, 0)
        _is_one_plain_line(refused.value, "STORE_URL", "--replSet", "rs.initiate()", "Atlas")


@pytest.mark.parametrize("code", [20, 263])
def test_its_own_words_for_it_are_understood(box: Box, mongo_server: MongoServer, code: int) -> None:
    with mongo_server.failing("update", errorCode=code), pytest.raises(Unavailable) as refused:
        box.store.transaction(box.business, count_both)
    _is_one_plain_line(refused.value, "STORE_URL", "--replSet")


def test_an_unreachable_server_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "SELECT_MS", 100)
    with closing(open_mongo("mongodb://hesabu:s3cret@127.0.0.1:1,127.0.0.1:2/books")) as adapter:
        for use in _uses(adapter):
            with pytest.raises(Unavailable) as refused:
                use()
            _is_one_plain_line(refused.value, "STORE_URL", "127.0.0.1:", "refused")


def test_a_host_name_that_is_not_in_dns_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "CONNECT_MS", 2_000)
    with closing(open_mongo("mongodb+srv://hesabu:s3cret@nowhere.invalid/books")) as adapter:
        with pytest.raises(Unavailable) as refused:
            adapter.ensure_indexes(SCHEMA)
        _is_one_plain_line(refused.value, "STORE_URL")


def test_a_wrong_password_is_named_and_not_shown(mongo_server: MongoServer) -> None:
    url = mongo_server.url("books").replace("//", "//hesabu:s3cret@")
    with closing(open_mongo(url)) as adapter:
        with pytest.raises(Unavailable) as refused:
            adapter.ensure_indexes(SCHEMA)
        _is_one_plain_line(refused.value, "STORE_URL", "password")


def test_a_silent_server_ends_the_wait(mongo_server: MongoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "SOCKET_MS", 200)
    silent: dict[str, Any] = {"blockConnection": True, "blockTimeMS": 600}
    for box in opened(mongo_server.url()):
        with mongo_server.failing("find", times=2, **silent), pytest.raises(Unavailable):
            box.data(COUNTER)
        with mongo_server.failing("update", times=2, **silent), pytest.raises(UnknownOutcome):
            box.store.update(box.business, COUNTER, {"n": 1})


def test_a_closed_store_says_so(mongo_url: str) -> None:
    adapter = open_mongo(mongo_url)
    adapter.ensure_indexes(SCHEMA)
    adapter.close()
    for use in _uses(adapter):
        with pytest.raises(Unavailable):
            use()


def _uses(adapter: Adapter) -> list[Any]:
    box = Box(adapter)
    return [
        lambda: adapter.ensure_indexes(SCHEMA),
        lambda: box.data(COUNTER),
        lambda: adapter.commit(box.business, {}, {COUNTER: None}),
        lambda: adapter.commit(box.business, {COUNTER: None, OTHER: None}, {}),
    ]


def _is_one_plain_line(error: HesabuError, *words: str) -> None:
    assert "\n" not in error.message
    assert len(error.message) < 400
    assert "s3cret" not in error.message
    assert "Topology" not in error.message
    for word in words:
        assert word in error.message
