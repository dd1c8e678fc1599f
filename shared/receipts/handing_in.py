"""Several files in one form: each a receipt, all pages of one, or the zip of a period.

All of them are judged before the first is stored: a form that is refused leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.blobs import Blobs
from shared.core.errors import AlreadyExists, FieldError, Invalid
from shared.receipts.archive import is_zip, open_archive
from shared.receipts.duplicates import fingerprint
from shared.receipts.headers import check_bytes, sniff
from shared.receipts.multipart import Part
from shared.receipts.pages import ENDING, pack
from shared.receipts.places import FOLDER

ONE_RECEIPT = "one_receipt"
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that is in the bucket now, and whether it was there before."""

    name: str
    sha256: str
    already_there: bool


def hand_in(blobs: Blobs, business: str, parts: Sequence[Part]) -> list[HandedIn]:
    """Store the files of a form.

    Args:
        parts: files under any name; the field ``one_receipt`` (true, false) says that they are its pages.

    Raises Invalid ``form_field_invalid``, ``form_files``, and ``receipt_*`` or ``archive_*`` with the place
    of each file that is none.
    """
    files = [part.content for part in parts if part.filename is not None]
    if not 0 < len(files) <= MOST_FILES:
        raise Invalid("form_files", f"send one to {MOST_FILES} files")
    if _are_pages(parts):
        return [store(blobs, business, pack(files), ENDING[1:])]
    endings = _endings(files)
    return [store(blobs, business, file, ending) for file, ending in zip(files, endings, strict=True)]


def store(blobs: Blobs, business: str, content: bytes, ending: str) -> HandedIn:
    """Put a file under a name that its bytes give: the very same file is, or was, read already."""
    digest = fingerprint(content)
    name = f"{FOLDER}{business}/{digest[:32]}.{ending}"
    try:
        blobs.put(name, content, only_if_absent=True)
    except AlreadyExists:
        return HandedIn(name, digest, already_there=True)
    return HandedIn(name, digest, already_there=False)


def _are_pages(parts: Sequence[Part]) -> bool:
    fields = [part for part in parts if part.filename is None]
    if any(part.name != ONE_RECEIPT for part in fields) or len(fields) > 1:
        raise Invalid("form_field_invalid", f"the only field besides files is {ONE_RECEIPT}")
    said = fields[0].text.strip().lower() if fields else "false"
    if said not in {"true", "false"}:
        raise Invalid("form_field_invalid", f"{ONE_RECEIPT} is true or false")
    return said == "true"


def _endings(files: Sequence[bytes]) -> list[str]:
    """What each file is; raises the first refusal, with all the others beside it."""
    endings, refusals = [], []
    for number, file in enumerate(files):
        try:
            endings.append(_ending(file))
        except Invalid as refusal:
            refusals.append((refusal, FieldError(f"/files/{number}", f"{refusal.code}: {refusal.message}")))
    if refusals:
        first = refusals[0][0]
        raise Invalid(first.code, first.message, [fault for _, fault in refusals])
    return endings


def _ending(file: bytes) -> str:
    if is_zip(file):
        open_archive(file)
        return "zip"
    check_bytes(file)
    return sniff(file).value
