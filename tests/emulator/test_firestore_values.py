"""What the store's value rules promise holds on Firestore, and what its adapter will build on exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.checks.values import ACCEPTED, nested

if TYPE_CHECKING:
    from google.cloud import firestore

pytestmark = pytest.mark.emulator


@pytest.fixture
def db(firestore_emulator: str, project: str) -> Iterator[firestore.Client]:
    from google.cloud import firestore

    client = firestore.Client(project=project)
    yield client
    client.close()


def place(db: firestore.Client, id_: str, collection: str = "notes") -> Any:
    return db.document("biz", "biz_1", collection, id_)


def write(db: firestore.Client, *writes: dict[str, Any]) -> Any:
    """One atomic commit of plain writes, as the adapter will send it: no transaction, no retry of ours."""
    database = db._database_string
    return db._firestore_api.commit(request={"database": database, "writes": list(writes)}, retry=None)


def verified(snapshot: Any) -> dict[str, Any]:
    """A write that changes nothing and only holds when the document is still that one."""
    return {
        "update": {"name": snapshot.reference._document_path},
        "update_mask": {"field_paths": []},
        "current_document": {"update_time": snapshot.update_time.timestamp_pb()},
    }


def absent(reference: Any) -> dict[str, Any]:
    return {"delete": reference._document_path, "current_document": {"exists": False}}


def changed(reference: Any, n: int, **precondition: Any) -> dict[str, Any]:
    document = {"name": reference._document_path, "fields": {"n": {"integer_value": n}}}
    return {"update": document, **({"current_document": precondition} if precondition else {})}


def test_accepted_values_come_back_exactly(db: firestore.Client) -> None:
    for number, data in enumerate(
        [ACCEPTED, {}, nested(19), {"text": "é" * 449_000}, {"_id": 1, "x" * 64: 2}]
    ):
        place(db, f"n{number}").create(data)
        read = place(db, f"n{number}").get().to_dict()
        assert read == data
    read = place(db, "n0").get().to_dict()
    assert [type(item) for item in read["mixed"]] == [int, str, bool, type(None), dict]
    assert [type(item) for item in read["integers"]] == [int] * 6


@pytest.mark.parametrize(
    "value",
    [[[1]], [{"a": [[1]]}], {"__reserved__": 1}, {"": 1}],
    ids=["list in list", "deeper", "reserved", "empty"],
)
def test_refused_values_are_refused_there_too(db: firestore.Client, value: Any) -> None:
    from google.api_core.exceptions import GoogleAPICallError

    with pytest.raises((GoogleAPICallError, ValueError)):
        place(db, "n1").create({"value": value})
    assert not place(db, "n1").get().exists


def test_text_sorts_by_its_utf8_bytes(db: firestore.Client) -> None:
    texts = ["", "0", "Z", "a", "a-b", "aa", "z", "é", "e\u0301", "Ω", "あ", "\uff5e", "\U0001f600"]
    for number, text in enumerate(texts):
        place(db, f"n{number}", "names").create({"name": text})
    found = db.collection("biz", "biz_1", "names").order_by("name").stream()
    assert [doc.get("name") for doc in found] == sorted(texts, key=str.encode)


def test_ids_and_businesses_of_ours_are_valid(db: firestore.Client) -> None:
    for id_ in ("a.b", "A", "a", "_x", "a-b", "0", "x" * 128, "Zz09_.-"):
        place(db, id_).create({"id": id_})
        assert place(db, id_).get().get("id") == id_


def test_an_id_is_taken_once_and_a_losing_batch_writes_nothing(db: firestore.Client) -> None:
    from google.api_core.exceptions import AlreadyExists

    place(db, "n1").create({"n": 1})
    with pytest.raises(AlreadyExists):
        place(db, "n1").create({"n": 2})
    batch = db.batch()
    batch.set(place(db, "n2"), {"n": 2})
    batch.create(place(db, "n1"), {"n": 2})
    with pytest.raises(AlreadyExists):
        batch.commit()
    assert place(db, "n1").get().to_dict() == {"n": 1}
    assert not place(db, "n2").get().exists


def test_a_read_can_be_verified_without_touching_it(db: firestore.Client) -> None:
    from google.api_core.exceptions import FailedPrecondition

    read, other = place(db, "read"), place(db, "other")
    read.create({"n": 1})
    seen = read.get()
    write(db, verified(seen), changed(other, 1))
    assert read.get().update_time == seen.update_time
    assert read.get().to_dict() == {"n": 1}
    read.update({"n": 2})
    with pytest.raises(FailedPrecondition):
        write(db, verified(seen), changed(other, 2))
    assert other.get().to_dict() == {"n": 1}, "the whole commit is refused"


def test_a_document_that_came_back_is_another_one(db: firestore.Client) -> None:
    from google.api_core.exceptions import FailedPrecondition, NotFound

    key = place(db, "n1")
    key.create({"n": 1})
    seen = key.get()
    key.delete()
    with pytest.raises((FailedPrecondition, NotFound)):
        write(db, verified(seen))
    key.create({"n": 1})
    with pytest.raises(FailedPrecondition):
        write(db, changed(key, 2, update_time=seen.update_time.timestamp_pb()))
    assert key.get().to_dict() == {"n": 1}


def test_an_absence_can_be_verified(db: firestore.Client) -> None:
    from google.api_core.exceptions import Conflict, FailedPrecondition

    free, other = place(db, "free"), place(db, "other")
    write(db, absent(free), changed(other, 1))
    assert not free.get().exists
    free.create({"n": 1})
    with pytest.raises((Conflict, FailedPrecondition)):
        write(db, absent(free), changed(other, 2))
    assert free.get().to_dict() == {"n": 1}
    assert other.get().to_dict() == {"n": 1}
