"""Perceptual hashes compared: whether two files are one picture, saved twice.

It finds re-encoded files and proves nothing: two receipts of one chain may lie as near as a file and its
copy, and a second photo of one receipt lies far from the first (reference figures in docs/decisions/0032).
"""

from __future__ import annotations

SIDE = 16
BITS = SIDE * SIDE
NEAR = 12
"""Bits of BITS by which a re-encoded file may differ."""
_BANDS = 8
_BAND_LETTERS = BITS // _BANDS // 4
_PLAIN = 3
"""A band with fewer bits set, or fewer unset, is blank paper: half of all receipts share it."""


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
