"""PDFs are opened apart: what would eat the machine is refused, what is merely large is read."""

from __future__ import annotations

import resource
import zlib
from functools import cache

import pytest

from shared.core.errors import Invalid, Unavailable
from shared.receipts import pdf_apart
from shared.receipts.pdf_apart import read_pages

from .support import pdf_with_text


@cache
def packed(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def pdf_that(drawing: bytes, picture: bytes = b"", side: int = 1) -> bytes:
    """One page that follows packed drawing orders, and may hold one packed square picture in colour."""
    about = b"/Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8" % (side, side)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 500] /Contents 4 0 R"
        b" /Resources << /XObject << /P 5 0 R >> >> >>",
        _stream(b"", drawing),
        _stream(about, picture or packed(b"\x00\x00\x00", 1)),
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 6 >>\n%%EOF"


def _stream(about: bytes, data: bytes) -> bytes:
    return b"<< /Filter /FlateDecode /Length %d %b >>\nstream\n%b\nendstream" % (len(data), about, data)


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as found:
        read_pages(content)
    assert found.value.message
    return found.value.code


def test_text_comes_back_line_by_line_with_its_place() -> None:
    (page,) = read_pages(pdf_with_text("NAIVAS LIMITED  KISUMU", "TOTAL KES 1,160.00"))
    assert page.text is not None
    assert [line.text for line in page.text.lines] == ["NAIVAS LIMITED KISUMU", "TOTAL KES 1,160.00"]
    first, second = page.text.lines
    assert first.centre[1] < second.centre[1]
    assert 0 < first.width < page.picture.width
    assert page.text.engine == "pdf_text"


def test_a_drawn_page_comes_back_as_it_was_drawn() -> None:
    (page,) = read_pages(pdf_that(zlib.compress(b"1 0 0 rg 0 250 300 250 re f")))
    assert page.text is None
    assert page.picture.colour.getpixel((50, 50)) == (255, 0, 0)
    assert page.picture.colour.getpixel((50, page.picture.colour.height - 50)) == (255, 255, 255)


def test_pages_keep_their_order() -> None:
    pages = read_pages(pdf_with_text("one page of a long receipt", pages=5))
    assert len(pages) == 5


def test_a_scan_of_the_largest_size_is_read() -> None:
    side = 6_300  # 39.7 million pixels
    pages = read_pages(
        pdf_that(zlib.compress(b"q 300 0 0 500 0 0 cm /P Do Q"), packed(b"\x80" * (3 * side), side), side)
    )
    assert pages[0].picture.colour.getpixel((50, 50)) == (128, 128, 128)


def test_a_packed_blank_gigabyte_is_refused_and_never_held_here() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(pdf_that(packed(b" " * 100_000, 9_000))) == "receipt_too_complex"
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 50


def test_endless_drawing_is_refused_by_computing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_apart, "CPU_SECONDS", 1)
    assert refusal(pdf_that(packed(b"0 0 m 9 9 l S " * 10_000, 60))) == "receipt_too_complex"


def test_a_machine_too_busy_to_answer_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_apart, "_WAIT_SECONDS", 0.01)
    with pytest.raises(Unavailable):
        read_pages(pdf_with_text("a receipt"))
