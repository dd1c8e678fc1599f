"""SQLite: who may write and checkpoint when, and what becomes of broken, full, locked and foreign files."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from shared.core.clock import SystemClock
from shared.core.errors import Conflict, Refused, Unavailable
from shared.core.ids import SystemIds
from shared.store import Index, Key, Query, Store, Where
from shared.store.indexes import SCHEMA
from shared.store.model import Schema
from shared.store.queries import plan
from shared.store.sqlite import SqliteAdapter, _select
from tests.support.box import together

BUSINESS = "biz_1"
SMALL = Schema((Index("things", (), "rank"),), frozenset({"ledger"}))


def open_store(path: Path) -> Store:
    return Store(SqliteAdapter(path), SMALL, SystemClock(), SystemIds())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "store.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    made = open_store(path)
    made.ensure_indexes()
    yield made
    made.close()


@pytest.fixture
def lock(opened: Store, path: Path) -> Iterator[IO[bytes]]:
    """The lock file as another process opens it."""
    with open(path.with_name("store.db.lock"), "a+b") as file:
        yield file


def adapter_of(opened: Store) -> SqliteAdapter:
    adapter = opened._adapter
    assert isinstance(adapter, SqliteAdapter)
    return adapter


def writer_of(opened: Store) -> sqlite3.Connection:
    return adapter_of(opened)._queue._connection


def note(number: int) -> Key:
    return Key("notes", f"n{number}")


# --- the guard against the WAL-reset bug: one writer, one checkpoint at a time
def test_every_write_transaction_holds_the_lock_file(opened: Store, lock: IO[bytes]) -> None:
    free: list[str] = []
    seen: list[str] = []

    def look(statement: str) -> None:
        seen.append(statement.split(maxsplit=1)[0])
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        fcntl.flock(lock, fcntl.LOCK_UN)
        free.append(statement)

    writer_of(opened).set_trace_callback(look)
    opened.create(BUSINESS, note(1), {"n": 1})
    opened.update(BUSINESS, note(1), {"n": 2})
    opened.discard(BUSINESS, [note(1)])
    opened.ensure_indexes()
    writer_of(opened).set_trace_callback(None)
    assert free == []
    assert {"BEGIN", "INSERT", "DELETE", "COMMIT", "CREATE"} <= set(seen)


def test_only_the_writer_checkpoints(opened: Store) -> None:
    reader = adapter_of(opened)._file.reader()
    assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    assert writer_of(opened).execute("PRAGMA wal_autocheckpoint").fetchone()[0] > 0
    assert writer_of(opened).execute("PRAGMA mmap_size").fetchone() in [(0,), None]
    assert writer_of(opened).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer_of(opened).execute("PRAGMA synchronous").fetchone() == (2,), "FULL for money"


def test_a_commit_waits_while_another_process_holds_the_lock(opened: Store, lock: IO[bytes]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)
    thread = threading.Thread(target=opened.create, args=(BUSINESS, note(1), {"n": 1}))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    assert opened.get(BUSINESS, note(1)) is None, "readers are not blocked"
    fcntl.flock(lock, fcntl.LOCK_UN)
    thread.join(10)
    assert opened.require(BUSINESS, note(1)).data == {"n": 1}


# --- group commit
def behind_the_lock(opened: Store, lock: IO[bytes], *work: Callable[[], object]) -> list[object]:
    """Run work in threads while the lock is held elsewhere, so that it piles up; returns what came out."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    group = adapter_of(opened)._queue._group

    def caught(each: Callable[[], object]) -> object:
        try:
            return each()
        except (Conflict, Refused, Unavailable) as error:
            return error

    def release() -> None:
        deadline = time.monotonic() + 10
        while len(group._waiting) < len(work) - 1:  # the first leads and waits for the lock
            assert time.monotonic() < deadline
            time.sleep(0.002)
        fcntl.flock(lock, fcntl.LOCK_UN)

    return together(*[lambda each=each: caught(each) for each in work], release)[:-1]


