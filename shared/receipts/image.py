"""Pictures: refused by their headers, then decoded as small as reading allows."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING

from shared.core.errors import Invalid
from shared.receipts.headers import Kind, is_animated, pixel_size

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

MAX_PIXELS = 40_000_000
"""An A4 page scanned at 600 dpi holds 35 million; a phone photo 12 to 16."""
MIN_SIDE = 32
MAX_ASPECT = 12
"""A strip of 1500 x 2 pixels cost the engine 54 s and 7 GB (reference figures in docs/decisions/0003)."""
READ_SIDE = 2000
"""The engine shrinks the longer side to this itself; doing it first saves the memory."""
READ_PIXELS = 2_300_000
"""A whole page is shrunk to this: the detector's memory grows with the area (825 MiB at 2.8 million)."""
CODE_PIXELS = 16_000_000
"""Bar codes are looked for at full size up to here; above it a JPEG is decoded at half scale."""

_ORIENTATION = 0x0112
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    RuntimeError,
    MemoryError,
    struct.error,
)
"""What the decoders of Pillow and libheif raise on hostile bytes (found by fuzzing)."""


@dataclass(frozen=True)
class Picture:
    """A decoded page: ``full`` in grey for bar codes, ``colour`` (RGB, up to READ_SIDE) for text."""

    full: Image
    colour: Image
    width: int
    height: int


def check_size(width: int, height: int) -> None:
    """Refuse a size in pixels that cannot be a receipt or would cost too much.

    Raises Invalid ``receipt_pixels`` (too many, or none), ``receipt_too_small``, ``receipt_too_thin``.
    """
    if width * height > MAX_PIXELS:
        raise Invalid("receipt_pixels", f"{width} x {height} pixels are over {MAX_PIXELS // 10**6} million")
    if min(width, height) < MIN_SIDE:
        raise Invalid("receipt_too_small", f"{width} x {height} pixels hold no readable text")
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise Invalid("receipt_too_thin", f"{width} x {height} pixels are a strip, not a receipt")


def decode(kind: Kind, content: bytes) -> Picture:
    """Decode one guarded picture, upright by its own EXIF note.

    Raises Invalid: those of check_size, ``receipt_animated``, ``receipt_truncated``, ``receipt_damaged``.
    """
    if kind is Kind.HEIC:
        return _decode_heic(content)
    claimed = pixel_size(kind, content)
    check_size(*claimed)
    if is_animated(kind, content):
        raise Invalid("receipt_animated", "send a still picture")
    return _guarded(lambda: _decode_pillow(kind, content, claimed))


def picture_of(image: Image, *, width: int, height: int) -> Picture:
    """The two views that reading needs; ``width`` and ``height`` are those of the original in pixels."""
    from PIL.Image import Resampling

    colour = image if image.mode == "RGB" else _on_white(image)
    full = colour.convert("L")
    shrink = min(READ_SIDE / max(colour.size), sqrt(READ_PIXELS / (colour.width * colour.height)))
    if shrink < 1:
        size = (max(1, round(colour.width * shrink)), max(1, round(colour.height * shrink)))
        colour = colour.resize(size, Resampling.LANCZOS, reducing_gap=2.0)
    return Picture(full, colour, width, height)


def _decode_pillow(kind: Kind, content: bytes, claimed: tuple[int, int]) -> Picture:
    from PIL import Image

    with Image.open(BytesIO(content), formats=[kind.value.upper()]) as image:
        if image.size != claimed:
            raise Invalid("receipt_damaged", "the file claims two different sizes")
        if claimed[0] * claimed[1] > CODE_PIXELS:
            image.draft("RGB", (claimed[0] // 2, claimed[1] // 2))
        turn = _exif_turn(image)
        image.load()
        upright = image.transpose(turn) if turn is not None else image
        return picture_of(upright, width=claimed[0], height=claimed[1])


def _decode_heic(content: bytes) -> Picture:
    import pillow_heif

    def decoded() -> Picture:
        file = pillow_heif.open_heif(BytesIO(content))  # reads the header; the turn is applied on decoding
        check_size(*file.size)
        return picture_of(file.to_pillow(), width=file.size[0], height=file.size[1])

    return _guarded(decoded)


def _guarded(work: Callable[[], Picture]) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of broken EXIF notes, common and harmless
            return work()
    except _DAMAGE as broken:
        if "truncated" in str(broken).lower() or isinstance(broken, EOFError):
            raise Invalid("receipt_truncated", "the file ends before the picture does") from broken
        raise Invalid("receipt_damaged", "the picture cannot be decoded") from broken


def _exif_turn(image: Image) -> Transpose | None:
    """The turn that an EXIF note asks for; a broken note asks for none."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    try:
        note = image.getexif().get(_ORIENTATION)
    except _DAMAGE:
        return None
    return turns.get(note) if isinstance(note, int) else None


def _on_white(image: Image) -> Image:
    """Any mode as RGB; what is see-through becomes paper."""
    from PIL import Image as pillow

    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = pillow.new("RGB", image.size, "white")
        paper.paste(layers, mask=layers.getchannel("A"))
        return paper
    return image.convert("RGB")
