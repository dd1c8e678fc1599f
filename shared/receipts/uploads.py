"""Addresses to upload receipts to: the file goes to the bucket by itself, past every function.

The name is ours, in the folder of the caller's business. What a client says about its file only narrows what
the address takes; the reader of receipts looks at the bytes, whatever was said here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.blobs import Blobs, UploadTarget
from shared.core.errors import FieldError, Invalid, NotFound
from shared.core.ids import Ids, derived_id
from shared.http import Body, View
from shared.receipts.archive import MAX_ARCHIVE
from shared.receipts.headers import MAX_BYTES, Kind
from shared.receipts.pages import ENDING, MAX_PAGES_BYTES
from shared.receipts.places import FOLDER

SECONDS = 15 * 60
"""How long an address is good: a photo on a slow network, not a link to keep."""
KINDS = {
    "image/jpeg": Kind.JPEG,
    "image/png": Kind.PNG,
    "image/webp": Kind.WEBP,
    "image/heic": Kind.HEIC,
    "image/heif": Kind.HEIC,
    "application/pdf": Kind.PDF,
}
ZIP = "application/zip"


class NewUpload(Body):
    content_type: Annotated[str, Field(max_length=100, examples=["image/jpeg"])]
    size_bytes: Annotated[int, Field(examples=[350_000])]
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None
    one_receipt: Annotated[bool, Field(description="the pictures in a zip are the pages of one receipt")] = (
        False
    )


class UploadTargetView(View):
    object: str = "upload_target"
    name: str
    already_there: bool
    url: str | None
    method: str
    headers: dict[str, str]
    expires_at: str | None


def offer_upload(blobs: Blobs, ids: Ids, business: str, wanted: NewUpload) -> UploadTargetView:
    """Where to send one file; with ``sha256`` the same file always has the same name.

    Raises Invalid with the codes of the guards: ``receipt_unsupported_type``, ``receipt_too_large``,
    ``receipt_empty``.
    """
    name = _name(ids, business, wanted, check_offer(wanted))
    if wanted.sha256 is not None and _is_there(blobs, name):
        return _view(name, None)
    return _view(name, blobs.upload_url(name, wanted.content_type, wanted.size_bytes, SECONDS))


def check_offer(wanted: NewUpload) -> str:
    """The ending of the name that the announced file gets; raises Invalid for what would be refused when it
    is read."""
    ending, most = _form(wanted)
    if wanted.size_bytes > most:
        fault = FieldError("/size_bytes", f"at most {most}")
        raise Invalid("receipt_too_large", f"such a file may hold at most {most // 1024**2} MB", [fault])
    if wanted.size_bytes < 1:
        raise Invalid("receipt_empty", "the file is empty", [FieldError("/size_bytes", "at least 1")])
    return ending


def _form(wanted: NewUpload) -> tuple[str, int]:
    """Ending and most bytes of the announced type."""
    if wanted.content_type == ZIP:
        return (ENDING[1:], MAX_PAGES_BYTES) if wanted.one_receipt else ("zip", MAX_ARCHIVE)
    kind = KINDS.get(wanted.content_type)
    if kind is None:
        fault = FieldError("/content_type", f"one of {', '.join([*KINDS, ZIP])}")
        raise Invalid("receipt_unsupported_type", "send a JPEG, PNG, WebP, HEIC, PDF or zip file", [fault])
    if wanted.one_receipt:
        fault = FieldError("/one_receipt", f"only with {ZIP}")
        raise Invalid("receipt_unsupported_type", "several pictures come as a zip", [fault])
    return kind.value, MAX_BYTES


def _name(ids: Ids, business: str, wanted: NewUpload, ending: str) -> str:
    """A claimed digest never gives the name that a digest of our own would.

    Else a wrong claim could take the name of a file that is handed in later through the API, which would
    then count as there already.
    """
    claimed = wanted.sha256
    identity = ids.new("upl") if claimed is None else derived_id("upl", business, claimed)
    return f"{FOLDER}{business}/{identity}.{ending}"


def _is_there(blobs: Blobs, name: str) -> bool:
    try:
        return blobs.size(name) >= 0
    except NotFound:
        return False


def _view(name: str, target: UploadTarget | None) -> UploadTargetView:
    return UploadTargetView(
        name=name,
        already_there=target is None,
        url=target.url if target else None,
        method="PUT",
        headers=dict(target.headers) if target else {},
        expires_at=target.expires_at if target else None,
    )
