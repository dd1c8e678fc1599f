"""What each feature weighs: made by ``python -m tools.train``, not by hand."""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, float]] = {
    "total": {
        "bias": -1.943,
        "clear": 1.509,
        "contradicted": -0.414,
        "items": 1.108,
        "label": 0.08,
        "margin": 2.316,
        "repeats": 0.482,
        "rounded": -0.518,
        "sum": 0.846,
        "tax": 0.769,
        "tender": 1.627,
        "tender_rounded": -0.762,
        "unlabelled": -0.308,
    },
    "date": {
        "bias": 1.974,
        "ambiguous": -0.407,
        "clear": 1.974,
        "contradicted": 0.0,
        "label": 0.131,
        "margin": 0.18,
        "time": 0.477,
    },
    "merchant": {
        "bias": -1.028,
        "clear": 0.543,
        "legal": 1.166,
        "margin": 2.278,
        "odd": -0.222,
        "top": 2.106,
    },
    "tax": {
        "bias": 0.796,
        "bands": 0.0,
        "clear": 1.331,
        "rate": 1.458,
        "total": 1.154,
    },
    "kra_pin": {
        "bias": 0.437,
        "clear": 2.742,
        "qr": 0.758,
        "strict": 0.201,
    },
    "cu_invoice": {
        "bias": 0.374,
        "clear": 2.918,
        "qr": 0.579,
    },
    "mpesa_code": {
        "bias": 3.34,
        "clear": 0.83,
        "label": -0.033,
    },
}
FIGURES: dict[str, dict[str, float]] = {
    "total": {
        "pages": 160,
        "ece": 0.0199,
        "brier": 0.0091,
        "coverage": 0.8875,
        "precision": 1.0,
        "spoilt_coverage": 0.6982,
        "spoilt_precision": 0.991,
    },
    "date": {
        "pages": 160,
        "ece": 0.0156,
        "brier": 0.0003,
        "coverage": 1.0,
        "precision": 1.0,
        "spoilt_coverage": 1.0,
        "spoilt_precision": 0.9671,
    },
    "merchant": {
        "pages": 160,
        "ece": 0.0174,
        "brier": 0.0007,
        "coverage": 1.0,
        "precision": 1.0,
        "spoilt_coverage": 0.9723,
        "spoilt_precision": 0.9825,
    },
    "tax": {
        "pages": 63,
        "ece": 0.0478,
        "brier": 0.0198,
    },
    "kra_pin": {
        "pages": 80,
        "ece": 0.0295,
        "brier": 0.001,
    },
    "cu_invoice": {
        "pages": 65,
        "ece": 0.0376,
        "brier": 0.0015,
    },
    "mpesa_code": {
        "pages": 43,
        "ece": 0.0162,
        "brier": 0.0003,
    },
}
"""Of pages that the weights were not fitted to, in five folds; ``spoilt_``: damaged copies too."""
