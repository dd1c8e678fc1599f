"""How far a page leans, told by its pixels: for engines that want level lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST = 900
"""Leans of up to nine degrees are looked for, in hundredths of a degree."""
WORTH_LEVELLING = 60
"""Under this a page is level enough for every engine."""
_COARSE, _FINE = 100, 25
_SIDE = 500
_CLEARLY = 1.05
"""A lean must show: on a blank or crumpled page every angle is as good."""


def lean_of(picture: Image) -> int:
    """The lean in hundredths of a degree, clockwise positive: where rows of ink and of paper differ most."""
    import numpy as np
    from PIL import Image as pillow

    grey = picture.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    ink = pillow.fromarray((np.asarray(grey) < np.asarray(grey).mean() - 20).astype(np.uint8) * 255)

    def sharpness(angle: int) -> float:
        rows = np.asarray(ink.rotate(angle / 100, pillow.Resampling.NEAREST), dtype=float).sum(axis=1)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    best = max(range(-MOST, MOST + 1, _COARSE), key=sharpness)
    fine = max(range(best - _COARSE, best + _COARSE + 1, _FINE), key=sharpness)
    return fine if sharpness(fine) > _CLEARLY * sharpness(0) else 0


def levelled(picture: Image, lean: int) -> Image:
    """The page turned back by its lean (hundredths of a degree), on white."""
    from PIL.Image import Resampling

    fill = 255 if picture.mode == "L" else (255, 255, 255)
    return picture.rotate(lean / 100, Resampling.BICUBIC, expand=True, fillcolor=fill)
