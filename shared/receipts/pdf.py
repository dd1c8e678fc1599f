"""PDF receipts: the text that the file already holds, else its pages as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.errors import Invalid
from shared.receipts.image import MAX_PIXELS, READ_SIDE, check_size
from shared.receipts.model import EngineText, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

MAX_PAGES = 20
_ENOUGH_TEXT = 24
"""Letters a page must hold before its text is believed to be the receipt and not a scanner's stamp."""
_MAX_LINES = 2000
_MAX_SCALE = 300 / 72


@dataclass(frozen=True)
class Drawn:
    """One page as drawn, and its own text where it has any."""

    image: Image
    text: EngineText | None


def draw_pages(content: bytes) -> Iterator[Drawn]:
    """Every page of a PDF, drawn at reading size, one at a time; pdf_apart.py calls this in a process apart.

    Raises Invalid ``receipt_password``, ``receipt_pages`` (none, or over MAX_PAGES), ``receipt_damaged``,
    and those of image.check_size for the page and for each picture inside it.
    """
    import pypdfium2

    try:
        yield from _pages(pypdfium2, content)
    except pypdfium2.PdfiumError as broken:
        raise _explained(broken) from broken


def _pages(pdfium: Any, content: bytes) -> Iterator[Drawn]:
    document = pdfium.PdfDocument(content)
    try:
        if not 1 <= len(document) <= MAX_PAGES:
            raise Invalid("receipt_pages", f"a receipt has 1 to {MAX_PAGES} pages, this has {len(document)}")
        for number in range(len(document)):
            yield _page(pdfium, document[number])
    finally:
        document.close()


def _page(pdfium: Any, page: Any) -> Drawn:
    scale = _scale(*page.get_size())
    _check_pictures(pdfium, page)
    image = page.render(scale=scale).to_pil()
    lines = _lines(page, scale, image.height)
    if sum(len(line.text) for line in lines) < _ENOUGH_TEXT:
        return Drawn(image, None)
    return Drawn(image, EngineText(lines, "pdf_text", f"pypdfium2 {pdfium.PYPDFIUM_INFO.version}"))


def _scale(width: float, height: float) -> float:
    """Pixels per point, so that the longer side is at most READ_SIDE."""
    if not (width > 0 and height > 0):
        raise Invalid("receipt_damaged", "a page has no size")
    scale = min(READ_SIDE / max(width, height), _MAX_SCALE)
    check_size(round(width * scale), round(height * scale))
    return scale


def _check_pictures(pdfium: Any, page: Any) -> None:
    """A small page may embed a huge picture, which drawing would unpack; logos and rules may be tiny."""
    for found in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        width, height = found.get_px_size()
        if width * height > MAX_PIXELS:
            raise Invalid(
                "receipt_pixels", f"a picture of {width} x {height} pixels inside the PDF is too large"
            )


def _lines(page: Any, scale: float, height: int) -> tuple[Line, ...]:
    text = page.get_textpage()
    try:
        count = min(text.count_rects(), _MAX_LINES)
        boxes = [text.get_rect(index) for index in range(count)]
        return tuple(
            _line(words, box, scale, height)
            for box in boxes
            if (words := _words(text, box)) and box[1] < box[3]
        )
    finally:
        text.close()


def _words(text: Any, box: tuple[float, float, float, float]) -> str:
    return " ".join(str(text.get_text_bounded(*box)).split())


def _line(words: str, box: tuple[float, float, float, float], scale: float, height: int) -> Line:
    """PDF measures upwards from the bottom; rows are built downwards from the top."""
    left, right = box[0] * scale, box[2] * scale
    top, bottom = height - box[3] * scale, height - box[1] * scale
    return Line(words, ((left, top), (right, top), (right, bottom), (left, bottom)), 1000)


def _explained(broken: Exception) -> Invalid:
    if "password" in str(broken).lower():
        return Invalid("receipt_password", "the PDF is locked with a password: send it unlocked")
    return Invalid("receipt_damaged", "the PDF cannot be opened")
