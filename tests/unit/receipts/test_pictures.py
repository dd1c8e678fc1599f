"""Every accepted form decodes upright, small enough, and with its true size."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from shared.core.errors import Invalid, Unavailable
from shared.receipts import read_receipt
from shared.receipts.headers import Kind, pixel_size, sniff
from shared.receipts.image import READ_PIXELS, READ_SIDE, decode
from tests.unit.receipts.support import TODAY, ScriptedEngine, image_bytes, pdf_with_text


@pytest.mark.parametrize(
    ("form", "options", "kind"),
    [
        ("JPEG", {}, Kind.JPEG),
        ("JPEG", {"progressive": True}, Kind.JPEG),
        ("PNG", {}, Kind.PNG),
        ("WEBP", {}, Kind.WEBP),
        ("WEBP", {"lossless": True}, Kind.WEBP),
        ("WEBP", {"exif": Image.Exif()}, Kind.WEBP),
    ],
)
def test_the_header_tells_kind_and_size(form: str, options: dict[str, object], kind: Kind) -> None:
    content = image_bytes(form, (437, 611), **options)
    assert sniff(content) is kind
    assert pixel_size(kind, content) == (437, 611)
    picture = decode(kind, content)
    assert picture.colour.size == (437, 611)
    assert (picture.colour.mode, picture.full.mode) == ("RGB", "L")


def test_heic_round_trip() -> None:
    import pillow_heif

    buffer = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (300, 500), (200, 30, 30))).save(buffer)
    content = buffer.getvalue()
    assert sniff(content) is Kind.HEIC
    picture = decode(Kind.HEIC, content)
    assert picture.colour.size == (300, 500)
    red, green, _ = picture.colour.getpixel((150, 250))  # type: ignore[misc]
    assert red > 150 > green


def test_the_exif_note_turns_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(Kind.JPEG, image_bytes("JPEG", (600, 400), exif=exif))
    assert picture.colour.size == (400, 600)


def test_a_broken_exif_note_is_ignored() -> None:
    content = image_bytes("JPEG", (400, 600), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert decode(Kind.JPEG, content).colour.size == (400, 600)


def test_what_is_see_through_becomes_paper() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(buffer, "PNG")
    assert decode(Kind.PNG, buffer.getvalue()).colour.getpixel((50, 50)) == (255, 255, 255)


def test_a_large_scan_is_shrunk_for_reading_and_keeps_its_true_size() -> None:
    picture = decode(Kind.JPEG, image_bytes("JPEG", (4961, 7016), quality=30))
    assert (picture.width, picture.height) == (4961, 7016)
    assert max(picture.colour.size) <= READ_SIDE
    assert picture.colour.width * picture.colour.height <= 1.01 * READ_PIXELS
    assert picture.full.width * picture.full.height < 10_000_000


def test_a_pdf_with_text_needs_no_engine() -> None:
    engine = ScriptedEngine("never asked")
    content = pdf_with_text("MAJI PLUMBING LTD", "DATE 12/03/2026", "TOTAL KES 1,250.00", "CASH 1,250.00")
    reading = read_receipt(content, engines=[engine], today=TODAY)
    assert (engine.calls, reading.engine, reading.kind) == (0, "pdf_text", "pdf")
    assert reading.fields.merchant == "MAJI PLUMBING LTD"
    assert reading.fields.total_cents == 125_000
    assert str(reading.fields.date) == "2026-03-12"


def test_a_scanned_pdf_is_drawn_and_read_page_by_page() -> None:
    pages = [Image.new("RGB", (600, 900), "white") for _ in range(3)]
    buffer = BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:])
    engine = ScriptedEngine("TOTAL 10.00")
    reading = read_receipt(buffer.getvalue(), engines=[engine], today=TODAY)
    assert (engine.calls, reading.pages, reading.engine) == (3, 3, "scripted")


def test_an_engine_that_cannot_run_passes_its_turn() -> None:
    class Absent(ScriptedEngine):
        def read(self, picture: Image.Image) -> object:  # type: ignore[override]
            raise Unavailable("not here", code="ocr_unavailable")

    second = ScriptedEngine("TOTAL 10.00", name="second")
    reading = read_receipt(image_bytes("PNG"), engines=[Absent(), second], today=TODAY)  # type: ignore[list-item]
    assert reading.engine == "second"
    with pytest.raises(Unavailable) as failed:
        read_receipt(image_bytes("PNG"), engines=[Absent()], today=TODAY)  # type: ignore[list-item]
    assert failed.value.code == "ocr_unavailable"


def test_nothing_read_is_a_review_and_not_an_error() -> None:
    reading = read_receipt(image_bytes("PNG"), engines=[ScriptedEngine()], today=TODAY)
    assert reading.decision == "review"
    assert "nothing_read" in reading.reasons
    assert reading.fields.total_cents is None


@pytest.mark.parametrize(("size", "code"), [((8, 8), None), ((7000, 6000), "receipt_pixels")])
def test_pictures_inside_a_pdf_may_be_tiny_but_not_huge(size: tuple[int, int], code: str | None) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 400))
    canvas.drawImage(ImageReader(Image.new("L", size, 128)), 20, 350, 40, 40)
    canvas.drawString(20, 300, "MAJI PLUMBING LTD TOTAL KES 1,250.00")
    canvas.save()
    if code is None:
        assert read_receipt(buffer.getvalue(), engines=[], today=TODAY).fields.total_cents == 125_000
        return
    with pytest.raises(Invalid) as refused:
        read_receipt(buffer.getvalue(), engines=[], today=TODAY)
    assert refused.value.code == code
