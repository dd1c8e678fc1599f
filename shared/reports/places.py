"""The collections of this room, and where its files lie in the bucket."""

from __future__ import annotations

from shared.core.ids import derived_id
from shared.store import Key

REPORTS, DEFINITIONS = "reports", "report_definitions"
FOLDER = "reports/"
"""Files under ``reports/{business}/``; no function starts by them."""


def report_key(*parts: str) -> Key:
    """One report for one definition and period, or for one idempotency key of a caller."""
    return Key(REPORTS, derived_id("rpt", *parts))


def definition_key(definition_id: str) -> Key:
    """Where a saved definition lies."""
    return Key(DEFINITIONS, definition_id)


def file_name(business: str, tag: str, ending: str) -> str:
    """A name for each try: what a crashed one left behind is never taken for the next one's."""
    return f"{FOLDER}{business}/{tag}.{ending}"
