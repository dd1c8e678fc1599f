"""Queries: only on declared indexes, in pages, with cursors that belong to one query."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from typing import Any

from shared.core.errors import InvalidQuery
from shared.store.model import Doc, Index, Query, Scan, Where
from shared.store.values import indexable_fault

MAX_LIMIT = 500
MAX_IN = 30
MAX_CURSOR = 16_384
"""Characters: the longest indexed text, escaped and encoded, fits."""


def plan(query: Query, indexes: tuple[Index, ...]) -> Scan:
    """Find the declared index that serves a query; raises InvalidQuery when there is none."""
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidQuery(f"limit goes from 1 to {MAX_LIMIT}")
    descending = bool(query.order and query.order.startswith("-"))
    order = query.order.removeprefix("-") if query.order is not None else None
    equal, ranges = _conditions(query.where, order)
    wanted = (query.collection, frozenset(equal), order)
    index = next((i for i in indexes if (i.collection, frozenset(i.equal), i.order) == wanted), None)
    if index is None:
        raise InvalidQuery(
            f"no index is declared for {query.collection} by {sorted(equal)} ordered by {order}"
        )
    return Scan(
        index=index,
        equal=tuple((name, equal[name]) for name in index.equal),
        ranges=ranges,
        descending=descending,
        after=_read_cursor(query),
        limit=query.limit,
    )


def _conditions(
    where: tuple[Where, ...], order: str | None
) -> tuple[dict[str, tuple[Any, ...]], tuple[Where, ...]]:
    equal: dict[str, tuple[Any, ...]] = {}
    ranges: list[Where] = []
    for condition in where:
        values = _values(condition)
        if condition.op in ("==", "in"):
            if condition.field in equal or not 1 <= len(values) <= MAX_IN:
                raise InvalidQuery(f"{condition.field}: one condition with 1 to {MAX_IN} values")
            equal[condition.field] = values
        elif condition.field == order:
            ranges.append(condition)
        else:
            raise InvalidQuery(f"a range is possible on the order field only, not on {condition.field}")
    if math.prod(map(len, equal.values())) > MAX_IN:  # several `in` multiply
        raise InvalidQuery(f"the conditions allow more than {MAX_IN} combinations of values")
    return equal, tuple(ranges)


def _values(condition: Where) -> tuple[Any, ...]:
    several = condition.op == "in"
    if several and not isinstance(condition.value, list | tuple | set | frozenset):
        raise InvalidQuery(f"{condition.field}: `in` takes a list of values")
    values = tuple(condition.value) if several else (condition.value,)
    for value in values:
        if fault := indexable_fault(value):
            raise InvalidQuery(f"{condition.field}: {fault}")
    return values


def cursor_after(query: Query, scan: Scan, last: Doc) -> str:
    """The cursor of the page that follows ``last``: its order values, its id, the query's fingerprint."""
    values = [last.data[scan.index.order]] if scan.index.order else []
    text = json.dumps([_fingerprint(query), *values, last.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(query: Query) -> tuple[Any, ...] | None:
    if query.cursor is None:
        return None
    try:
        if len(query.cursor) > MAX_CURSOR:
            raise ValueError
        text = base64.b64decode(query.cursor + "=" * (-len(query.cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidQuery("the cursor is not one of ours") from None
    shape = [str] if query.order is None else [str, str | int]
    if not isinstance(parts, list) or len(parts) != len(shape) + 1 or parts[0] != _fingerprint(query):
        raise InvalidQuery("the cursor belongs to another query")
    if any(map(indexable_fault, parts[1:])) or not isinstance(parts[-1], str):
        raise InvalidQuery("the cursor is not one of ours")
    return tuple(parts[1:])


def _fingerprint(query: Query) -> str:
    described = json.dumps([query.collection, query.where, query.order], default=str)
    return hashlib.sha256(described.encode()).hexdigest()[:12]
