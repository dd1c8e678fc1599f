"""How documents lie in MongoDB: exact text, indexed fields, a date for the TTL; and how cheap a start is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.core.clock import ManualClock
from shared.core.errors import Conflict, Invalid, Unavailable
from shared.core.ids import SeededIds
from shared.store import Index, Key, Once, Query, Store, Where
from shared.store.indexes import SCHEMA
from shared.store.model import Schema
from shared.store.mongo import MongoAdapter, open_mongo
from shared.store.mongo_documents import condition, ordering
from shared.store.queries import plan
from tests.support.box import START, together
from tests.support.mongo_server import MongoServer
from tests.support.wire_cut import WireCut

pytestmark = pytest.mark.emulator
BUSINESS = "biz_1"
INVOICE = Key("invoices", "inv_1")
DATA: dict[str, Any] = {
    "created_on": "2026-03-01T09:00:00.000Z", "status": "open", "due_date": "2026-04-01",
    "customer_id": "cus_1",
    "lines": [{"ar:cus.1": {"$ref": "x", "$id": 1}, "cents": 2**53}], "note": "Wanjikũ",
}  # fmt: skip


@pytest.fixture
def adapter(mongo_url: str) -> Iterator[MongoAdapter]:
    with closing(open_mongo(mongo_url)) as opened:
        opened.ensure_indexes(SCHEMA)
        yield opened


@pytest.fixture
def books(adapter: MongoAdapter) -> Store:
    return Store(adapter, SCHEMA, ManualClock(START), SeededIds("layout"))


@pytest.fixture
def raw(mongo_server: MongoServer, mongo_url: str, adapter: MongoAdapter) -> Iterator[Any]:
    """The database as any other program sees it."""
    with mongo_server.client() as client:
        yield client[mongo_url.rpartition("/")[2]]


# --- documents
def test_a_document_is_its_text_and_its_indexed_fields(books: Store, raw: Any) -> None:
    made = books.create(BUSINESS, INVOICE, DATA)
    (stored,) = raw.invoices.find()
    assert stored == {
        "_id": "biz_1/inv_1",
        "b": "biz_1",
        "body": json.dumps(DATA, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        "i": {name: DATA[name] for name in ("created_on", "customer_id", "due_date", "status")},
        "etag": made.etag,
        "version": 1,
        "created_at": "2026-03-01T09:00:00.000Z",
        "updated_at": "2026-03-01T09:00:00.000Z",
    }
    assert books.require(BUSINESS, INVOICE).data == DATA


def test_the_driver_s_own_form_would_not_be_exact(raw: Any) -> None:
    """Why ``body`` is text: when this fails, the decision may be taken again."""
    raw.native.insert_one({"_id": 1, "d": DATA})
    read = raw.native.find_one()["d"]
    assert read != DATA, "a reference comes back as another type"
    assert type(read["lines"][0]["cents"]) is not int


def test_a_key_that_ends_has_a_native_date(books: Store, raw: Any) -> None:
    books.transaction(BUSINESS, lambda _: 1, once=Once("for a week", days=7))
    books.transaction(BUSINESS, lambda _: 1, once=Once("for ever"))
    dates = [stored.get("expire_at") for stored in raw.once.find(sort=[("body", 1)])]
    assert sorted(map(str, dates)) == sorted(map(str, [datetime(2026, 3, 8, 9, tzinfo=UTC), None]))
    (ttl,) = [index for index in raw.once.list_indexes() if index["name"] == "expire_at"]
    assert (dict(ttl["key"]), ttl["expireAfterSeconds"]) == ({"expire_at": 1}, 0)


def test_an_end_that_is_no_time_is_refused(books: Store, raw: Any) -> None:
    with pytest.raises(Invalid):
        books.put(BUSINESS, Key("once", "k"), {"expire_at": "next week"})
    assert raw.once.count_documents({}) == 0


def test_names_that_mongodb_keeps_for_itself_are_free(books: Store) -> None:
    keys = [Key(name, "x") for name in ("system.users", "system.", "a..b", ".a", "a.b", "a_b", "-")]
    books.transaction(BUSINESS, lambda tx: [tx.create(key, {"at": str(key)}).version for key in keys])
    docs = books.get_many(BUSINESS, keys)
    assert [doc.data["at"] for doc in docs if doc] == [str(key) for key in keys]


# --- commits
def test_what_is_only_verified_is_written_to_when_others_are_written(books: Store, raw: Any) -> None:
    invoice = books.create(BUSINESS, INVOICE, DATA)
    books.transaction(BUSINESS, lambda tx: (tx.require(INVOICE), tx.put(Key("notes", "n"), {}))[1].version)
    (stored,) = raw.invoices.find()
    assert (stored["g"], stored["etag"]) == (1, invoice.etag)
    books.transaction(BUSINESS, lambda tx: [tx.get(INVOICE) is None, tx.get(Key("notes", "m")) is None])
    assert raw.invoices.find_one()["g"] == 1, "a look at two documents writes nothing"
    assert raw.notes.count_documents({}) == 1, "and leaves no guard behind"
    books.update(BUSINESS, INVOICE, {"note": ""})
    assert "g" not in raw.invoices.find_one()


def test_a_guard_of_an_absence_leaves_nothing(books: Store, raw: Any) -> None:
    seen = books.transaction(BUSINESS, lambda tx: [tx.get(INVOICE), tx.put(Key("notes", "n"), {}).version])
    assert seen == [None, 1]
    assert raw.invoices.count_documents({}) == 0


def test_one_document_is_verified_alone(adapter: MongoAdapter, books: Store) -> None:
    made = books.create(BUSINESS, INVOICE, DATA)
    for reads, writes in (
        ({INVOICE: made.etag}, {}),
        ({Key("notes", "n"): None}, {}),
        ({Key("notes", "n"): None}, {Key("notes", "n"): None}),
    ):
        adapter.commit(BUSINESS, reads, writes)  # type: ignore[arg-type]
    for reads, writes in (
        ({INVOICE: "e_other"}, {}),
        ({INVOICE: None}, {}),
        ({Key("notes", "n"): "e_1"}, {}),
        ({INVOICE: None}, {INVOICE: None}),
        ({INVOICE: "e_other"}, {INVOICE: None}),
        ({INVOICE: None}, {INVOICE: made}),
        ({INVOICE: "e_other"}, {INVOICE: made}),
    ):
        with pytest.raises(Conflict):
            adapter.commit(BUSINESS, reads, writes)  # type: ignore[arg-type]
    assert books.require(BUSINESS, INVOICE) == made


def test_removals_of_queue_rows_are_no_conflict_of_each_other(adapter: MongoAdapter, books: Store) -> None:
    rows = [Key("notes", f"n{number}") for number in range(20)]
    for _ in range(3):
        books.transaction(BUSINESS, lambda tx: [tx.put(row, {}).version for row in rows])
        together(*[lambda: books.discard(BUSINESS, rows)] * 4)
        assert books.get_many(BUSINESS, rows) == [None] * 20


# --- indexes
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_declared_query_runs_on_its_index(
    adapter: MongoAdapter, books: Store, raw: Any, sign: str
) -> None:
    for index in SCHEMA.indexes:
        where = tuple(Where(name, "==", "x") for name in index.equal)
        scan = plan(
            Query(index.collection, where, sign + index.order if index.order else None), SCHEMA.indexes
        )
        wanted = raw[index.collection].find(condition(BUSINESS, scan), hint=index.name)
        found = wanted.sort(ordering(scan)).explain()
        assert _index_of(found) == index.name


def _index_of(explained: dict[str, Any]) -> str:
    stage = explained["queryPlanner"]["winningPlan"]
    while "inputStage" in stage:
        stage = stage["inputStage"]
    return str(stage.get("indexName", stage["stage"]))


def test_every_index_begins_with_the_business_and_ends_with_the_id(raw: Any) -> None:
    found = {
        index["name"]: list(index["key"])
        for collection in raw.list_collection_names()
        for index in raw[collection].list_indexes()
        if index["name"] not in ("_id_", "expire_at")
    }
    assert found == {
        index.name: ["b", *(f"i.{field}" for field in (*index.equal, index.order) if field), "_id"]
        for index in SCHEMA.indexes
    }


def test_a_second_start_is_one_read(mongo_server: MongoServer, mongo_url: str, adapter: MongoAdapter) -> None:
    with WireCut(mongo_server.port) as wire:
        with closing(open_mongo(wire.url(mongo_url.rpartition("/")[2]))) as second:
            second.ensure_indexes(SCHEMA)
        sent = {name: count for name, count in wire.seen.items() if name.lower() not in HANDSHAKE}
    assert sent == {"find": 1}


HANDSHAKE = {"hello", "ismaster", "ping", "endsessions"}


def test_many_may_start_at_once_on_an_empty_database(mongo_url: str) -> None:
    adapters = [open_mongo(mongo_url) for _ in range(6)]
    together(*[lambda each=each: each.ensure_indexes(SCHEMA) for each in adapters])
    for each in adapters:
        each.close()


def test_two_versions_side_by_side_do_not_undo_each_other(
    mongo_server: MongoServer, mongo_url: str, adapter: MongoAdapter, raw: Any
) -> None:
    newer = Schema(
        (*SCHEMA.indexes, Index("invoices", ("note",), "due_date")), SCHEMA.append_only, SCHEMA.expiring
    )
    adapter.ensure_indexes(newer)
    with mongo_server.failing("create", "createIndexes", times=99, errorCode=13):
        for schema in (SCHEMA, newer, SCHEMA):
            with closing(open_mongo(mongo_url)) as started:
                started.ensure_indexes(schema)
        with pytest.raises(Unavailable):
            adapter.ensure_indexes(Schema((Index("other", (), "at"),)))
    assert "invoices_note_due_date" in {index["name"] for index in raw.invoices.list_indexes()}


def test_an_index_in_the_way_is_named(mongo_url: str, mongo_server: MongoServer) -> None:
    with mongo_server.client() as client:
        client[mongo_url.rpartition("/")[2]].outbox.create_index([("other", 1)], name="outbox_created_on")
    with closing(open_mongo(mongo_url)) as adapter:
        with pytest.raises(Unavailable, match="outbox") as refused:
            adapter.ensure_indexes(SCHEMA)
        assert "\n" not in refused.value.message


# --- processes
def test_a_store_opened_before_a_fork_is_not_used_after_it(
    adapter: MongoAdapter, books: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        for use in (
            lambda: books.get(BUSINESS, INVOICE),
            lambda: books.query(BUSINESS, Query("invoices", (), "created_on")),
            lambda: adapter.commit(BUSINESS, {}, {INVOICE: None}),
            lambda: adapter.ensure_indexes(SCHEMA),
        ):
            with pytest.raises(Unavailable, match="fork"):
                use()
    with suppress(Conflict):
        adapter.commit(BUSINESS, {INVOICE: None}, {})
