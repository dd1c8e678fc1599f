"""Bar codes on the full-size picture: the one part of a receipt that reads without OCR errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_CODES = 4
_MAX_LETTERS = 512


def read_codes(picture: Image) -> tuple[str, ...]:
    """The texts of the QR codes on a grey picture, best first; nothing is ever fetched from them."""
    import zxingcpp

    found = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]), try_invert=False
    )
    texts = [code.text.strip() for code in found if code.text and len(code.text) <= _MAX_LETTERS]
    return tuple(dict.fromkeys(text for text in texts if text.isprintable()))[:_MAX_CODES]
