"""How a document lies in MongoDB, and how a scan is asked there.

``_id`` is ``business/id`` and ``b`` the business. ``body`` is the canonical JSON text of the data, because
the native form is not exact (docs/decisions/0013-mongodb.md); ``i`` repeats its indexed fields for queries.
``expire_at`` is a native date, for the TTL index only. ``g`` counts the commits that only verified it.
"""

from __future__ import annotations

import json
from typing import Any

from shared.core.clock import parse_rfc3339
from shared.core.errors import Permanent
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
    key = Key(collection, found["_id"].partition("/")[2])
    try:
        data = json.loads(found["body"])
    except ValueError:
        raise Permanent(f"{collection} '{key.id}' is damaged", code="document_damaged") from None
    return Doc(
        key=key,
        data=data,
        etag=found["etag"],
        version=int(found["version"]),  # the driver's 64-bit integers are a type of their own
        created_at=found["created_at"],
        updated_at=found["updated_at"],
    )


def condition(business: str, scan: Scan) -> Document:
    """The filter of a scan."""
    wanted: Document = {"b": business}
    for name, values in scan.equal:
        wanted[f"i.{name}"] = {"$in": list(values)} if len(values) > 1 else values[0]
    ends = [{f"i.{where.field}": {_OPERATORS[where.op]: where.value}} for where in scan.ranges]
    if scan.after is not None:
        ends += _after(business, scan, scan.after)
    return {**wanted, "$and": ends} if ends else wanted


def ordering(scan: Scan) -> list[tuple[str, int]]:
    """Its order: the order field, then the id; within one business ``_id`` sorts as the id does."""
    direction = -1 if scan.descending else 1
    order = [(f"i.{scan.index.order}", direction)] if scan.index.order else []
    return [*order, ("_id", direction)]


def _after(business: str, scan: Scan, after: tuple[Any, ...]) -> list[Document]:
    *values, id_ = after
    beyond = "$lt" if scan.descending else "$gt"
    by_id = {"_id": {beyond: place(business, id_)}}
    if not values:
        return [by_id]
    field, value = f"i.{scan.index.order}", values[0]
    # first where the index goes on, then what was not seen of the documents that share the value
    return [{field: {f"{beyond}e": value}}, {"$or": [{field: {beyond: value}}, {field: value, **by_id}]}]
