"""Several pictures as one receipt: the pages in order, in one file, so that none is kept without the others.

The file is a plain zip called ``….pages.zip``; whoever fills the bucket by hand makes it with any program.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO

from shared.core.errors import Invalid
from shared.receipts.archive import Archive, is_zip, open_archive
from shared.receipts.headers import Kind, check_bytes, sniff

ENDING = ".pages.zip"
MOST_PAGES = 20
MAX_PAGES_BYTES = 30 * 1024 * 1024
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same pages are the same bytes on every day, and so the same file."""


def is_pages(name: str, content: bytes) -> bool:
    """Whether a file holds the pages of one receipt."""
    return name.lower().endswith(ENDING) and is_zip(content)


def pack(pages: Sequence[bytes]) -> bytes:
    """The pages of one receipt as one file; raises Invalid as ``check_pages``."""
    kinds = check_pages(pages)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for number, (kind, page) in enumerate(zip(kinds, pages, strict=True), 1):
            archive.writestr(zipfile.ZipInfo(f"{number:02}.{kind.value}", _LONG_AGO), page)
    return buffer.getvalue()


def unpack(content: bytes) -> tuple[bytes, ...]:
    """The pages of a file in the order of their names, ``2.jpg`` before ``10.jpg``.

    Raises Invalid: one page that is refused refuses the receipt, which would else lack a part.
    """
    if len(content) > MAX_PAGES_BYTES:
        raise _too_large()
    archive = open_archive(content)
    if len(archive.entries) > MOST_PAGES:
        raise _too_many()
    pages = _read(archive)
    check_pages(pages)
    return pages


def check_pages(pages: Sequence[bytes]) -> tuple[Kind, ...]:
    """The kind of each page.

    Raises Invalid ``receipt_pages`` (none or too many), ``receipt_too_large``, and what a single picture is
    refused for. A PDF has pages of its own and is handed in by itself.
    """
    if not 0 < len(pages) <= MOST_PAGES:
        raise _too_many()
    if sum(map(len, pages)) > MAX_PAGES_BYTES:
        raise _too_large()
    return tuple(_kind(number, page) for number, page in enumerate(pages, 1))


def _read(archive: Archive) -> tuple[bytes, ...]:
    pages = []
    for entry in sorted(archive.entries, key=lambda entry: _in_order(entry.name)):
        try:
            pages.append(archive.read(entry))
        except Invalid as refusal:
            raise Invalid(refusal.code, f"{entry.name}: {refusal.message}") from None
    return tuple(pages)


def _kind(number: int, page: bytes) -> Kind:
    try:
        check_bytes(page)
        kind = sniff(page)
    except Invalid as refusal:
        raise Invalid(refusal.code, f"page {number}: {refusal.message}") from None
    if kind is Kind.PDF:
        raise Invalid("receipt_unsupported_type", f"page {number}: send pictures, or one PDF by itself")
    return kind


def _in_order(name: str) -> list[tuple[int, str]]:
    """Numbers by their size, everything else by its letters."""
    return [(int(part or 0), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,9})", name)]


def _too_many() -> Invalid:
    return Invalid("receipt_pages", f"a receipt has one to {MOST_PAGES} pages")


def _too_large() -> Invalid:
    size = MAX_PAGES_BYTES // 1024**2
    return Invalid("receipt_too_large", f"the pages of a receipt may hold at most {size} MB together")
