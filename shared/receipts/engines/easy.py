"""EasyOCR, an optional extra (``hesabu[easyocr]``), off by default: docs/decisions/0029 has the reason.

Its models come in a package of their own; it is never allowed to fetch any.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from shared.core.errors import Unavailable
from shared.receipts.engines.turn import quarter_turns
from shared.receipts.model import EngineText, Line

if TYPE_CHECKING:
    from PIL.Image import Image

_ONE_AT_A_TIME = threading.Lock()


class EasyEngine:
    """Reads with EasyOCR's English models on the CPU; models load at the first read, reads take turns."""

    name = "easyocr"

    def read(self, picture: Image) -> EngineText:
        """The lines of an RGB picture; a sideways page is turned and read again.

        Raises Unavailable ``ocr_unavailable`` where the extra or its models are not installed.
        """
        with _ONE_AT_A_TIME:
            lines = _run(picture)
            turns = quarter_turns(lines, ())
            if turns:
                lines = _run(picture.rotate(-90 * turns, expand=True))
        return EngineText(lines, self.name, _version(), turned=90 * turns)


def _run(picture: Image) -> tuple[Line, ...]:
    import numpy as np

    found = _reader().readtext(np.ascontiguousarray(np.asarray(picture)))
    return tuple(_line(text, box, score) for box, text, score in found if text.strip())


def _line(text: str, box: Sequence[Sequence[float]], score: float) -> Line:
    one, two, three, four = ((float(x), float(y)) for x, y in box)
    return Line(text.strip(), (one, two, three, four), max(0, min(1000, round(float(score) * 1000))))


@lru_cache(maxsize=1)
def _reader() -> Any:
    """Build the reader from installed files alone; only the caller that holds the lock comes here."""
    try:
        easyocr = import_module("easyocr")
        models = import_module("easyocr_en_models").model_dir()
        return easyocr.Reader(
            ["en"],
            gpu=False,
            model_storage_directory=models,
            user_network_directory=models,
            download_enabled=False,
            verbose=False,
        )
    except ImportError as missing:
        raise Unavailable("easyocr is not installed", code="ocr_unavailable") from missing
    except (OSError, ValueError) as incomplete:  # what it raises where a model file is not there
        raise Unavailable("easyocr has no models here", code="ocr_unavailable") from incomplete


@lru_cache(maxsize=1)
def _version() -> str:
    return f"easyocr {version('easyocr')} craft_mlt_25k english_g2"
