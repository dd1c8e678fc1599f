"""What each feature weighs: made by ``python -m tools.train``, not by hand."""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "total": {
        "bias": -1.1,
        "label": 1.2,
        "margin": 1.2,
        "tender": 2.2,
        "tender_rounded": 1.5,
        "sum": 1.0,
        "items": 1.4,
        "tax": 0.8,
        "repeats": 0.4,
        "clear": 0.6,
        "contradicted": -1.4,
        "unlabelled": -2.0,
    },
    "date": {
        "bias": 0.4,
        "label": 1.0,
        "margin": 1.8,
        "time": 0.8,
        "clear": 0.8,
        "ambiguous": -0.2,
        "contradicted": -1.2,
    },
    "merchant": {
        "bias": -1.2,
        "legal": 1.6,
        "top": 1.0,
        "margin": 1.8,
        "clear": 1.0,
        "odd": -1.6,
    },
    "tax": {"bias": 0.2, "bands": 1.6, "total": 1.6, "rate": 1.2, "clear": 0.6},
    "kra_pin": {"bias": 0.4, "strict": 1.4, "qr": 3.0, "clear": 0.6},
    "cu_invoice": {"bias": 0.8, "qr": 3.0, "clear": 1.0},
    "mpesa_code": {"bias": -0.8, "label": 1.2, "clear": 0.8},
}
