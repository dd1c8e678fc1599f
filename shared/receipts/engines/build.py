"""The engines of this machine that a setting names, in its order."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.errors import Invalid
from shared.receipts.engines.port import Engine


def build_engines(names: str) -> tuple[Engine, ...]:
    """Engines in the order of a setting such as ``"rapidocr,tesseract"``; optional ones where installed.

    Raises Invalid ``settings_invalid`` for an unknown name. Models load at the first read, not here.
    """
    engines: list[Engine] = []
    for name in filter(None, (part.strip().lower() for part in names.split(","))):
        engines += _build(name)
    return tuple(engines)


def _build(name: str) -> Sequence[Engine]:
    if name == "rapidocr":
        from shared.receipts.engines.rapid import RapidEngine

        return [RapidEngine()]
    if name == "tesseract":
        from shared.receipts.engines.tesseract import TesseractEngine, tesseract_installed

        return [TesseractEngine()] if tesseract_installed() else []
    if name == "easyocr":
        from shared.receipts.engines.easy import EasyEngine

        return [EasyEngine()]
    raise Invalid("settings_invalid", f"OCR_ENGINES names an unknown engine '{name}'")