def test_many_threads_share_few_commits(opened: Store, lock: IO[bytes]) -> None:
    commits: list[str] = []
    writer_of(opened).set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    work = [lambda n=n: opened.create(BUSINESS, note(n), {"n": n}) for n in range(32)]
    behind_the_lock(opened, lock, *work)
    writer_of(opened).set_trace_callback(None)
    assert len(commits) <= 3
    docs = opened.get_many(BUSINESS, [note(n) for n in range(32)])
    assert [doc.data["n"] for doc in docs if doc] == list(range(32))


def test_a_conflict_in_a_group_hurts_nobody_else(opened: Store, lock: IO[bytes]) -> None:
    stale = opened.create(BUSINESS, note(99), {"n": 0}).etag
    opened.update(BUSINESS, note(99), {"n": 1})
    fresh = opened.create(BUSINESS, Key("ledger", "e1"), {"n": 1})
    adapter = adapter_of(opened)
    work: list[Callable[[], object]] = [
        lambda n=n: opened.create(BUSINESS, note(n), {"n": n}) for n in range(10)
    ]
    new = opened.new_doc(note(99), {"n": 7}, None)
    work.append(lambda: adapter.commit(BUSINESS, {note(99): stale}, {note(99): new}))
    work.append(lambda: adapter.commit(BUSINESS, {}, {fresh.key: None}))  # the trigger refuses this one
    results = behind_the_lock(opened, lock, *work)
    assert isinstance(results[-2], Conflict)
    assert isinstance(results[-1], Refused)
    assert not any(isinstance(result, Exception) for result in results[:-2])
    assert opened.require(BUSINESS, note(99)).data == {"n": 1}
    assert opened.require(BUSINESS, fresh.key).data == {"n": 1}
    assert all(opened.get_many(BUSINESS, [note(n) for n in range(10)]))


def test_of_two_commits_in_a_group_the_second_sees_the_first(opened: Store, lock: IO[bytes]) -> None:
    adapter, etag = adapter_of(opened), opened.create(BUSINESS, note(1), {"n": 0}).etag

    def write(number: int) -> Callable[[], object]:
        doc = opened.new_doc(note(1), {"n": number}, None)
        return lambda: adapter.commit(BUSINESS, {note(1): etag}, {note(1): doc})

    results = behind_the_lock(opened, lock, *[write(number) for number in range(1, 9)])
    assert sum(isinstance(result, Conflict) for result in results) == 7
    assert opened.require(BUSINESS, note(1)).data == {"n": 1 + results.index(None)}


