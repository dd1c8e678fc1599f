"""The pages of a file, guarded and opened as they are read: no engine is needed to look at them."""

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


def open_file(content: bytes, pages: Sequence[bytes] = ()) -> tuple[Kind, tuple[Sheet, ...]]:
    """What kind of file it is, and its pages, shrunk as far as reading allows; raises Invalid ``receipt_*``.

    ``pages`` are the pictures of a receipt that came as several, in order; ``content`` is what holds them.
    """
    if pages:
        return sniff(pages[0]), tuple(Sheet(decode(sniff(page), page), None) for page in pages)
    kind = sniff(content)
    check_bytes(content)
    if kind is Kind.PDF:
        return kind, tuple(Sheet(page.picture, page.text) for page in read_pages(content))
    return kind, (Sheet(decode(kind, content), None),)
