"""Firestore: ``biz/{business}/{collection}/{id}``, one call a commit, nothing ever locked.

A document keeps its data as canonical JSON text, and beside it the declared indexed fields as values that
Firestore can query. Facts behind the choices: docs/decisions/0012-firestore.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.core.clock import parse_rfc3339
from shared.core.errors import Conflict, Invalid, InvalidDocument, Permanent
from shared.store.firestore_indexes import EXPIRES, INDEXED
from shared.store.firestore_messages import (
    AND,
    ASCENDING,
    DESCENDING,
    Cursor,
    Document,
    DocumentMask,
    FieldOperator,
    Precondition,
    StructuredQuery,
    Value,
    Write,
)
from shared.store.firestore_wire import Wire, open_channel
from shared.store.model import Doc, Key, Scan, Schema
from shared.store.values import encode

_URL = re.compile(r"firestore://([a-z0-9][a-z0-9.:-]{1,62})(?:/(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])?)?")
_RANGES = {
    ">=": FieldOperator.GREATER_THAN_OR_EQUAL,
    ">": FieldOperator.GREATER_THAN,
    "<=": FieldOperator.LESS_THAN_OR_EQUAL,
    "<": FieldOperator.LESS_THAN,
}


def open_firestore(url: str) -> FirestoreAdapter:
    """The store behind ``firestore://PROJECT`` or ``firestore://PROJECT/DATABASE``.

    FIRESTORE_EMULATOR_HOST sends the calls to an emulator, without credentials. Raises Invalid
    ``settings_invalid`` for another address, Unavailable when Google's credentials are missing.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        raise Invalid(
            "settings_invalid", "STORE_URL: wanted is firestore://PROJECT or firestore://PROJECT/DATABASE"
        )
    project, database = parts.groups()
    return FirestoreAdapter(Wire(project, database or "(default)", open_channel(project)))


class FirestoreAdapter:
    """Documents in one Firestore database; every commit is durable in Google's data centres or not there."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._schema = Schema()
        self._indexed: dict[str, frozenset[str]] = {}

    def ensure_indexes(self, schema: Schema) -> None:
        """Learn which fields to lay out for queries; the indexes themselves are Terraform's."""
        self._schema = schema
        self._indexed = {
            name: schema.indexed(name) for name in {index.collection for index in schema.indexes}
        }

    def close(self) -> None:
        self._wire.close()

    def get_many(self, business: str, keys: Sequence[Key]) -> list[Doc | None]:
        names = [self._name(business, key) for key in keys]
        found = self._wire.get(list(dict.fromkeys(names)))
        return [
            _doc(key, found[name]) if name in found else None for key, name in zip(keys, names, strict=True)
        ]

    def query(self, business: str, scan: Scan) -> list[Doc]:
        found = self._wire.query(f"{self._wire.documents}/biz/{business}", self._structured(business, scan))
        collection = scan.index.collection
        return [_doc(Key(collection, document.name.rpartition("/")[2]), document) for document in found]

    def commit(
        self,
        business: str,
        reads: Mapping[Key, str | None],
        writes: Mapping[Key, Doc | None],
        *,
        durable: bool = True,
    ) -> None:
        """One call: what is written carries its own precondition, what was only read is verified beside it.

        Raises Conflict, TooLarge, Unavailable, UnknownOutcome. ``durable`` makes no difference here.
        """
        if writes:
            self._wire.commit(self._all_writes(business, reads, writes))
        else:
            self._verify(business, reads)

    def _verify(self, business: str, reads: Mapping[Key, str | None]) -> None:
        """Nothing is written, so reading again is enough: one batch is one moment, and it takes no locks."""
        names = {key: self._name(business, key) for key in reads}
        found = self._wire.get(list(names.values()), fields=("etag",))
        now = {key: _token(found[name]) if name in found else None for key, name in names.items()}
        if now != dict(reads):
            raise Conflict("a record changed after it was read")

    def _all_writes(
        self, business: str, reads: Mapping[Key, str | None], writes: Mapping[Key, Doc | None]
    ) -> Iterator[Any]:
        for key, doc in writes.items():
            held = _precondition(reads[key]) if key in reads else None
            name = self._name(business, key)
            if doc is None:
                yield Write(delete=name, current_document=held)
            else:
                yield Write(update=self._document(name, doc), current_document=held)
        for key, seen in reads.items():
            if key in writes:
                continue
            held, name = _precondition(seen), self._name(business, key)
            if seen is None:
                yield Write(delete=name, current_document=held)
            else:  # an empty mask changes nothing, the update time neither
                yield Write(update=Document(name=name), update_mask=DocumentMask(), current_document=held)

    def _document(self, name: str, doc: Doc) -> Any:
        document = Document(name=name)
        fields = document.fields
        fields["body"].string_value = doc.body or encode(doc.data)
        fields["etag"].string_value = doc.etag
        fields["version"].integer_value = doc.version
        fields["created_at"].string_value = doc.created_at
        fields["updated_at"].string_value = doc.updated_at
        for field in self._indexed.get(doc.key.collection, ()):
            fields[INDEXED].map_value.fields[field].CopyFrom(_value(doc.data[field]))
        if doc.key.collection in self._schema.expiring and EXPIRES in doc.data:
            fields[EXPIRES].timestamp_value.FromDatetime(_moment(doc.data[EXPIRES]))
        return document

    def _structured(self, business: str, scan: Scan) -> Any:
        """The query of a scan: filters, order by field then name, and the keyset continuation."""
        order = [f"{INDEXED}.{scan.index.order}"] if scan.index.order else []
        direction = DESCENDING if scan.descending else ASCENDING
        filters = [_filter(f"{INDEXED}.{name}", values) for name, values in scan.equal]
        filters += [_range(order[0], where.op, where.value) for where in scan.ranges]
        query = StructuredQuery(
            from_=[{"collection_id": scan.index.collection}],
            order_by=[
                {"field": {"field_path": path}, "direction": direction} for path in (*order, "__name__")
            ],
            limit={"value": scan.limit + 1},
        )
        if filters:
            query.where.composite_filter.op = AND
            query.where.composite_filter.filters.extend(filters)
        if scan.after is not None:
            *values, id_ = scan.after
            here = Value(reference_value=self._name(business, Key(scan.index.collection, id_)))
            query.start_at.CopyFrom(Cursor(values=[*map(_value, values), here], before=False))
        return query

    def _name(self, business: str, key: Key) -> str:
        return f"{self._wire.documents}/biz/{business}/{key.collection}/{key.id}"


