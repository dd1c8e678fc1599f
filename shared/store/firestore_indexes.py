"""The indexes that Firestore needs for the declared query shapes, as data that Terraform reads.

Firestore indexes every field by itself unless it is told not to. That is switched off for all: the text of a
document would be indexed too, and each index costs money and time. What is left are the declared shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.store.model import Index, Schema

INDEXED = "i"
"""The map in each document that holds its indexed fields."""
EXPIRES = "expire_at"
"""The native time of a document that expires."""
UP, DOWN = "ASCENDING", "DESCENDING"
Shape = tuple[tuple[str, str], ...]
"""Paths and directions of one index."""


def firestore_indexes(schema: Schema) -> dict[str, list[dict[str, Any]]]:
    """``indexes`` of several fields, ``fields`` with an index of their own, ``ttl`` fields; all sorted.

    Every index is of query scope COLLECTION and ends with the document's name, in the direction of its last
    field (Firestore, google.firestore.admin.v1.Index); a query that goes by name alone needs none.
    """
    shapes = sorted({(index.collection, shape) for index in schema.indexes for shape in _shapes(index)})
    return {
        "indexes": [_composite(collection, shape) for collection, shape in shapes if len(shape) > 1],
        "fields": [{"collection": "__default__", "path": "*", "orders": []}, *_single(shapes)],
        "ttl": [{"collection": name, "path": EXPIRES} for name in sorted(schema.expiring)],
    }


def _shapes(index: Index) -> Iterator[Shape]:
    """An order is declared for both directions; equality alone is served by one."""
    equal = tuple((f"{INDEXED}.{name}", UP) for name in index.equal)
    if index.order is None:
        yield equal
    else:
        for way in (UP, DOWN):
            yield (*equal, (f"{INDEXED}.{index.order}", way))


def _composite(collection: str, shape: Shape) -> dict[str, Any]:
    return {"collection": collection, "fields": [{"path": path, "order": order} for path, order in shape]}


def _single(shapes: Sequence[tuple[str, Shape]]) -> list[dict[str, Any]]:
    """Shapes of one field: an index on that field alone, which must be asked for by name."""
    orders: dict[tuple[str, str], list[str]] = {}
    for collection, shape in shapes:
        if len(shape) == 1:
            orders.setdefault((collection, shape[0][0]), []).append(shape[0][1])
    return [{"collection": name, "path": path, "orders": ways} for (name, path), ways in orders.items()]
