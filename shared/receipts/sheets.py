"""The pages of a file, guarded and decoded as they are read: of a picture, of a PDF, of several pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.receipts.headers import Kind, check_bytes, sniff
from shared.receipts.image import Picture, decode
from shared.receipts.model import EngineText
from shared.receipts.pdf_apart import read_pages


@dataclass(frozen=True)
class Sheet:
    """One page before reading: its picture, and its own text where the file holds it."""

    picture: Picture
    text: EngineText | None


def open_sheets(content: bytes, pages: Sequence[bytes] = ()) -> tuple[Kind, tuple[Sheet, ...]]:
    """The kind of a file and its pages.

    ``pages`` are the pictures of a receipt that came as several; ``content`` holds them all. Raises Invalid
    ``receipt_*`` for what is refused.
    """
    return _open_pages(pages) if pages else _open(content)


def _open(content: bytes) -> tuple[Kind, tuple[Sheet, ...]]:
    kind = sniff(content)
    check_bytes(content)
    if kind is Kind.PDF:
        return kind, tuple(Sheet(page.picture, page.text) for page in read_pages(content))
    return kind, (Sheet(decode(kind, content), None),)


def _open_pages(pages: Sequence[bytes]) -> tuple[Kind, tuple[Sheet, ...]]:
    return sniff(pages[0]), tuple(Sheet(decode(sniff(page), page), None) for page in pages)
