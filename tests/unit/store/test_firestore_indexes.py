"""Every query the adapter can send has its index in the declaration that Terraform reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import grpc
import pytest

from shared.store import Index, Query, Where
from shared.store.firestore import FirestoreAdapter
from shared.store.firestore_indexes import firestore_indexes
from shared.store.firestore_messages import ASCENDING
from shared.store.firestore_wire import Wire
from shared.store.indexes import SCHEMA
from shared.store.model import Schema
from shared.store.queries import plan
from tools.indexes import FILE, main, with_section

DERIVED = firestore_indexes(SCHEMA)
DOCUMENT = json.loads(FILE.read_text())
NOTHING: dict[str, list[dict[str, Any]]] = {"indexes": [], "fields": [], "ttl": []}
Wanted = tuple[str, frozenset[str], tuple[tuple[str, str], ...]]


def test_terraform_reads_what_is_declared() -> None:
    assert DOCUMENT["firestore"] == DERIVED, "run: python -m tools.indexes"


def queries(index: Index) -> Iterator[Query]:
    """Every form of a declared shape: one value or several, open or ranged, both directions."""
    for op, ranged, descending in product(("==", "in"), (False, True), (False, True)):
        where = tuple(Where(name, "==", "x") for name in index.equal)
        if where and op == "in":
            where = (Where(where[0].field, "in", ["x", "y"]), *where[1:])
        if index.order is None:
            yield Query(index.collection, where)
            continue
        span = (Where(index.order, ">=", "a"), Where(index.order, "<", "z")) if ranged else ()
        yield Query(index.collection, (*where, *span), f"-{index.order}" if descending else index.order)


@pytest.fixture(scope="module")
def adapter() -> Iterator[FirestoreAdapter]:
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        opened = FirestoreAdapter(Wire("shop-1", "(default)", channel))
        opened.ensure_indexes(SCHEMA)
        yield opened


def wants(adapter: FirestoreAdapter, query: Query) -> Wanted:
    """What Firestore asks for: the equal fields in any order, then the order in its exact direction."""
    sent = adapter._structured("biz_1", plan(query, SCHEMA.indexes))
    orders = [
        (order.field.field_path, "ASCENDING" if order.direction == ASCENDING else "DESCENDING")
        for order in sent.order_by
    ]
    assert orders[-1][0] == "__name__"
    assert orders[-1][1] == orders[0][1], "the name goes the way of the last field, as in every index"
    filters = {each.field_filter.field.field_path for each in sent.where.composite_filter.filters}
    return query.collection, frozenset(filters - {path for path, _ in orders}), tuple(orders[:-1])


def serves(entry: dict[str, Any], wanted: Wanted) -> bool:
    collection, equal, orders = wanted
    fields = [(field["path"], field["order"]) for field in entry["fields"]]
    head, tail = fields[: len(equal)], fields[len(equal) :]
    return (entry["collection"], {path for path, _ in head}, tail) == (collection, equal, list(orders))


def single(entry: dict[str, Any], order: str) -> dict[str, Any]:
    return {"collection": entry["collection"], "fields": [{"path": entry["path"], "order": order}]}


@pytest.mark.parametrize("index", SCHEMA.indexes, ids=lambda index: index.name)
def test_every_query_of_a_declared_shape_has_its_index(adapter: FirestoreAdapter, index: Index) -> None:
    section = DOCUMENT["firestore"]
    entries = section["indexes"] + [single(e, order) for e in section["fields"] for order in e["orders"]]
    sent = [wants(adapter, query) for query in queries(index)]
    assert len(sent) == 8
    for wanted in sent:
        by_name_alone = not wanted[1] and not wanted[2]
        assert by_name_alone or any(serves(entry, wanted) for entry in entries), wanted


def test_no_index_is_there_for_nothing(adapter: FirestoreAdapter) -> None:
    wanted = [wants(adapter, query) for index in SCHEMA.indexes for query in queries(index)]
    for entry in DERIVED["indexes"]:
        assert any(serves(entry, each) for each in wanted), entry
    assert len(DERIVED["indexes"]) == len({json.dumps(entry) for entry in DERIVED["indexes"]})


def test_nothing_is_indexed_by_itself() -> None:
    assert {"collection": "__default__", "path": "*", "orders": []} in DERIVED["fields"]
    assert DERIVED["ttl"] == [{"collection": "once", "path": "expire_at"}]


def test_shapes_become_indexes() -> None:
    schema = Schema(
        indexes=(
            Index("a", (), None),
            Index("a", (), "x"),
            Index("b", ("k",), None),
            Index("b", ("k", "l"), None),
            Index("c", ("k",), "x"),
        ),
        expiring=frozenset({"z", "y"}),
    )
    derived = firestore_indexes(schema)
    up, down = "ASCENDING", "DESCENDING"
    assert derived["indexes"] == [
        {"collection": "b", "fields": [{"path": "i.k", "order": up}, {"path": "i.l", "order": up}]},
        {"collection": "c", "fields": [{"path": "i.k", "order": up}, {"path": "i.x", "order": up}]},
        {"collection": "c", "fields": [{"path": "i.k", "order": up}, {"path": "i.x", "order": down}]},
    ]
    assert derived["fields"][1:] == [
        {"collection": "a", "path": "i.x", "orders": [up, down]},
        {"collection": "b", "path": "i.k", "orders": [up]},
    ]
    assert [entry["collection"] for entry in derived["ttl"]] == ["y", "z"]


def test_the_tool_changes_its_own_section_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    text = FILE.read_text()
    emptied = with_section(text, NOTHING)
    assert json.loads(emptied) == {**DOCUMENT, "firestore": NOTHING}
    assert with_section(emptied, DERIVED) == text, "the rest is kept to the letter"
    without = json.dumps({name: part for name, part in DOCUMENT.items() if name != "firestore"}, indent=2)
    file = tmp_path / "functions.json"
    file.write_text(without + "\n")
    monkeypatch.setattr("sys.argv", ["tools.indexes", str(file)])
    main()
    assert json.loads(file.read_text()) == DOCUMENT
