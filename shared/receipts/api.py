"""Receipts over HTTP: hand in a photo or get an address to send it to, list what was read, read one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from shared.http import READERS, WRITERS, Api, Args, Call, ListView, View, page_view
from shared.receipts import cloud_api, mail_api, ways_api
from shared.receipts.handing_in import store
from shared.receipts.headers import MAX_BYTES, check_bytes, sniff
from shared.receipts.places import RECEIPTS
from shared.receipts.ports import Ports
from shared.receipts.uploads import NewUpload, UploadTargetView, offer_upload
from shared.store import Doc, Key, Query, Where

api: Api[Ports] = Api("receipts", title="Receipts")
ways_api.add_routes(api)
mail_api.add_routes(api)
cloud_api.add_routes(api)


class UploadView(View):
    object: str = "upload"
    name: str
    sha256: str
    already_there: bool


class ReceiptView(View):
    object: str = "receipt"
    id: str
    status: str
    matching: str
    reasons: list[str]
    warnings: list[str] = Field(default_factory=list)
    refusal: str
    merchant: str
    receipt_date: str
    business_day: str
    total_cents: int
    tax_cents: int
    currency: str
    fields: dict[str, Any]
    lines: list[dict[str, Any]]
    duplicate_of: str
    credit_note_of: str = ""
    source_id: str = ""
    transaction_id: str
    file: str
    engine: str
    received_at: str


class ReceiptArgs(Args):
    status: Literal["accepted", "needs_review", "duplicate", "refused"] | None = None


def receipt_view(doc: Doc) -> ReceiptView:
    """A receipt as the API shows it."""
    shown = ReceiptView.model_fields.keys() - {"object"}  # a record's own "object" is the name of its file
    known = {name: doc.data[name] for name in shown if name in doc.data}
    return ReceiptView(id=doc.id, file=doc.data["object"], **known)


@api.post(
    "/v1/receipts",
    roles=WRITERS,
    returns=UploadView,
    status=202,
    limit=MAX_BYTES,
    consumes="application/octet-stream",
    summary="Hand in a receipt photo or PDF",
)
def upload_receipt(call: Call[Ports]) -> UploadView:
    """The body is the file itself (JPEG, PNG, WebP, HEIC or PDF); it is read in the background."""
    check_bytes(call.raw)
    handed = store(call.ports.blobs, call.business, call.raw, sniff(call.raw).value)
    return UploadView(name=handed.name, sha256=handed.sha256, already_there=handed.already_there)


@api.post(
    "/v1/receipts/uploads",
    roles=WRITERS,
    body=NewUpload,
    returns=UploadTargetView,
    summary="Get an address to upload a receipt to",
)
def offer_upload_target(call: Call[Ports], wanted: NewUpload) -> UploadTargetView:
    """Send the file to ``url`` with ``method`` and exactly these ``headers`` before ``expires_at``.

    No token is needed there. The address takes one file of the announced type and at most the announced size,
    once. With ``sha256`` (lower-case hex) the same file has the same name, and ``already_there`` says that
    nothing is left to send: ``url`` is then null. A zip is opened, and each file in it is a receipt; with
    ``one_receipt`` its pictures, in the order of their names, are the pages of one.
    """
    return offer_upload(call.ports.blobs, call.ports.ids, call.business, wanted)


@api.get(
    "/v1/receipts",
    roles=READERS,
    query=ReceiptArgs,
    lists=ReceiptView,
    summary="List receipts, newest first",
)
def list_receipts(call: Call[Ports]) -> ListView[ReceiptView]:
    args: ReceiptArgs = call.args
    where = (Where("status", "==", args.status),) if args.status else ()
    page = call.ports.store.query(
        call.business, Query(RECEIPTS, where, "-received_at", args.limit, args.cursor)
    )
    return page_view(page, receipt_view)


@api.get("/v1/receipts/{receipt_id}", roles=READERS, returns=ReceiptView, summary="Read a receipt")
def read_receipt_record(call: Call[Ports]) -> ReceiptView:
    return receipt_view(call.ports.store.require(call.business, Key(RECEIPTS, call.path["receipt_id"])))