def test_an_interrupted_commit_leaves_no_open_transaction(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = adapter_of(opened)._queue

    def interrupted(_final: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(queue, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            opened.create(BUSINESS, note(1), {"n": 1})
    assert not writer_of(opened).in_transaction
    opened.create(BUSINESS, note(1), {"n": 2})
    assert opened.require(BUSINESS, note(1)).data == {"n": 2}


# --- what the file may do to us: never a driver's error
def test_a_file_that_is_no_database(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is not a database, it only lies where one should be. " * 200)
    with pytest.raises(Unavailable):
        open_store(path)


def test_a_damaged_database(path: Path) -> None:
    store = open_store(path)
    for number in range(400):
        store.put(BUSINESS, note(number), {"text": "x" * 500})
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 : len(content) // 4096 * 4096] = b"\xa5" * (len(content) // 4096 * 4096 - 4096)
    path.write_bytes(bytes(content))
    damaged = open_store(path)
    with pytest.raises(Unavailable):
        damaged.get_many(BUSINESS, [note(number) for number in range(400)])
    with pytest.raises(Unavailable):
        damaged.put(BUSINESS, note(1), {"n": 1})
    damaged.close()


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.db").mkdir()
    for place in (tmp_path / "file" / "store.db", tmp_path / "folder.db", Path("/dev/null/store.db")):
        with pytest.raises(Unavailable):
            open_store(place)


def test_a_database_that_may_only_be_read(opened: Store) -> None:
    opened.create(BUSINESS, note(1), {"n": 1})
    writer_of(opened).execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable):
        opened.update(BUSINESS, note(1), {"n": 2})
    with pytest.raises(Unavailable):
        Store(adapter_of(opened), SCHEMA, SystemClock(), SystemIds()).ensure_indexes()
    assert opened.require(BUSINESS, note(1)).data == {"n": 1}
    writer_of(opened).execute("PRAGMA query_only = OFF")
    opened.update(BUSINESS, note(1), {"n": 2})


def test_a_full_disk_refuses_one_commit_and_not_the_next(opened: Store) -> None:
    opened.create(BUSINESS, note(1), {"n": 1})
    pages = writer_of(opened).execute("PRAGMA page_count").fetchone()[0]
    writer_of(opened).execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(Unavailable):
        opened.create(BUSINESS, note(2), {"text": "x" * 100_000})
    opened.update(BUSINESS, note(1), {"n": 2})
    assert opened.get(BUSINESS, note(2)) is None
    assert opened.require(BUSINESS, note(1)).data == {"n": 2}


def test_a_database_locked_by_a_stranger(opened: Store, path: Path) -> None:
    writer_of(opened).execute("PRAGMA busy_timeout = 50")
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        opened.create(BUSINESS, note(1), {"n": 1})
    stranger.execute("ROLLBACK")
    stranger.close()
    opened.create(BUSINESS, note(1), {"n": 1})


def test_a_closed_store_says_so(path: Path) -> None:
    store = open_store(path)
    store.create(BUSINESS, note(1), {"n": 1})
    store.close()
    store.close()
    for use in (
        lambda: store.get(BUSINESS, note(1)),
        lambda: store.get_many(BUSINESS, [note(1), note(2)]),
        lambda: store.create(BUSINESS, note(2), {"n": 1}),
        lambda: store.query(BUSINESS, Query("things", (), "rank")),
        store.ensure_indexes,
    ):
        with pytest.raises(Unavailable):
            use()


FORKED = """
import os, sys
from pathlib import Path
from shared.core.errors import Unavailable
from shared.store import Key
from shared.store.sqlite import SqliteAdapter
adapter = SqliteAdapter(Path(sys.argv[1]))
adapter.get_many("b", [Key("c", "i")])
refused = 0
child = os.fork()
if child == 0:
    for use in (lambda: adapter.get_many("b", [Key("c", "i")]), lambda: adapter.commit("b", {}, {})):
        try:
            use()
        except Unavailable:
            refused += 1
    os._exit(refused)
_, status = os.waitpid(child, 0)
adapter.commit("b", {Key("c", "i"): None}, {})
adapter.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_store_opened_before_a_fork_is_not_used_after_it(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", FORKED, str(path)], check=False, timeout=30)
    assert ended.returncode == 2, "both the read and the commit are refused in the child"


# --- indexes
@pytest.mark.parametrize("index", SCHEMA.indexes, ids=lambda index: index.name)
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_declared_query_runs_on_its_index(store: Store, index: Index, sign: str) -> None:
    if index.order is None and sign:
        return  # by id there is one direction
    where = tuple(Where(name, "==", "x") for name in index.equal)
    order = f"{sign}{index.order}" if index.order else None
    scan = plan(Query(index.collection, where, order), SCHEMA.indexes)
    sql, values = _select(BUSINESS, scan)
    found = adapter_of(store)._file.reader().execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    steps = " ".join(row[-1] for row in found)
    assert "SCAN" not in steps
    assert "TEMP B-TREE" not in steps, "sorted by the index, not after reading everything"
    if index.order:
        assert f"ix_{index.name} " in f"{steps} "


def test_index_names_are_unique() -> None:
    names = [index.name for index in SCHEMA.indexes]
    assert len(set(names)) == len(names)
