"""RapidOCR: PP-OCR models inside a wheel, read by onnxruntime; no network, no key (docs/decisions/0003)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shared.core.errors import Unavailable
from shared.receipts.engines.turn import quarter_turns
from shared.receipts.model import EngineText, Line

if TYPE_CHECKING:
    from PIL.Image import Image


_ONE_AT_A_TIME = threading.Lock()
"""The reader is one a process and keeps the last page's directions: two pages must not meet in it."""


class RapidEngine:
    """The offline default. Models load at the first read, once a process; reads take turns.

    Args:
        turn: set a page upright whose lines stand sideways or upside down; off only to measure its worth.
    """

    name = "rapidocr"

    def __init__(self, *, turn: bool = True) -> None:
        self._turn = turn

    def read(self, picture: Image) -> EngineText:
        """The lines of an RGB picture; a sideways or upside-down page is turned and read again."""
        with _ONE_AT_A_TIME:
            lines, flipped = _run(picture)
            turns = quarter_turns(lines, flipped) if self._turn else 0
            if turns:
                lines, _ = _run(picture.rotate(-90 * turns, expand=True))
        return EngineText(lines, self.name, _version(), turned=90 * turns)


def _run(picture: Image) -> tuple[tuple[Line, ...], tuple[bool, ...]]:
    """One pass: lines, and for each text region whether the line-direction model saw it upside down."""
    import numpy as np

    # The models were trained on OpenCV's channel order, and numpy views need a copy to be contiguous.
    pixels = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
    reader = _reader()
    reader.flipped = ()
    output = reader(pixels)
    if output.txts is None or output.boxes is None:
        return (), ()
    lines = tuple(
        _line(text, box, score)
        for text, box, score in zip(output.txts, output.boxes.tolist(), output.scores, strict=True)
    )
    return lines, tuple(reader.flipped)


def _line(text: str, box: Sequence[Sequence[float]], score: float) -> Line:
    one, two, three, four = ((float(x), float(y)) for x, y in box)
    return Line(text.strip(), (one, two, three, four), round(float(score) * 1000))


@lru_cache(maxsize=1)
def _reader() -> Any:
    """Build the reader; only the caller that holds the engine's lock comes here."""
    try:
        from rapidocr import RapidOCR
    except ImportError as missing:
        raise Unavailable("rapidocr is not installed", code="ocr_unavailable") from missing

    class Watching(RapidOCR):
        """Keeps what the line-direction model said, which the library's result leaves out."""

        flipped: Sequence[bool] = ()

        def cls_and_rotate(self, img: Any) -> Any:
            images, result = super().cls_and_rotate(img)
            self.flipped = [label == "180" and score > 0.9 for label, score in result.cls_res or ()]
            return images, result

    return Watching(params={"Global.log_level": "critical"})


@lru_cache(maxsize=1)
def _version() -> str:
    from importlib.metadata import version

    return f"rapidocr {version('rapidocr')} PP-OCRv6 small"
