"""What a file is, its size, and the pixels it claims, read from its first bytes without decoding anything."""

from __future__ import annotations

import struct
from enum import StrEnum

from shared.core.errors import Invalid


class Kind(StrEnum):
    """The forms a receipt may arrive in, named as Pillow names its decoders."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    PDF = "pdf"


MAX_BYTES = 10 * 1024 * 1024
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_NO_LENGTH = frozenset(range(0xD0, 0xD9)) | {0x01}


def check_bytes(content: bytes) -> None:
    """Raises Invalid ``receipt_too_large`` over MAX_BYTES."""
    if len(content) > MAX_BYTES:
        raise Invalid("receipt_too_large", f"a receipt may hold at most {MAX_BYTES // 1024**2} MB")


def sniff(content: bytes) -> Kind:
    """The kind of file by its magic bytes, whatever its name says.

    Raises Invalid ``receipt_empty`` or ``receipt_unsupported_type``.
    """
    if not content:
        raise Invalid("receipt_empty", "the file is empty")
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    if _is_heic(content):
        return Kind.HEIC
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    raise Invalid("receipt_unsupported_type", "send a JPEG, PNG, WebP, HEIC or PDF file")


def _is_heic(content: bytes) -> bool:
    """HEIF files say so in their first box; AVIF shares the box but not the codec."""
    if content[4:8] != b"ftyp" or len(content) < 16:
        return False
    length = min(struct.unpack(">I", content[:4])[0], 128)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, length, 4))}
    return bool(brands & _HEIC_BRANDS) and b"avif" not in brands


def pixel_size(kind: Kind, content: bytes) -> tuple[int, int]:
    """Width and height in pixels that a JPEG, PNG or WebP header claims.

    Raises Invalid ``receipt_truncated`` where the header ends before it says so.
    """
    readers = {Kind.JPEG: _jpeg_size, Kind.PNG: _png_size, Kind.WEBP: _webp_size}
    try:
        return readers[kind](content)
    except (struct.error, IndexError):
        raise Invalid("receipt_truncated", "the file ends inside its own header") from None


def is_animated(kind: Kind, content: bytes) -> bool:
    """Whether a PNG or WebP carries more than one frame (no receipt does, and each costs a decode)."""
    if kind is Kind.PNG:
        return b"acTL" in content[:4096]
    return kind is Kind.WEBP and content[12:16] == b"VP8X" and bool(content[20] & 0x02)


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise Invalid("receipt_damaged", "the PNG file does not begin with its header")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise Invalid("receipt_damaged", "the JPEG file is broken before its first frame")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _NO_LENGTH:
            at += 2
        elif marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + _segment_length(content, at)


def _segment_length(content: bytes, at: int) -> int:
    length: int = struct.unpack(">H", content[at + 2 : at + 4])[0]
    return max(length, 2)


def _webp_size(content: bytes) -> tuple[int, int]:
    chunk = content[12:16]
    if chunk == b"VP8X":
        return _three_bytes(content, 24) + 1, _three_bytes(content, 27) + 1
    if chunk == b"VP8L":
        bits = struct.unpack("<I", content[21:25])[0]
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _three_bytes(content: bytes, at: int) -> int:
    low, middle, high = struct.unpack("<BBB", content[at : at + 3])
    return int(low | middle << 8 | high << 16)
