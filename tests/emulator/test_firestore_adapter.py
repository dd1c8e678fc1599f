"""How documents lie in Firestore, seen through Google's own client, and what the adapter builds on there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from shared.app import store_adapter
from shared.core.clock import ManualClock
from shared.core.errors import Conflict, InvalidDocument, InvalidQuery, Permanent, TooLarge
from shared.core.ids import SeededIds
from shared.store import Index, Key, Once, Query, Store, Tx, Where
from shared.store.model import Adapter, Schema

if TYPE_CHECKING:
    from google.cloud import firestore

pytestmark = pytest.mark.emulator
SCHEMA = Schema(
    indexes=(Index("bills", ("status", "open"), "due"), Index("bills", (), "cents")),
    expiring=frozenset({"once"}),
)
BILL = Key("bills", "bill_1")
DATA = {"status": "new", "open": True, "due": "2026-03-01", "cents": 250, "lines": [{"text": "Unga – 2"}]}


@pytest.fixture
def adapter(firestore_emulator: str, project: str) -> Iterator[Adapter]:
    opened = store_adapter(f"firestore://{project}")
    yield opened
    opened.close()


@pytest.fixture
def store(adapter: Adapter, clock: ManualClock, ids: SeededIds) -> Store:
    opened = Store(adapter, SCHEMA, clock, ids)
    opened.ensure_indexes()
    return opened


@pytest.fixture
def client(firestore_emulator: str, project: str) -> Iterator[firestore.Client]:
    from google.cloud import firestore

    opened = firestore.Client(project=project)
    yield opened
    opened.close()


def look(client: firestore.Client, key: Key) -> Any:
    return client.document("biz", "biz_1", key.collection, key.id).get()


def test_a_document_is_its_text_and_its_indexed_fields(store: Store, client: firestore.Client) -> None:
    made = store.create("biz_1", BILL, DATA)
    assert look(client, BILL).to_dict() == {
        "body": '{"cents":250,"due":"2026-03-01","lines":[{"text":"Unga – 2"}],"open":true,"status":"new"}',
        "i": {"status": "new", "open": True, "due": "2026-03-01", "cents": 250},
        "etag": made.etag,
        "version": 1,
        "created_at": "2026-03-01T09:00:00.000Z",
        "updated_at": "2026-03-01T09:00:00.000Z",
    }
    store.create("biz_1", Key("notes", "n1"), {"cents": 1})
    assert "i" not in look(client, Key("notes", "n1")).to_dict()


def test_a_replaced_document_keeps_nothing_of_the_old_one(store: Store, client: firestore.Client) -> None:
    key = Key("once", "k")
    store.put("biz_1", key, {"expire_at": "2026-03-02T09:00:00.500Z", "n": 1})
    assert look(client, key).get("expire_at") == datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)
    store.put("biz_1", key, {"n": 2})
    assert "expire_at" not in look(client, key).to_dict()


def test_only_what_expires_gets_a_native_time(store: Store, client: firestore.Client) -> None:
    store.put("biz_1", Key("notes", "n1"), {"expire_at": "2026-03-02T09:00:00.000Z"})
    assert "expire_at" not in look(client, Key("notes", "n1")).to_dict()
    once = Once("weekly", "body", days=7)
    store.transaction("biz_1", lambda tx: tx.put(BILL, DATA).version, once=once)
    (kept,) = client.collection("biz", "biz_1", "once").stream()
    assert kept.get("expire_at") == datetime(2026, 3, 8, 9, tzinfo=UTC)
    for wrong in ("tomorrow", 7, None):
        with pytest.raises(InvalidDocument):
            store.put("biz_1", Key("once", "k"), {"expire_at": wrong})


def test_a_verified_read_is_left_as_it_was(store: Store, client: firestore.Client) -> None:
    """Two who only read the same document do not get in each other's way."""
    store.create("biz_1", BILL, DATA)
    before = look(client, BILL)

    def note(tx: Tx) -> None:
        tx.require(BILL)
        tx.set(Key("notes", "n1"), {"n": 1})

    store.transaction("biz_1", note)
    after = look(client, BILL)
    assert (after.update_time, after.to_dict()) == (before.update_time, before.to_dict())


