"""A perceptual hash: whether two files are one picture, saved twice.

It finds re-encoded files and proves nothing: two receipts of one chain may lie as near as a file and its
copy, and a second photo of one receipt lies far from the first (reference figures in docs/decisions/0032).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 16
BITS = SIDE * SIDE
NEAR = 12
"""Bits of BITS by which a re-encoded file may differ."""
_BANDS = 8
_BAND_LETTERS = BITS // _BANDS // 4
_PLAIN = 3
"""A band with fewer bits set, or fewer unset, is blank paper: half of all receipts share it."""


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


def distance(one: str, other: str) -> int:
    """In how many bits two hashes differ; BITS where one of them is missing."""
    if not one or not other:
        return BITS
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(found: str) -> tuple[str, ...]:
    """Pieces of a hash by which near ones are found: those that differ in fewer bits than there are pieces
    share one. Pieces of blank paper are left out."""
    pieces = (found[at : at + _BAND_LETTERS] for at in range(0, len(found), _BAND_LETTERS))
    return tuple(
        f"{number}:{piece}"
        for number, piece in enumerate(pieces)
        if _PLAIN <= int(piece, 16).bit_count() <= BITS // _BANDS - _PLAIN
    )
