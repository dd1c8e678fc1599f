"""Single documents: create, read, put, update, delete, and what is stamped on them."""

from __future__ import annotations

import pytest

from shared.core.clock import rfc3339
from shared.core.errors import AlreadyExists, Conflict, NotFound, Refused
from shared.store import Key, Tx
from tests.support.box import START, Box


def check_created_documents_are_read_back(box: Box) -> None:
    made = box.store.create(box.business, Key("notes", "n1"), {"text": "habari", "n": 1})
    read = box.store.require(box.business, Key("notes", "n1"))
    assert read == made
    assert read.id == "n1"
    assert box.store.get(box.business, Key("notes", "n2")) is None


def check_an_id_is_taken_once(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.create(box.business, key, {"n": 1})
    with pytest.raises(AlreadyExists):
        box.store.create(box.business, key, {"n": 2})
    assert box.data(key) == {"n": 1}


def check_get_many_keeps_order_duplicates_and_gaps(box: Box) -> None:
    for number in range(3):
        box.store.create(box.business, Key("notes", f"n{number}"), {"n": number})
    asked = ["n2", "absent", "n0", "n2", "n1", "absent"]
    docs = box.store.get_many(box.business, [Key("notes", id_) for id_ in asked])
    assert [doc.data["n"] if doc else None for doc in docs] == [2, None, 0, 2, 1, None]
    assert box.store.get_many(box.business, []) == []


def check_get_many_reads_hundreds(box: Box) -> None:
    def write(tx: Tx) -> None:
        for number in range(0, 230, 2):
            tx.set(Key("notes", f"k{number}"), {"n": number})

    box.store.transaction(box.business, write)
    asked = [Key("notes", f"k{number}") for number in reversed(range(230))]
    docs = box.store.get_many(box.business, asked)
    assert [doc and doc.data["n"] for doc in docs] == [None if n % 2 else n for n in reversed(range(230))]


def check_get_many_spans_collections(box: Box) -> None:
    box.store.create(box.business, Key("notes", "x"), {"where": "notes"})
    box.store.create(box.business, Key("other", "x"), {"where": "other"})
    docs = box.store.get_many(box.business, [Key("other", "x"), Key("notes", "x"), Key("third", "x")])
    assert [doc and doc.data["where"] for doc in docs] == ["other", "notes", None]


def check_put_replaces_the_whole_document(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.put(box.business, key, {"a": 1, "b": {"deep": 1}})
    box.store.put(box.business, key, {"b": {"other": 2}})
    assert box.data(key) == {"b": {"other": 2}}


def check_update_changes_top_level_fields_only(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.create(box.business, key, {"keep": 1, "change": {"x": 1, "y": 2}})
    box.store.update(box.business, key, {"change": {"x": 3}, "new": None})
    assert box.data(key) == {"keep": 1, "change": {"x": 3}, "new": None}


def check_update_of_nothing_is_refused(box: Box) -> None:
    key = Key("notes", "absent")
    with pytest.raises(NotFound):
        box.store.update(box.business, key, {"a": 1})
    with pytest.raises(NotFound):
        box.store.update(box.business, key, {"a": 1}, expected="e_anything")
    assert box.data(key) is None


def check_a_stale_etag_is_refused(box: Box) -> None:
    key = Key("notes", "n1")
    first = box.store.create(box.business, key, {"n": 1})
    second = box.store.update(box.business, key, {"n": 2}, expected=first.etag)
    with pytest.raises(Conflict):
        box.store.update(box.business, key, {"n": 3}, expected=first.etag)
    assert box.data(key) == {"n": 2}
    box.store.update(box.business, key, {"n": 3}, expected=second.etag)
    assert box.data(key) == {"n": 3}


def check_deleting_is_final_and_repeatable(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.delete(box.business, key)
    box.store.create(box.business, key, {"n": 1})
    box.store.delete(box.business, key)
    box.store.delete(box.business, key)
    assert box.data(key) is None


def check_stamps_tell_the_history(box: Box) -> None:
    key = Key("notes", "n1")
    made = box.store.create(box.business, key, {"n": 1})
    assert (made.version, made.created_at, made.updated_at) == (1, rfc3339(START), rfc3339(START))
    box.clock.advance(1.5)
    box.store.update(box.business, key, {"n": 2})
    box.clock.advance(1.5)
    box.store.put(box.business, key, {"n": 2})
    read = box.store.require(box.business, key)
    assert (read.version, read.created_at) == (3, rfc3339(START))
    assert read.updated_at == "2026-03-01T09:00:03.000Z"


def check_every_write_has_a_new_etag(box: Box) -> None:
    key = Key("notes", "n1")
    etags = [box.store.put(box.business, key, {"same": True}).etag for _ in range(5)]
    box.store.delete(box.business, key)
    etags.append(box.store.create(box.business, key, {"same": True}).etag)
    assert len(set(etags)) == 6
    assert box.store.require(box.business, key).etag == etags[-1]


def check_a_recreated_document_is_a_new_one(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.create(box.business, key, {"n": 1})
    box.store.update(box.business, key, {"n": 2})
    box.clock.advance(60)

    def again(tx: Tx) -> None:
        tx.delete(key)
        tx.create(key, {"n": 3})

    box.store.transaction(box.business, again)
    read = box.store.require(box.business, key)
    assert (read.version, read.created_at, read.data) == (1, "2026-03-01T09:01:00.000Z", {"n": 3})


def check_what_was_checked_is_what_is_stored(box: Box) -> None:
    key, data = Key("notes", "n1"), {"list": [1], "n": 1}

    def write(tx: Tx) -> None:
        tx.put(key, data)
        data["n"] = 0.5  # a caller's later change must neither be stored nor break the commit

    box.store.transaction(box.business, write)
    assert box.data(key) == {"list": [1], "n": 1}


def check_written_once_is_never_changed(box: Box) -> None:
    key = Key("ledger", "e1")
    box.store.create(box.business, key, {"cents": 100})
    attempts = [
        lambda: box.store.put(box.business, key, {"cents": 1}),
        lambda: box.store.update(box.business, key, {"cents": 1}),
        lambda: box.store.create(box.business, key, {"cents": 1}),
        lambda: box.store.delete(box.business, key),
        lambda: box.store.discard(box.business, [key]),
        lambda: box.store.transaction(box.business, lambda tx: tx.set(key, {"cents": 1})),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
        assert box.data(key) == {"cents": 100}
    box.store.put(box.business, Key("ledger", "e2"), {"cents": 2})


def check_discard_removes_without_looking(box: Box) -> None:
    keys = [Key("notes", f"n{number}") for number in range(4)]
    for key in keys:
        box.store.create(box.business, key, {"n": 1})
    box.store.discard(box.business, [*keys[:3], Key("notes", "absent")])
    box.store.discard(box.business, [])
    assert [box.data(key) for key in keys] == [None, None, None, {"n": 1}]
