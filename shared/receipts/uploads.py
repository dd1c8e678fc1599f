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
from shared.receipts.headers import MAX_BYTES, Kind

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


class NewUpload(Body):
    content_type: Annotated[str, Field(max_length=100, examples=["image/jpeg"])]
    size_bytes: Annotated[int, Field(examples=[350_000])]
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None


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
    kind = check_offer(wanted)
    name = _name(ids, business, wanted, kind)
    if wanted.sha256 is not None and _is_there(blobs, name):
        return _view(name, None)
    return _view(name, blobs.upload_url(name, wanted.content_type, wanted.size_bytes, SECONDS))


def check_offer(wanted: NewUpload) -> Kind:
    """The kind of file that is announced; raises Invalid for what would be refused when it is read."""
    kind = KINDS.get(wanted.content_type)
    if kind is None:
        fault = FieldError("/content_type", f"one of {', '.join(KINDS)}")
        raise Invalid("receipt_unsupported_type", "send a JPEG, PNG, WebP, HEIC or PDF file", [fault])
    if wanted.size_bytes > MAX_BYTES:
        fault = FieldError("/size_bytes", f"at most {MAX_BYTES}")
        raise Invalid("receipt_too_large", f"a receipt may hold at most {MAX_BYTES // 1024**2} MB", [fault])
    if wanted.size_bytes < 1:
        raise Invalid("receipt_empty", "the file is empty", [FieldError("/size_bytes", "at least 1")])
    return kind


def _name(ids: Ids, business: str, wanted: NewUpload, kind: Kind) -> str:
    """A claimed digest never gives the name that a digest of our own would.

    Else a wrong claim could take the name of a file that is handed in later through the API, which would
    then count as there already.
    """
    claimed = wanted.sha256
    identity = ids.new("upl") if claimed is None else derived_id("upl", business, claimed)
    return f"receipts/{business}/{identity}.{kind.value}"


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
