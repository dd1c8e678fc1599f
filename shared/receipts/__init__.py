"""Receipts: from a photo or PDF to fields that can be trusted, or to a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lazy import lazy_names

if TYPE_CHECKING:
    from shared.receipts.duplicates import (
        Likeness,
        Signature,
        compare,
        fingerprint,
        merchant_key,
        signature_of,
    )
    from shared.receipts.engines.build import build_engines
    from shared.receipts.engines.port import Engine
    from shared.receipts.read import read_receipt
    from shared.receipts.reading import Fields, ReceiptReading

__all__ = [
    "Engine",
    "Fields",
    "Likeness",
    "ReceiptReading",
    "Signature",
    "build_engines",
    "compare",
    "fingerprint",
    "merchant_key",
    "read_receipt",
    "signature_of",
]

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(
            ("Likeness", "Signature", "compare", "fingerprint", "merchant_key", "signature_of"), "duplicates"
        ),
        "build_engines": "engines.build",
        "Engine": "engines.port",
        "read_receipt": "read",
        "Fields": "reading",
        "ReceiptReading": "reading",
    },
)
