"""How the simulated readers see: RapidOCR looks at the picture that was sent, so what they say is true."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from shared.receipts.model import EngineText

Eyes = Callable[[bytes], tuple[EngineText, tuple[int, int]]]
"""From the bytes of a picture to its lines, and its width and height in pixels; ValueError for none."""
MAX_PIXELS = 75_000_000
"""Cloud Vision, "Quotas and limits"; a larger picture is refused here, there it is shrunk."""


def see(content: bytes) -> tuple[EngineText, tuple[int, int]]:
    """What RapidOCR reads, and the size of the picture set upright; raises ValueError for no picture."""
    from PIL import Image

    from shared.receipts.engines.rapid import RapidEngine

    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError("the picture is too large")
            picture = image.convert("RGB")
    except (OSError, SyntaxError) as error:
        raise ValueError("bad image data") from error
    text = RapidEngine().read(picture)
    return text, picture.size if text.turned % 180 == 0 else picture.size[::-1]