def test_writing_the_same_again_is_a_change(store: Store, adapter: Adapter) -> None:
    """Firestore keeps the update time of a write that changes nothing; a new etag changes every document."""
    store.create("biz_1", BILL, DATA)
    tokens = set()
    for _ in range(4):
        (doc,) = adapter.get_many("biz_1", [BILL])
        assert doc is not None
        tokens.add(doc.token)
        store.put("biz_1", BILL, DATA)
        with pytest.raises(Conflict):
            adapter.commit("biz_1", {BILL: doc.seen}, {BILL: None})
    assert len(tokens) == 4


def test_another_clients_write_is_a_conflict(
    store: Store, adapter: Adapter, client: firestore.Client
) -> None:
    made = store.create("biz_1", BILL, DATA)
    (doc,) = adapter.get_many("biz_1", [BILL])
    assert doc is not None
    client.document("biz", "biz_1", *BILL).update({"note": "by hand"})
    assert store.require("biz_1", BILL).etag == made.etag, "a stranger does not know of our etags"
    with pytest.raises(Conflict):
        adapter.commit("biz_1", {BILL: doc.seen}, {})
    with pytest.raises(Conflict):
        adapter.commit("biz_1", {BILL: doc.seen}, {Key("notes", "n1"): None})


def test_undeclared_queries_are_refused_though_the_emulator_would_answer(
    store: Store, client: firestore.Client
) -> None:
    store.create("biz_1", BILL, DATA)
    by_due = client.collection("biz", "biz_1", "bills").order_by("i.due").stream()
    assert len(list(by_due)) == 1, "Firestore itself would want an index here"
    for query in (
        Query("bills", (), "due"),
        Query("bills", (Where("status", "==", "new"),), "due"),
        Query("bills", (Where("cents", "==", 250),)),
        Query("bills"),
    ):
        with pytest.raises(InvalidQuery):
            store.query("biz_1", query)


def test_two_databases_of_one_project_are_two_stores(
    store: Store, project: str, clock: ManualClock, ids: SeededIds
) -> None:
    store.create("biz_1", BILL, DATA)
    other = Store(store_adapter(f"firestore://{project}/archive"), SCHEMA, clock, ids)
    assert other.get("biz_1", BILL) is None
    other.create("biz_1", BILL, DATA)
    other.delete("biz_1", BILL)
    assert store.get("biz_1", BILL) is not None
    other.close()


def test_what_was_not_written_by_us_is_named(store: Store, client: firestore.Client) -> None:
    client.document("biz", "biz_1", "bills", "bill_1").set({"body": "{", "i": {"cents": 1}})
    with pytest.raises(Permanent, match="bill_1 was not written by Hesabu") as damaged:
        store.get("biz_1", BILL)
    assert damaged.value.code == "document_damaged"
    with pytest.raises(Permanent):
        store.query("biz_1", Query("bills", (), "cents"))


def test_a_commit_over_the_limit_is_too_large_and_applies_nothing(store: Store) -> None:
    text = "x" * 890_000

    def write(tx: Tx, documents: int) -> None:
        for number in range(documents):
            tx.set(Key("notes", f"n{number}"), {"text": text})

    store.transaction("biz_1", lambda tx: write(tx, 4))
    for documents in (6, 12):  # over the emulator's own limit of 4 MiB, over Firestore's of 10 MiB
        with pytest.raises(TooLarge):
            store.transaction("biz_1", lambda tx, n=documents: write(tx, n))
        assert store.get("biz_1", Key("notes", "n5")) is None


def test_a_thousand_keys_are_read_at_once(store: Store) -> None:
    keys = [Key("notes", f"n{number}") for number in range(1000)]
    store.transaction("biz_1", lambda tx: [tx.set(key, {"n": 1}) for key in keys[::2]] and None)
    found = store.get_many("biz_1", keys)
    assert [doc is not None for doc in found] == [True, False] * 500
