"""Whether the engines of this machine can read: one small picture, once a process.

Models load at the first read, so a missing package shows there and nowhere before. Asked while a function
starts serving, it is found before the first receipt, which then finds the models loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.errors import Unavailable
from shared.receipts.engines.port import Engine

if TYPE_CHECKING:
    from PIL.Image import Image

WORDS = "TOTAL 1250"
_SIZE = (320, 96)
_ready: set[int] = set()
"""The engines that have read here, by identity: they live as long as the process."""


def warm_up(engines: Sequence[Engine]) -> None:
    """Let the first engine read a picture that holds WORDS; one that has done so is not asked again.

    Raises Unavailable ``ocr_unavailable`` when it cannot run, or reads something else. The engines after it
    are there in case of its failure: that they could read makes nothing well.
    """
    if not engines:
        raise Unavailable("no OCR engine is set up", code="ocr_unavailable")
    first = engines[0]
    if id(first) in _ready:
        return
    read = "".join(line.text for line in first.read(_picture()).lines)
    if WORDS.replace(" ", "") not in read.replace(" ", "").upper():
        raise Unavailable(f"{first.name} does not read", code="ocr_unavailable")
    _ready.add(id(first))


def _picture() -> Image:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", _SIZE, "white")
    ImageDraw.Draw(picture).text((20, 24), WORDS, fill="black", font=ImageFont.load_default(40))
    return picture
