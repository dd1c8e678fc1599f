"""How evenly a page is lit, and the paper's own brightness taken out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

UNEVEN = 180
"""From this unevenness on a shadow lies on the page: scans stay under 80, side shadows begin at 250."""
_SMALL = 96
_PAPER = 245


def unevenness(picture: Image) -> int:
    """How much darker the dark parts of the paper are than its bright parts, in thousandths (0 is even)."""
    import numpy as np

    grid = np.asarray(_paper(picture.convert("L").resize((_SMALL, _SMALL))), dtype=float)
    low, high = np.percentile(grid, (5, 95))
    return int(1000 * (high - low) / max(high, 1.0))


def contrast(picture: Image) -> int:
    """The distance of ink from paper in thousandths of the whole range: faint print stays under 400."""
    import numpy as np

    grey = np.asarray(picture.convert("L").resize((_SMALL * 4, _SMALL * 4)), dtype=float)
    low, high = np.percentile(grey, (2, 90))
    return int(1000 * (high - low) / 255)


def evened(picture: Image) -> Image:
    """The picture in grey, divided by its paper: shadows go, letters stay."""
    import numpy as np
    from PIL import Image as pillow

    grey = picture.convert("L")
    size = (max(8, grey.width // 8), max(8, grey.height // 8))
    paper = _paper(grey.resize(size)).resize(grey.size, pillow.Resampling.BILINEAR)
    flat = np.asarray(grey, dtype=np.float32) / np.maximum(np.asarray(paper, dtype=np.float32), 1.0)
    return pillow.fromarray(np.clip(flat * _PAPER, 0, 255).astype(np.uint8), "L")


def _paper(small: Image) -> Any:
    """The brightness of the paper everywhere: letters give way to the brightest neighbour, then smoothed."""
    from PIL import ImageFilter

    return small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))
