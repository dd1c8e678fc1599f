"""Finding receipts: by word or number through their own documents, else by day, sum, status or arrival."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.http import Args
from shared.receipts.places import RECEIPTS, WORDS
from shared.receipts.words import NUMBERS, number_word, words_in, words_of
from shared.store import Doc, Key, Page, Query, Store, Where

_Day = Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_Cents = Annotated[int | None, Field(ge=0, le=100_000_000_00)]
_Number = Annotated[str | None, Field(min_length=3, max_length=60)]


class SearchArgs(Args):
    """All conditions must hold; numbers are compared without regard to characters that a camera mixes up."""

    status: Literal["accepted", "needs_review", "duplicate", "rejected", "refused"] | None = None
    merchant: Annotated[str | None, Field(min_length=2, max_length=120)] = None
    kra_pin: _Number = None
    mpesa_code: _Number = None
    cu_invoice: _Number = None
    receipt_number: _Number = None
    since: _Day = None
    until: _Day = None
    min_cents: _Cents = None
    max_cents: _Cents = None
    order: Literal["arrival", "value"] = "arrival"


def search(store: Store, business: str, args: SearchArgs) -> Page:
    """One page of receipts; the narrowest index leads, the other conditions are compared."""
    wanted = _words(args)
    if wanted:
        page = store.query(business, _by_word(max(wanted, key=len), args))
        found = store.get_many(business, [Key(RECEIPTS, doc.data["receipt_id"]) for doc in page.docs])
        docs = [doc for doc in found if doc is not None]
    else:
        page = _listed(store, business, args)
        docs = page.docs
    return Page([doc for doc in docs if _holds(doc, args, wanted)], page.next)


def _words(args: SearchArgs) -> list[str]:
    numbers = [number_word(kind, value) for kind in NUMBERS if (value := getattr(args, kind))]
    return [*numbers, *words_in(args.merchant or "")]


def _by_word(word: str, args: SearchArgs) -> Query:
    where = [Where("word", "==", word), *_range("on", args.since, args.until)]
    return Query(WORDS, tuple(where), "-on", args.limit, args.cursor)


def _listed(store: Store, business: str, args: SearchArgs) -> Page:
    status = [Where("status", "==", args.status)] if args.status else []
    order, where = "-received_at", status
    if args.order == "value" or args.min_cents is not None or args.max_cents is not None:
        order, where = "-total_cents", [*status, *_range("total_cents", args.min_cents, args.max_cents)]
    elif args.since or args.until:
        order, where = "-business_day", [*_range("business_day", args.since, args.until)]
    return store.query(business, Query(RECEIPTS, tuple(where), order, args.limit, args.cursor))


def _range(name: str, least: object, most: object) -> list[Where]:
    bounds = (Where(name, ">=", least), Where(name, "<=", most))
    return [bound for bound in bounds if bound.value is not None]


def _holds(doc: Doc, args: SearchArgs, wanted: list[str]) -> bool:
    data = doc.data
    return (
        args.status in {None, data["status"]}
        and set(wanted) <= set(words_of(data))
        and (args.since or "") <= data["business_day"] <= (args.until or "9999")
        and (args.min_cents or 0) <= data["total_cents"]
        and (args.max_cents is None or data["total_cents"] <= args.max_cents)
    )
