"""Collections and indexes, created up front and once: a cold start reads one small document.

A schema that was set up leaves a mark named after its hash, so versions of the program that run side by side
do not undo each other. Nothing is ever dropped. Whoever removes an index by hand also removes the mark.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from pymongo import IndexModel
from pymongo.database import Database
from pymongo.errors import OperationFailure

from shared.core.errors import Unavailable
from shared.store.model import Index, Schema
from shared.store.mongo_documents import collection_name
from shared.store.mongo_errors import reading

MARKS = "__hesabu"
"""No collection of ours may start with two underscores."""
_EXISTS = 48
_OTHER_OPTIONS = {85, 86}  # IndexOptionsConflict, IndexKeySpecsConflict
Plan = dict[str, list[dict[str, Any]]]


def ensure(database: Database[dict[str, Any]], schema: Schema) -> frozenset[str]:
    """Set up what a schema declares, unless its mark is there; returns the collections that now exist.

    Safe when several processes do it at once: every step may be repeated. Raises Unavailable, also when an
    index of the same name and another shape stands in the way.
    """
    plan = _plan(schema)
    mark = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
    marks = database[MARKS]
    with reading():
        if marks.find_one({"_id": mark}) is None:
            for name, indexes in plan.items():
                create(database, name)
                _build(database, name, indexes)
            marks.replace_one({"_id": mark}, {"collections": sorted(plan)}, upsert=True)
    return frozenset(plan)


def create(database: Database[dict[str, Any]], name: str) -> None:
    """Create a collection, or find that somebody did."""
    try:
        database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _EXISTS:
            raise


def _build(database: Database[dict[str, Any]], name: str, indexes: list[dict[str, Any]]) -> None:
    models = [IndexModel([(field, 1) for field in index["fields"]], **index["options"]) for index in indexes]
    if models:
        with _named(name):
            database[name].create_indexes(models)


@contextlib.contextmanager
def _named(collection: str) -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        if error.code not in _OTHER_OPTIONS:
            raise
        raise Unavailable(
            f"STORE_URL: the collection {collection} has an index that differs from the one Hesabu declares; "
            "drop it, and it will be built again"
        ) from None


def _plan(schema: Schema) -> Plan:
    plan: Plan = {}
    for index in schema.indexes:
        declared = {"fields": _fields(index), "options": {"name": index.name}}
        plan.setdefault(collection_name(index.collection), []).append(declared)
    for collection in sorted(schema.append_only | schema.expiring):
        plan.setdefault(collection_name(collection), [])
    for collection in sorted(schema.expiring):
        options = {"name": "expire_at", "expireAfterSeconds": 0}
        plan[collection_name(collection)].append({"fields": ["expire_at"], "options": options})
    return plan


def _fields(index: Index) -> list[str]:
    return ["b", *(f"i.{name}" for name in (*index.equal, index.order) if name), "_id"]
