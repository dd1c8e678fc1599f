"""The value rules: what is accepted comes back exactly, what is not is refused and nothing is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import InvalidDocument, TooLarge
from shared.store import Key
from tests.support.box import Box

ACCEPTED: dict[str, Any] = {
    "text": "Duka la Wanjikũ – “KSh” 1,234.50 \\ \" ' \t\n\r\u2028 😀",
    "decomposed": "e\u0301",
    "composed": "\u00e9",
    "empty": {"text": "", "list": [], "object": {}},
    "integers": [0, -1, 2**53, -(2**53), 2**31, 2**32 + 1],
    "booleans": [True, False],
    "null": None,
    "mixed": [1, "1", True, None, {"n": 1}],
    "names": {"with space": 1, "with.dot": 2, "ar:inv_1": 3, "é": 4, "UPPER": 5, "upper": 6, "0": 7},
    "looks_like": ["2026-03-01T10:00:00.000Z", "12345678901234567890", "true", "null", "1e5"],
}


def nested(levels: int) -> dict[str, Any]:
    """An object with ``levels`` levels of objects under it."""
    data: dict[str, Any] = {"leaf": 1}
    for _ in range(levels):
        data = {"in": data}
    return data


REFUSED: tuple[Any, ...] = (
    1.5, 0.0, float("nan"), float("inf"), Decimal("1.50"), 2**53 + 1, -(2**53) - 1, 2**63, 2**70,
    b"bytes", (1, 2), {1, 2}, date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), object(),
    [[1]], [1, [2]], [{"a": [[1]]}], "half \ud800", "zero \x00 byte", {"\ud800": 1}, {"\x00": 1}, {1: 2},
    {"__reserved__": 1}, {"": 1},
)  # fmt: skip


def check_accepted_values_come_back_exactly(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.create(box.business, key, ACCEPTED)
    read = box.data(key)
    assert read == ACCEPTED
    assert read is not None
    assert [type(item) for item in read["mixed"]] == [int, str, bool, type(None), dict]
    assert list(map(type, read["integers"])) == [int] * 6
    box.store.put(box.business, key, {})
    assert box.data(key) == {}


def check_refused_values_leave_nothing(box: Box) -> None:
    key = Key("notes", "n1")
    for value in REFUSED:
        with pytest.raises(InvalidDocument):
            box.store.create(box.business, key, {"fine": 1, "value": value})
        with pytest.raises(InvalidDocument):
            box.store.create(box.business, key, {"deeper": {"value": [{"value": value}]}})
    assert box.data(key) is None


def check_a_refused_value_undoes_its_transaction(box: Box) -> None:
    def write(tx: Any) -> None:
        tx.create(Key("notes", "good"), {"n": 1})
        tx.create(Key("notes", "bad"), {"n": 1.5})

    with pytest.raises(InvalidDocument):
        box.store.transaction(box.business, write)
    assert box.data(Key("notes", "good")) is None


def check_documents_are_objects_with_plain_field_names(box: Box) -> None:
    key = Key("notes", "n1")
    for data in ([], "text", None, 1, [{"a": 1}]):
        with pytest.raises(InvalidDocument):
            box.store.put(box.business, key, data)  # type: ignore[arg-type]
    for name in ("", "a.b", "a/b", "$set", "1st", "a b", "é", "__name__", "__x", "x" * 65, "a`b", "a\x00", 7):
        with pytest.raises(InvalidDocument):
            box.store.put(box.business, key, {name: 1})  # type: ignore[dict-item]
    box.store.put(box.business, key, {"_id": 1, "etag": 2, "x" * 64: 3, "Name_2": 4, "_": 5})
    assert box.data(key) == {"_id": 1, "etag": 2, "x" * 64: 3, "Name_2": 4, "_": 5}


def check_depth_ends_at_twenty(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.put(box.business, key, nested(19))
    assert box.data(key) == nested(19)
    for levels in (21, 50, 5000):
        with pytest.raises(InvalidDocument):
            box.store.put(box.business, key, nested(levels))
    assert box.data(key) == nested(19)


def check_size_ends_at_900_kilobytes(box: Box) -> None:
    key = Key("notes", "n1")
    box.store.put(box.business, key, {"text": "é" * 449_000})
    assert box.data(key) == {"text": "é" * 449_000}
    for text in ("x" * 900_001, "é" * 450_001):
        with pytest.raises(TooLarge):
            box.store.put(box.business, key, {"text": text})
    assert box.data(key) == {"text": "é" * 449_000}


def check_indexed_fields_hold_one_scalar(box: Box) -> None:
    for wrong in (None, 1.5, [1], {"a": 1}, "x" * 1_401, "é" * 701, "\ud800"):
        with pytest.raises(InvalidDocument):
            box.store.put(box.business, Key("names", "n1"), {"name": wrong})
    with pytest.raises(InvalidDocument):
        box.store.put(box.business, Key("names", "n1"), {"other": "field"})
    assert box.data(Key("names", "n1")) is None
    box.store.put(box.business, Key("names", "n1"), {"name": "é" * 700})
    with pytest.raises(InvalidDocument):
        box.store.update(box.business, Key("names", "n1"), {"name": None})
    assert box.data(Key("names", "n1")) == {"name": "é" * 700}
