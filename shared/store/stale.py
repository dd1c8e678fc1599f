"""Markers of days: a record of a past day changed, so what was summed of that day must be summed anew.

Records of the present day leave none: a day is summed only some hours after it is over
(shared/insights/daysums), and until then it is read from its records. So the path of a payment, which is
written on the day it is paid, costs nothing more. Markers have ids of their own: records of one day do not
wait for one document, and whoever sums removes only those it has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.core.clock import day_of
from shared.store.model import Data, Doc, Key

STALE = "stale_days"
EARLIEST = "2000-01-01"
"""No books are older; a day before it is a mistake, and counts nowhere."""
Change = tuple[Key, Doc | None, Doc | None]
"""What is written, as it will be and as it was; None where there is nothing."""


def stale_days(tracked: Mapping[str, str], changes: Iterable[Change], today: str) -> list[Data]:
    """One marker for each collection and past day that some changes touch: ``{"collection", "day"}``.

    Args:
        tracked: the field of each tracked collection that says the day.
        today: the Nairobi day of the commit.
    """
    found: set[tuple[str, str]] = set()
    for key, after, before in changes:
        name = tracked.get(key.collection)
        if name is not None:
            days = {day_of(str(doc.data.get(name, ""))) for doc in (after, before) if doc is not None}
            found |= {(key.collection, day) for day in days if EARLIEST <= day < today}
    return [{"collection": collection, "day": day} for collection, day in sorted(found)]
