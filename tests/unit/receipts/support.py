"""Rows and hostile files for the receipt tests, made without any outside file."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from io import BytesIO

from PIL import Image

from shared.receipts.model import EngineText, Line, Row

TODAY = date(2026, 11, 23)


def rows(*texts: str, score: int = 980, heights: dict[int, float] | None = None) -> tuple[Row, ...]:
    """Rows of one line each, twenty pixels high unless ``heights`` says otherwise."""
    sizes = heights or {}
    return tuple(
        Row((line(text, x=0, y=30.0 * index, score=score),), 0, sizes.get(index, 20.0))
        for index, text in enumerate(texts)
    )


def line(text: str, *, x: float, y: float, height: float = 20.0, score: int = 980) -> Line:
    """A level line whose letters are ten pixels wide."""
    right, bottom = x + 10.0 * len(text), y + height
    return Line(text, ((x, y), (right, y), (right, bottom), (x, bottom)), score)


class ScriptedEngine:
    """An engine that returns given lines, and counts how often it was asked."""

    def __init__(self, *texts: str, name: str = "scripted", trusted: bool = True) -> None:
        self.name = name
        self.calls = 0
        self._lines = tuple(line(text, x=0, y=30.0 * index) for index, text in enumerate(texts))
        self._trusted = trusted

    def read(self, picture: Image.Image) -> EngineText:
        self.calls += 1
        return EngineText(self._lines, self.name, "1", trusted=self._trusted)


def image_bytes(form: str, size: tuple[int, int] = (400, 600), **options: object) -> bytes:
    """A grey picture with a black bar, in any form Pillow writes."""
    image = Image.new("RGB", size, (240, 240, 240))
    image.paste((0, 0, 0), (10, 10, 20, 30))
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A valid PNG header that claims any size, with a few bytes of picture data behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"\x00" * 64))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pdf_with_text(*lines: str, password: str | None = None, pages: int = 1) -> bytes:
    """A PDF with embedded text, locked when a password is given."""
    from pypdf import PdfReader, PdfWriter
    from reportlab.lib.pagesizes import A6
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A6)
    for _ in range(pages):
        for index, text in enumerate(lines):
            canvas.drawString(30, 380 - 18 * index, text)
        canvas.showPage()
    canvas.save()
    if password is None:
        return buffer.getvalue()
    writer = PdfWriter(clone_from=PdfReader(BytesIO(buffer.getvalue())))
    writer.encrypt(password)
    locked = BytesIO()
    writer.write(locked)
    return locked.getvalue()
