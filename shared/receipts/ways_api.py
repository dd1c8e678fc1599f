"""Other ways in over HTTP: a form with several files, and zips with what became of each file inside."""

from __future__ import annotations

from typing import Any

from shared.http import READERS, WRITERS, Api, Args, Call, ListView, View, page_view
from shared.receipts.handing_in import hand_in
from shared.receipts.multipart import FORM, MAX_FORM, read_form
from shared.receipts.places import BUNDLES
from shared.receipts.ports import Ports
from shared.store import Doc, Key, Query

PATH = "/v1/receipt-bundles"


class HandedInView(View):
    object: str = "upload"
    name: str
    sha256: str
    already_there: bool


class HandedInListView(View):
    object: str = "uploads"
    data: list[HandedInView]


class BundleView(View):
    object: str = "receipt_bundle"
    id: str
    file: str
    sha256: str
    files: int
    ignored: int
    received_at: str


class OpenedBundleView(BundleView):
    counts: dict[str, int]
    entries: list[dict[str, Any]]


class BundleArgs(Args):
    """No filter."""


def add_routes(api: Api[Ports]) -> None:
    """Put these routes beside that of a single file: the same function serves all."""
    api.post(
        "/v1/receipts/files",
        roles=WRITERS,
        returns=HandedInListView,
        status=202,
        limit=MAX_FORM,
        consumes=FORM,
        summary="Hand in several files in one form",
    )(upload_receipt_files)
    api.get(PATH, roles=READERS, query=BundleArgs, lists=BundleView, summary="List zips, newest first")(
        list_receipt_bundles
    )
    api.get(
        f"{PATH}/{{bundle_id}}",
        roles=READERS,
        returns=OpenedBundleView,
        summary="Read what became of a zip's files",
    )(read_receipt_bundle)


def upload_receipt_files(call: Call[Ports]) -> HandedInListView:
    """Each file is a receipt, a zip those inside it; with the field ``one_receipt=true`` the files, in their
    order, are the pages of one receipt. One file that is refused refuses the form, and nothing is stored."""
    parts = read_form(call.headers.get("Content-Type") or "", call.raw)
    stored = hand_in(call.ports.blobs, call.business, parts)
    return HandedInListView(
        data=[
            HandedInView(name=one.name, sha256=one.sha256, already_there=one.already_there) for one in stored
        ]
    )


def list_receipt_bundles(call: Call[Ports]) -> ListView[BundleView]:
    args: BundleArgs = call.args
    query = Query(BUNDLES, (), "-received_at", args.limit, args.cursor)
    return page_view(call.ports.store.query(call.business, query), lambda doc: BundleView(**_facts(doc)))


def read_receipt_bundle(call: Call[Ports]) -> OpenedBundleView:
    """Counted at this moment from the receipts; ``waiting`` is what was not read yet."""
    from shared.receipts.bundle import counted, standings  # few requests are about a zip

    doc = call.ports.store.require(call.business, Key(BUNDLES, call.path["bundle_id"]))
    entries = standings(call.ports.store, call.business, doc)
    return OpenedBundleView(**_facts(doc), counts=counted(entries), entries=entries)


def _facts(doc: Doc) -> dict[str, Any]:
    return {
        "id": doc.id,
        "file": doc.data["object"],
        "sha256": doc.data["sha256"],
        "files": len(doc.data["entries"]),
        "ignored": doc.data["ignored"],
        "received_at": doc.data["received_at"],
    }
