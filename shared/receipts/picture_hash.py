"""The perceptual hash of a picture; comparing hashes (shared/receipts/lookalike.py) needs no picture."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from shared.receipts.lookalike import BITS, SIDE

if TYPE_CHECKING:
    from PIL.Image import Image


def picture_hash(picture: Image) -> str:
    """The difference hash of a picture: BITS bits in lower-case hex, each saying where it gets brighter."""
    from PIL.Image import Resampling

    small = picture.convert("L").resize((SIDE + 1, SIDE), Resampling.BOX)
    pixels = small.tobytes()
    bits = 0
    for row in range(SIDE):
        line = pixels[row * (SIDE + 1) : (row + 1) * (SIDE + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (right > left)
    return f"{bits:0{BITS // 4}x}"