def _doc(key: Key, document: Any) -> Doc:
    fields = document.fields
    try:
        data = json.loads(fields["body"].string_value)
    except ValueError:
        raise Permanent(f"{document.name} was not written by Hesabu", code="document_damaged") from None
    return Doc(
        key=key,
        data=data,
        etag=fields["etag"].string_value,
        version=fields["version"].integer_value,
        created_at=fields["created_at"].string_value,
        updated_at=fields["updated_at"].string_value,
        token=_token(document),
    )


def _token(document: Any) -> str:
    """The update time in nanoseconds: what Firestore can verify, and never the same twice."""
    return str(document.update_time.ToNanoseconds())


def _precondition(token: str | None) -> Any:
    held = Precondition()
    if token is None:
        held.exists = False
    else:
        held.update_time.FromNanoseconds(int(token))
    return held


def _value(value: Any) -> Any:
    """An indexed value: text, a whole number or a boolean."""
    if isinstance(value, bool):
        return Value(boolean_value=value)
    return Value(integer_value=value) if isinstance(value, int) else Value(string_value=value)


def _filter(path: str, values: Sequence[Any]) -> Any:
    """Equality with one value, or with any of several; Firestore counts repeated ones, so they go."""
    distinct = list({(type(value), value): _value(value) for value in values}.values())
    if len(distinct) == 1:
        return _field_filter(path, FieldOperator.EQUAL, distinct[0])
    several = Value()
    several.array_value.values.extend(distinct)
    return _field_filter(path, FieldOperator.IN, several)


def _range(path: str, op: str, value: Any) -> Any:
    return _field_filter(path, _RANGES[op], _value(value))


def _field_filter(path: str, op: int, value: Any) -> Any:
    return StructuredQuery.Filter(field_filter={"field": {"field_path": path}, "op": int(op), "value": value})


def _moment(text: Any) -> Any:
    try:
        return parse_rfc3339(str(text))
    except Invalid as error:
        raise InvalidDocument(f"/{EXPIRES}: {error.message}") from None
