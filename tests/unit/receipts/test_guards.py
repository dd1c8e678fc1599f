"""Hostile files are refused by their headers: a stable code, no engine, no time, no memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.core.errors import Invalid
from shared.receipts import read_receipt
from shared.receipts.headers import MAX_BYTES
from tests.unit.receipts.support import (
    TODAY,
    ScriptedEngine,
    image_bytes,
    pdf_with_text,
    png_bomb,
)

_JPEG = image_bytes("JPEG")
_PNG = image_bytes("PNG")

_HOSTILE = {
    "empty": (b"", "receipt_empty"),
    "text": (b"hello, I am a receipt", "receipt_unsupported_type"),
    "executable": (b"MZ\x90\x00" + bytes(200), "receipt_unsupported_type"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "receipt_unsupported_type"),
    "zip": (b"PK\x03\x04" + bytes(60), "receipt_unsupported_type"),
    "gif": (image_bytes("GIF"), "receipt_unsupported_type"),
    "avif brand": (
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + bytes(40),
        "receipt_unsupported_type",
    ),
    "too many bytes": (_JPEG + bytes(MAX_BYTES), "receipt_too_large"),
    "png bomb": (png_bomb(12_000, 12_000), "receipt_pixels"),
    "png of four billion": (png_bomb(2**31 - 1, 2**31 - 1), "receipt_pixels"),
    "png of no size": (png_bomb(0, 0), "receipt_too_small"),
    "strip": (png_bomb(1500, 2), "receipt_too_small"),
    "thin": (png_bomb(5000, 100), "receipt_too_thin"),
    "png cut in its header": (_PNG[:20], "receipt_truncated"),
    "png cut in its picture": (_PNG[: len(_PNG) // 2], "receipt_truncated"),
    "jpeg of three bytes": (_JPEG[:3], "receipt_truncated"),
    "jpeg cut in its header": (_JPEG[:40], "receipt_truncated"),
    "jpeg cut in its picture": (_JPEG[: len(_JPEG) * 2 // 3], "receipt_truncated"),
    "webp cut": (image_bytes("WEBP")[:24], "receipt_truncated"),
    "pdf with a password": (pdf_with_text("TOTAL 10.00", password="secret"), "receipt_password"),
    "pdf of 21 pages": (pdf_with_text("x", pages=21), "receipt_pages"),
    "pdf of nothing": (b"%PDF-1.7\n%%EOF", "receipt_damaged"),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_refused_with_a_stable_code_before_any_engine(name: str) -> None:
    content, code = _HOSTILE[name]
    engine = ScriptedEngine("TOTAL 10.00")
    started = time.process_time()
    with pytest.raises(Invalid) as refused:
        read_receipt(content, engines=[engine], today=TODAY)
    assert refused.value.code == code
    assert engine.calls == 0
    assert time.process_time() - started < 1.5  # the first use of a decoder imports it


def test_a_jpeg_whose_frame_claims_to_be_huge_is_refused() -> None:
    at = _JPEG.index(b"\xff\xc0")
    content = _JPEG[: at + 5] + b"\xff\xff\xff\xff" + _JPEG[at + 9 :]
    with pytest.raises(Invalid) as refused:
        read_receipt(content, engines=[], today=TODAY)
    assert refused.value.code == "receipt_pixels"


def test_animated_pictures_are_refused() -> None:
    from io import BytesIO

    from PIL import Image

    frames = [Image.new("RGB", (64, 64), shade) for shade in ("white", "black", "white")]
    for form in ("WEBP", "PNG"):
        buffer = BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:], duration=100)
        with pytest.raises(Invalid) as refused:
            read_receipt(buffer.getvalue(), engines=[], today=TODAY)
        assert refused.value.code == "receipt_animated", form


def test_a_bomb_is_refused_without_loading_a_decoder_or_memory() -> None:
    """In a fresh process: neither Pillow nor the engine is imported, and the peak stays that of Python."""
    script = """
import resource, sys
from datetime import date
from tests.unit.receipts.support import png_bomb
for name in [name for name in sys.modules if name.split('.')[0] in {'PIL', 'numpy', 'cv2'}]:
    del sys.modules[name]
from shared.core.errors import Invalid
from shared.receipts import build_engines, read_receipt
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_receipt(png_bomb(12000, 12000), engines=build_engines('rapidocr'), today=date(2026, 1, 1))
except Invalid as refused:
    assert refused.code == 'receipt_pixels', refused.code
loaded = sorted({'PIL', 'numpy', 'cv2', 'rapidocr', 'onnxruntime', 'pypdfium2'} & set(sys.modules))
print(loaded, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    loaded, grown = done.stdout.strip().rsplit(" ", 1)
    assert loaded == "[]"
    assert int(grown) < 16
