"""The place of a field on its page, cut out of the original, to be looked at beside a doubtful value."""

from __future__ import annotations

from io import BytesIO

from shared.core.errors import NotFound
from shared.receipts.pages import is_pages, unpack
from shared.receipts.ports import Ports
from shared.store import Doc

_AROUND = 25
"""Thousandths of the page kept around a field."""
_MOST_SIDE = 1600


def crop(ports: Ports, receipt: Doc, field: str) -> bytes:
    """A JPEG of the row that a field was read from, upright.

    Raises NotFound for a field that was not read from a row, or a file that is gone; Invalid as reading does.
    """
    from shared.receipts.sheets import open_file

    box = (receipt.data["reading"] or {}).get("boxes", {}).get(field)
    if box is None:
        raise NotFound("this field was read from no row of the page")
    content = ports.blobs.get(receipt.data["object"], receipt.data["generation"])
    number, left, top, right, bottom, turned = box
    name = receipt.data["object"]
    _, sheets = open_file(content, unpack(content) if is_pages(name, content) else ())
    page = sheets[number].picture.colour
    if turned:
        page = page.rotate(-turned, expand=True)
    width, height = page.size
    edges = (
        max(0, left - _AROUND) * width // 1000,
        max(0, top - _AROUND) * height // 1000,
        min(1000, right + _AROUND) * width // 1000,
        min(1000, bottom + _AROUND) * height // 1000,
    )
    piece = page.crop(edges)
    piece.thumbnail((_MOST_SIDE, _MOST_SIDE))
    buffer = BytesIO()
    piece.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
