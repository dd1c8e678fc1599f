"""What happens to paper and photos: each damage is drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_TABLE = 176
"""The grey of what lies around the paper."""


def degrade(picture: Image, condition: str, random: Random) -> bytes:
    """A picture as JPEG after one of ``CONDITIONS``, or "mixed"; raises KeyError for an unknown one."""
    if condition == "mixed":
        condition = random.choice(sorted(CONDITIONS))
    return CONDITIONS[condition](
        picture.convert("L") if condition in _GREY else picture.convert("RGB"), random
    )


def _jpeg(picture: Image, quality: int = 88) -> bytes:
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _lean(picture: Image, degrees: float) -> Image:
    from PIL import Image as pillow

    fill = _TABLE if picture.mode == "L" else (_TABLE,) * 3
    return picture.rotate(degrees, pillow.Resampling.BICUBIC, expand=True, fillcolor=fill)


def _bend(picture: Image, random: Random) -> Image:
    """Seen from one side and above: the far edge is shorter."""
    from PIL import Image as pillow

    width, height = picture.size
    near = 0.06 * width
    corners = [
        (random.uniform(0, near), random.uniform(0, near)),
        (width - random.uniform(0, near), random.uniform(0, near)),
        (width + random.uniform(0, near), height - random.uniform(0, near)),
        (-random.uniform(0, near), height - random.uniform(0, near)),
    ]
    fill = _TABLE if picture.mode == "L" else (_TABLE,) * 3
    numbers = _homography(corners, [(0, 0), (width, 0), (width, height), (0, height)])
    return picture.transform(
        picture.size, pillow.Transform.PERSPECTIVE, numbers, pillow.Resampling.BICUBIC, fillcolor=fill
    )


def _homography(seen: list[tuple[float, float]], flat: list[tuple[float, float]]) -> tuple[float, ...]:
    """The eight numbers that take a place on the new picture to its place on the old one."""
    import numpy as np

    rows, right = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return tuple(float(n) for n in np.linalg.solve(np.array(rows), np.array(right)))


def _shade(picture: Image, random: Random, darkest: tuple[int, int] = (70, 130)) -> Image:
    """A shadow from one side."""
    from PIL import Image as pillow
    from PIL import ImageChops

    ramp = pillow.linear_gradient("L").rotate(90 * random.randrange(4)).resize(picture.size)
    low = random.randrange(*darkest)
    shade = ramp.point([low + value * (255 - low) // 255 for value in range(256)])
    return ImageChops.multiply(picture, shade.convert(picture.mode))


def _grain(picture: Image, random: Random, strength: float) -> Image:
    """Noise from a seeded source (Pillow's own cannot be seeded)."""
    from PIL import Image as pillow

    noise = pillow.frombytes("L", picture.size, random.randbytes(picture.width * picture.height))
    return pillow.blend(picture, noise.convert(picture.mode), strength)


def _blur(picture: Image, radius: float) -> Image:
    from PIL import ImageFilter

    return picture.filter(ImageFilter.GaussianBlur(radius))


def _faint(picture: Image, random: Random) -> bytes:
    low = random.randrange(120, 165)
    return _jpeg(picture.point([low + value * (250 - low) // 255 for value in range(256)]))


def _photo(picture: Image, random: Random) -> bytes:
    """Perspective, a lean of up to four degrees, shadow, a little blur, and hard JPEG."""
    seen = _lean(_bend(picture, random), random.uniform(-4, 4))
    return _jpeg(_blur(_grain(_shade(seen, random, (95, 150)), random, 0.05), 0.9), 60)


_GREY = {"faint", "noise", "photo", "shadow"}
CONDITIONS: dict[str, Callable[[Image, Random], bytes]] = {
    "clean": lambda picture, random: _jpeg(picture),
    "tilt": lambda picture, random: _jpeg(_lean(picture, random.uniform(2, 7) * random.choice((1, -1)))),
    "turn": lambda picture, random: _jpeg(_lean(picture, random.choice((90, 180, 270)))),
    "perspective": lambda picture, random: _jpeg(_bend(picture, random)),
    "shadow": lambda picture, random: _jpeg(_shade(picture, random)),
    "blur": lambda picture, random: _jpeg(_blur(picture, random.uniform(0.8, 1.4))),
    "noise": lambda picture, random: _jpeg(_grain(picture, random, random.uniform(0.12, 0.3))),
    "faint": _faint,
    "jpeg": lambda picture, random: _jpeg(picture, random.randrange(18, 35)),
    "photo": _photo,
}
FIXED: dict[str, Callable[[Image, Random], bytes]] = {
    "tilt7": lambda picture, random: _jpeg(_lean(picture, 7)),
    "turn90": lambda picture, random: _jpeg(_lean(picture, 90)),
    "turn180": lambda picture, random: _jpeg(_lean(picture, 180)),
    "turn270": lambda picture, random: _jpeg(_lean(picture, 270)),
    "shadow": CONDITIONS["shadow"],
    "photo": CONDITIONS["photo"],
}
"""Damages by exact size, for copies of a labelled folder: the set that is compared with the clean one."""
