"""Files that are no receipt, by what is wrong with them: each with the reason that it must be refused for."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

SIDE = 12_000
"""Pixels: 432 MB of colour from a file of a few hundred kB."""
_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + bytes(3) + b"\xff\xff\xff," + bytes(10) + b"\x02\x02D\x01\x00;"


def refused_at_the_door() -> dict[str, tuple[bytes, str]]:
    """Content whose first bytes say already that it is no receipt -> its code."""
    unsupported = "receipt_unsupported_type"
    return {
        "empty": (b"", "receipt_empty"),
        "one byte": (b"\xff", unsupported),
        "text": (b"please pay me KES 1,000,000", unsupported),
        "zeros": (b"\x00" * 5000, unsupported),
        "web page": (b"<html><script>alert(1)</script></html>", unsupported),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', unsupported),
        "gif": (_GIF, unsupported),
        "gif and script": (b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)", unsupported),
        "zip": (_zip(), unsupported),
        "program": (b"\x7fELF\x02\x01\x01" + b"\x00" * 64, unsupported),
        "json": (b'{"total_cents": 100}', unsupported),
        "bmp": (b"BM" + b"\x00" * 60, unsupported),
        "tiff": (b"II*\x00" + b"\x00" * 60, unsupported),
        "half a png mark": (b"\x89PNG\r\n", unsupported),
        "riff but no webp": (b"RIFF\x24\x00\x00\x00WAVEfmt ", unsupported),
        "avif": (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", unsupported),
    }


def refused_on_reading() -> dict[str, tuple[bytes, str]]:
    """Content that passes for a picture or a PDF until it is opened -> its code."""
    jpeg = picture("JPEG")
    return {
        "png bomb": (png_bomb(), "receipt_pixels"),
        "png that claims four billion": (_png(2**31 - 1, 2**31 - 1), "receipt_pixels"),
        "png of no size": (_png(0, 0), "receipt_too_small"),
        "png of one row": (_png(1500, 2), "receipt_too_small"),
        "png strip": (_png(5000, 40), "receipt_too_thin"),
        "png that is animated": (_png(100, 100, b"acTL"), "receipt_animated"),
        "png with its header only": (_png(100, 100)[:33], "receipt_damaged"),
        "jpeg cut in half": (jpeg[: len(jpeg) // 2], "receipt_truncated"),
        "jpeg cut in its header": (jpeg[:12], "receipt_truncated"),
        "jpeg mark and a pdf": (b"\xff\xd8\xff" + pdf(), "receipt_truncated"),
        "webp cut in half": (picture("WEBP")[:4000], "receipt_damaged"),
        "heic of nothing": (
            b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64,
            "receipt_damaged",
        ),
        "pdf with a password": (pdf(password="secret"), "receipt_password"),
        "pdf of nothing": (b"%PDF-1.7\n%%EOF", "receipt_damaged"),
        "pdf cut in half": (pdf()[:150], "receipt_damaged"),
        "pdf of 21 pages": (pdf(pages=21), "receipt_pages"),
        "pdf around a bomb": (pdf_around(packed(b"\x00" * (3 * SIDE), SIDE)), "receipt_pixels"),
        "web page with a pdf mark": (b"<html>%PDF-1.4<script>alert(1)</script></html>", "receipt_damaged"),
        "zip with a pdf mark": (b"%PDF-1.4\n" + _zip(), "receipt_damaged"),
    }


@cache
def picture(form: str) -> bytes:
    """A picture of noise, so that half of it is really half."""
    from PIL import Image

    noise = random.Random(7).randbytes(300 * 400)
    buffer = io.BytesIO()
    Image.frombytes("L", (300, 400), noise).save(buffer, form)
    return buffer.getvalue()


@cache
def png_bomb() -> bytes:
    """A complete, valid PNG of SIDE x SIDE colour pixels, all black, made row by row."""
    return _png(SIDE, SIDE, data=packed(b"\x00" * (1 + 3 * SIDE), SIDE))


@cache
def packed(row: bytes, times: int) -> bytes:
    """``row`` so many times over, compressed piece by piece: the whole never stands in memory."""
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(row) for _ in range(times)), packer.flush()])


def _png(width: int, height: int, *extra: bytes, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join([b"\x89PNG\r\n\x1a\n", *_chunks(head, extra, data or zlib.compress(b"\x00" * 64))])


def _chunks(head: bytes, extra: tuple[bytes, ...], data: bytes) -> Iterator[bytes]:
    for name, body in [
        (b"IHDR", head),
        *((name, b"\x00" * 8) for name in extra),
        (b"IDAT", data),
        (b"IEND", b""),
    ]:
        yield struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@cache
def pdf(*, password: str = "", pages: int = 1) -> bytes:
    """A PDF of empty pages, locked where a password is given."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(300, 500)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@cache
def pdf_around(picture: bytes, drawing: bytes = b"") -> bytes:
    """A PDF of one page that draws a SIDE x SIDE picture (compressed pixels), or follows ``drawing``."""
    image = (
        f"/Subtype /Image /Width {SIDE} /Height {SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8".encode()
    )
    page = b"/Type /Page /Parent 2 0 R /MediaBox [0 0 300 500] /Contents 4 0 R"
    holds = b" /Resources << /XObject << /P 5 0 R >> >>"
    draw = drawing or zlib.compress(b"q 300 0 0 500 0 0 cm /P Do Q")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< " + page + holds + b" >>",
        _stream(b"", draw),
        _stream(image, picture),
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 6 >>\n%%EOF"


def _stream(about: bytes, data: bytes) -> bytes:
    head = b"<< /Filter /FlateDecode /Length %d " % len(data)
    return head + about + b" >>\nstream\n" + data + b"\nendstream"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("receipt.jpg", b"\xff\xd8\xff")
    return buffer.getvalue()
