"""Markers of days: a record changed, so what was summed of its day must be summed anew.

A marker has the record's id in its own: records of one day do not wait for one document. Whoever sums the
days (shared/insights/folding.py) removes them, in the commit that holds the new sums.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.clock import business_day, parse_rfc3339
from shared.core.errors import Invalid
from shared.core.ids import derived_id
from shared.store.model import Data, Doc, Key, Schema

STALE = "stale_days"


def markers(schema: Schema, doc: Doc, before: Doc | None) -> Iterator[tuple[Key, Data]]:
    """The markers that a write of a record leaves, as keys and data; none for most collections."""
    fields = schema.tracked.get(doc.key.collection)
    if fields is None:
        return
    versions = (doc, before) if before is not None else (doc,)
    found = {day for version in versions for field in fields if (day := day_of(version.data.get(field)))}
    for day in sorted(found):
        yield Key(STALE, derived_id("day", doc.key.collection, doc.id, day)), {"day": day}


def day_of(value: object) -> str:
    """The Nairobi day of a stored moment or day; "" of anything else."""
    if not isinstance(value, str) or not value:
        return ""
    if "T" not in value:
        return value[:10]
    try:
        return business_day(parse_rfc3339(value))
    except Invalid:
        return ""
