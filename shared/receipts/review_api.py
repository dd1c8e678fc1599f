"""Reviewing receipts over HTTP: look at the place, correct, accept, reject, link, undo, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from shared.core.errors import FieldError, Invalid
from shared.http import READERS, WRITERS, Api, Args, Body, Call, ListView, Reply, View, page_view
from shared.receipts import crops, review
from shared.receipts.places import CHANGES, RECEIPTS
from shared.receipts.ports import Ports
from shared.receipts.views import ReceiptView, receipt_view
from shared.store import Doc, Key, Query, Tx, Where

PATH = "/v1/receipts/{receipt_id}"
_Note = Annotated[str, Field(max_length=500)]
_Version = Annotated[int | None, Field(ge=0)]
_Cents = Annotated[int, Field(ge=0, le=100_000_000_00)]
_Text = Annotated[str, Field(max_length=120)]


class Line(Body):
    """One line of goods; quantity in thousandths."""

    description: Annotated[str, Field(min_length=1, max_length=200)]
    amount_cents: Annotated[int, Field(ge=-100_000_000_00, le=100_000_000_00)]
    quantity_milli: Annotated[int | None, Field(ge=0)] = None
    price_cents: Annotated[int | None, Field(ge=0)] = None


class Corrections(Body):
    """What is printed, as a person reads it; fields that are left out stay as they are."""

    merchant: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    receipt_date: Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None
    total_cents: _Cents | None = None
    tax_cents: _Cents | None = None
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    lines: Annotated[list[Line] | None, Field(max_length=100)] = None
    kra_pin: Annotated[str | None, Field(pattern=r"^[AP]\d{9}[A-Z]$")] = None
    buyer_pin: Annotated[str | None, Field(pattern=r"^[AP]\d{9}[A-Z]$")] = None
    cu_invoice: _Text | None = None
    mpesa_code: Annotated[str | None, Field(pattern="^[A-Z0-9]{10}$")] = None
    receipt_number: _Text | None = None


class Correction(Body):
    fields: Corrections
    note: _Note = ""
    version: _Version = None


class Word(Body):
    """A word on a receipt: why, and which version of it was looked at."""

    note: _Note = ""
    version: _Version = None


class Rejection(Body):
    note: Annotated[str, Field(min_length=3, max_length=500)]
    version: _Version = None


class Link(Body):
    original: Annotated[str, Field(min_length=1, max_length=200)]
    note: _Note = ""


class Category(Body):
    category: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{1,39}$", examples=["stock_cogs"])]


class ChangeView(View):
    object: str = "receipt_change"
    number: int
    what: str
    by: str
    at: str
    note: str
    before: dict[str, Any]
    after: dict[str, Any]


class HistoryArgs(Args):
    """No filter."""


def add_routes(api: Api[Ports]) -> None:
    """Put these routes beside those of receipts: the same function serves both."""

    def act(name: str, summary: str, body: type[Body]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        return api.post(f"{PATH}/{name}", roles=WRITERS, body=body, returns=ReceiptView, summary=summary)

    act("correct", "Say what a receipt says", Correction)(correct_receipt)
    act("accept", "Accept a receipt as it was read", Word)(accept_receipt)
    act("reject", "Say that a file is no cost", Rejection)(reject_receipt)
    act("undo", "Take the last change back", Word)(undo_receipt)
    act("link", "Say that a receipt is a copy of another", Link)(link_receipt)
    act("unlink", "Say that a receipt is no copy", Word)(unlink_receipt)
    act("category", "Say what kind of cost it is", Category)(categorise_receipt)
    api.get(
        f"{PATH}/history",
        roles=READERS,
        query=HistoryArgs,
        lists=ChangeView,
        summary="Who changed a receipt",
    )(list_receipt_changes)
    api.get(f"{PATH}/crops/{{field}}", roles=READERS, summary="Look at the place a field was read from")(
        read_receipt_crop
    )
    api.get(f"{PATH}/file", roles=READERS, summary="Get the file as it was handed in")(read_receipt_file)


def correct_receipt(call: Call[Ports], body: Correction) -> ReceiptView:
    """The receipt is accepted with these fields.

    Each becomes a label to learn from; a corrected merchant is remembered for its PIN and printed name.
    """
    fields = {name: value for name, value in body.fields.model_dump().items() if value is not None}
    _real_day(fields.get("receipt_date"))
    return _changed(
        call,
        lambda tx, receipt, actor: review.correct(
            tx, receipt, fields, actor=actor, note=body.note, version=body.version
        ),
    )


def accept_receipt(call: Call[Ports], body: Word) -> ReceiptView:
    return _changed(
        call,
        lambda tx, receipt, actor: review.accept(
            tx, receipt, actor=actor, note=body.note, version=body.version
        ),
    )


def reject_receipt(call: Call[Ports], body: Rejection) -> ReceiptView:
    """It counts nowhere from now on; the file is kept."""
    return _changed(
        call,
        lambda tx, receipt, actor: review.reject(
            tx, receipt, actor=actor, note=body.note, version=body.version
        ),
    )


def undo_receipt(call: Call[Ports], body: Word) -> ReceiptView:
    """Once more undoes the change before: fields, links, labels and remembered names are as they were."""
    return _changed(
        call,
        lambda tx, receipt, actor: review.take_back(tx, receipt, actor=actor, version=body.version),
    )


def link_receipt(call: Call[Ports], body: Link) -> ReceiptView:
    """It counts no more beside its original; nothing is removed."""
    from shared.receipts.linking import link_duplicate  # comparing receipts is no part of every cold start

    return _changed(
        call,
        lambda tx, receipt, actor: link_duplicate(tx, receipt, body.original, actor=actor, note=body.note),
    )


def unlink_receipt(call: Call[Ports], body: Word) -> ReceiptView:
    from shared.receipts.linking import unlink_duplicate

    return _changed(
        call, lambda tx, receipt, actor: unlink_duplicate(tx, receipt, actor=actor, note=body.note)
    )


def categorise_receipt(call: Call[Ports], body: Category) -> ReceiptView:
    """One of the 24 categories, or one of your own; the next receipt of this seller is filed so too."""
    return _changed(
        call, lambda tx, receipt, actor: review.categorise(tx, receipt, body.category, actor=actor)
    )


def list_receipt_changes(call: Call[Ports]) -> ListView[ChangeView]:
    """Every change with what was before and after, the latest first."""
    receipt = call.ports.store.require(call.business, Key(RECEIPTS, call.path["receipt_id"]))
    args: HistoryArgs = call.args
    where = (Where("receipt_id", "==", receipt.id),)
    page = call.ports.store.query(call.business, Query(CHANGES, where, "-number", args.limit, args.cursor))
    return page_view(page, _change_view)


def read_receipt_crop(call: Call[Ports]) -> Reply:
    """A JPEG of the row, the right way up, to be shown beside an unsure field."""
    receipt = call.ports.store.require(call.business, Key(RECEIPTS, call.path["receipt_id"]))
    content = crops.crop(call.ports, receipt, call.path["field"])
    return Reply(content, mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def read_receipt_file(call: Call[Ports]) -> Reply:
    """The very bytes; named as an attachment, because a browser must not run what somebody mailed in."""
    receipt = call.ports.store.require(call.business, Key(RECEIPTS, call.path["receipt_id"]))
    content = call.ports.blobs.get(receipt.data["object"], receipt.data["generation"])
    ending = receipt.data["object"].rpartition(".")[2]
    headers = {"Content-Disposition": f'attachment; filename="{receipt.id}.{ending}"'}
    return Reply(content, mimetype="application/octet-stream", headers=headers)


def _changed(call: Call[Ports], action: Callable[[Tx, str, str], Doc]) -> ReceiptView:
    receipt_id, actor = call.path["receipt_id"], call.actor.user
    return receipt_view(call.ports.outbox.run(call.business, lambda tx: action(tx, receipt_id, actor)))


def _change_view(doc: Doc) -> ChangeView:
    shown = ChangeView.model_fields.keys() - {"object"}
    return ChangeView(**{name: doc.data[name] for name in shown})


def _real_day(text: str | None) -> None:
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError:
        fault = FieldError("/fields/receipt_date", "a day that exists")
        raise Invalid("date_invalid", "there is no such day", [fault]) from None
