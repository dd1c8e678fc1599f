"""The QR code of a pay address: a plain web address, which every phone's camera opens."""

from __future__ import annotations

import io
from typing import Literal

Picture = Literal["svg", "png"]
TYPES: dict[Picture, str] = {"svg": "image/svg+xml", "png": "image/png"}


def draw(url: str, picture: Picture) -> bytes:
    """The code of ``url``: error correction M, the quiet zone of four modules that ISO/IEC 18004 asks for."""
    import segno

    code = segno.make(url, error="m", micro=False)
    out = io.BytesIO()
    code.save(out, kind=picture, scale=8, border=4, **({"nl": False} if picture == "svg" else {}))
    return out.getvalue()
