"""How a document lies in MongoDB, and how a scan is asked there.

``_id`` is ``business/id`` and ``b`` the business. ``body`` is the canonical JSON text of the data, because
the native form is not exact (docs/decisions/0013-mongodb.md); ``i`` repeats its indexed fields for queries.
``expire_at`` is a native date, for the TTL index only. ``g`` counts the commits that only verified it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shared.core.clock import parse_rfc3339
from shared.store.model import Doc, Key, Scan, Schema
from shared.store.values import encode

Document = dict[str, Any]
_OPERATORS = {">=": "$gte", ">": "$gt", "<=": "$lte", "<": "$lt"}


def collection_name(collection: str) -> str:
    """MongoDB keeps ``system.`` and some dots for itself, and no collection of ours has a tilde."""
    return collection.replace(".", "~")


def place(business: str, id_: str) -> str:
    """Neither part can hold the separator, so no two documents share a place."""
    return f"{business}/{id_}"


def document(business: str, doc: Doc, schema: Schema) -> Document:
    """What is stored for a document; raises Invalid ``time_invalid`` for an ``expire_at`` that is no time."""
    body = doc.body or encode(doc.data)
    collection = doc.key.collection
    indexed, expires = schema.indexed(collection), collection in schema.expiring
    # read back from the text: the caller may have changed ``doc.data`` since
    data = json.loads(body) if indexed or expires else {}
    stored = {
        "_id": place(business, doc.id),
        "b": business,
        "body": body,
        "i": {name: data[name] for name in sorted(indexed)},
        "etag": doc.etag,
        "version": doc.version,
        "created_at": doc.created_at,
        "updated_at": doc.updated_at,
    }
    if expires and "expire_at" in data:
        stored["expire_at"] = parse_rfc3339(data["expire_at"])
    return stored


def read(collection: str, found: Document) -> Doc:
    """The document as the store knows it."""
    return Doc(
        key=Key(collection, found["_id"].partition("/")[2]),
        data=json.loads(found["body"]),
        etag=found["etag"],
        version=int(found["version"]),  # the driver's 64-bit integers are a type of their own
        created_at=found["created_at"],
        updated_at=found["updated_at"],
    )


def condition(business: str, scan: Scan) -> Document:
    """The filter of a scan."""
    return {"$and": list(_clauses(business, scan))}


def ordering(scan: Scan) -> list[tuple[str, int]]:
    """Its order: the order field, then the id; within one business ``_id`` sorts as the id does."""
    direction = -1 if scan.descending else 1
    order = [(f"i.{scan.index.order}", direction)] if scan.index.order else []
    return [*order, ("_id", direction)]


def _clauses(business: str, scan: Scan) -> Iterator[Document]:
    yield {"b": business}
    for name, values in scan.equal:
        yield {f"i.{name}": {"$in": list(values)} if len(values) > 1 else values[0]}
    for where in scan.ranges:
        yield {f"i.{where.field}": {_OPERATORS[where.op]: where.value}}
    if scan.index.order is None:
        yield from _by_id(business, scan)
    elif scan.after is not None:
        yield from _after(business, f"i.{scan.index.order}", scan.after, descending=scan.descending)


def _by_id(business: str, scan: Scan) -> Iterator[Document]:
    """The part of the ``_id`` index that belongs to the business: "0" follows "/" ."""
    yield {"_id": {"$gt": f"{business}/", "$lt": f"{business}0"}}
    if scan.after is not None:
        yield {"_id": {"$lt" if scan.descending else "$gt": place(business, scan.after[0])}}


def _after(business: str, field: str, after: tuple[Any, ...], *, descending: bool) -> Iterator[Document]:
    value, id_ = after
    beyond = "$lt" if descending else "$gt"
    yield {field: {f"{beyond}e": value}}  # where the index goes on; the next clause drops what was seen
    yield {"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: place(business, id_)}}]}
