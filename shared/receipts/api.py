"""Receipts over HTTP: hand in a photo or get an address to send it to, find what was read, read one."""

from __future__ import annotations

from shared.categories import api as category_api
from shared.http import READERS, WRITERS, Api, Call, ListView, View, page_view
from shared.receipts import cloud_api, mail_api, policy_api, review, review_api, ways_api
from shared.receipts.handing_in import store
from shared.receipts.headers import MAX_BYTES, check_bytes, sniff
from shared.receipts.places import RECEIPTS
from shared.receipts.ports import Ports
from shared.receipts.search import SearchArgs, search
from shared.receipts.uploads import NewUpload, UploadTargetView, offer_upload
from shared.receipts.views import ReceiptView, receipt_view
from shared.store import Key

api: Api[Ports] = Api("receipts", title="Receipts")
ways_api.add_routes(api)
mail_api.add_routes(api)
cloud_api.add_routes(api)
review_api.add_routes(api)
policy_api.add_routes(api)
category_api.add_routes(api, review.categorise)


class UploadView(View):
    object: str = "upload"
    name: str
    sha256: str
    already_there: bool


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
    query=SearchArgs,
    lists=ReceiptView,
    summary="List and search receipts, newest first",
)
def list_receipts(call: Call[Ports]) -> ListView[ReceiptView]:
    """With several conditions a page may hold fewer than ``limit``: read on while there is a ``next_cursor``.

    ``order=value`` with a ``status`` lists the largest totals first: the queue for review.
    """
    return page_view(search(call.ports.store, call.business, call.args), receipt_view)


@api.get("/v1/receipts/{receipt_id}", roles=READERS, returns=ReceiptView, summary="Read a receipt")
def read_receipt_record(call: Call[Ports]) -> ReceiptView:
    return receipt_view(call.ports.store.require(call.business, Key(RECEIPTS, call.path["receipt_id"])))
