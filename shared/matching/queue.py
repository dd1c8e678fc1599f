"""The questions that wait for a person: the dearest and likeliest first, narrowed by what is looked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.http import Args
from shared.matching.places import REVIEW
from shared.matching.views import Id
from shared.store import Doc, Page, Query, Store, Where

PAGES_MOST = 10
"""Pages read for one answer when a filter leaves nothing of them; the cursor goes on from there."""
_Cents = Annotated[int | None, Field(ge=0, le=100_000_000_000)]


class ReviewArgs(Args):
    """Open questions or answered ones, by worth or the newest first; all other conditions must hold.

    ``customer_id``: somebody among the suggestions. ``reason``: a code among the item's reasons.
    ``least_cents``, ``most_cents``: the money in question. ``least_milli``: the first suggestion's chance.
    """

    status: Literal["open", "done"] = "open"
    sort: Literal["worth", "newest"] = "worth"
    kind: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$")] = None
    reason: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$")] = None
    customer_id: Id | None = None
    least_cents: _Cents = None
    most_cents: _Cents = None
    least_milli: Annotated[int | None, Field(ge=0, le=1000)] = None


def waiting(store: Store, business: str, args: ReviewArgs) -> Page:
    """One page of questions, read by index in their order.

    A page is short, or empty with a cursor, where few of many questions meet the conditions: at most
    ``PAGES_MOST`` pages are read for it.
    """
    order = "-worth" if args.sort == "worth" else "-created_on"
    where, cursor = (Where("status", "==", args.status),), args.cursor
    for _ in range(PAGES_MOST):
        page = store.query(business, Query(REVIEW, where, order, args.limit, cursor))
        docs = [doc for doc in page.docs if _holds(doc, args)]
        if docs or page.next is None:
            break
        cursor = page.next
    return Page(docs, page.next)


def _holds(doc: Doc, args: ReviewArgs) -> bool:
    data = doc.data
    return (
        args.kind in {None, data["kind"]}
        and (args.reason is None or args.reason in data["reasons"])
        and (args.customer_id is None or args.customer_id in _suggested(doc))
        and (args.least_cents or 0) <= data["value_cents"]
        and (args.most_cents is None or data["value_cents"] <= args.most_cents)
        and (args.least_milli or 0) <= data["confidence_milli"]
    )


def _suggested(doc: Doc) -> set[str]:
    return {one.get("customer_id", "") for one in doc.data["suggestions"]}
