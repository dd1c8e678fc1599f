"""Who filed what as what: each choice with what was before and what it taught, in its own commit."""

from __future__ import annotations

from collections.abc import Sequence

from shared.categories.custom import Choice
from shared.categories.places import CHANGES
from shared.core.ids import derived_id
from shared.store import Data, Doc, Key, Page, Query, Store, Tx


def record(
    tx: Tx, subject: str, choice: Choice, before: str, *, actor: str, note: str, taught: Sequence[Data]
) -> Doc:
    """Write that somebody filed something; the same word said again makes another record.

    Args:
        subject: id of the transaction, receipt or expense, or ``text``.
        before: the category it was filed under.
        taught: what ``teach`` returned.
    """
    marks = [known["id"] for known in taught]
    data: Data = {
        "subject": subject,
        "before": before,
        "category": choice.category,
        "custom": choice.custom,
        "taught": marks,
        "by": actor,
        "at": tx.now,
        "note": note,
    }
    return tx.put(Key(CHANGES, derived_id("cch", subject, choice.code, actor, tx.now)), data)


def page_of_changes(store: Store, business: str, *, limit: int, cursor: str | None) -> Page:
    """One page of choices, the latest first."""
    return store.query(business, Query(CHANGES, (), "-at", limit, cursor))
