"""PDFs are opened in a process apart, with its own limits of memory and computing time.

pdfium unpacks and draws whatever a file says, and a small file can say a lot: 4 MB of packed blanks took
1.7 GB, 150 kB of packed strokes 16 seconds, and neither shows before it is done. A process that goes over
its limits ends alone, and a flaw in pdfium stays in it. What it draws comes back as plain pixels.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

from shared.core.apart import limit_this_process, run_apart
from shared.core.errors import Invalid
from shared.receipts.image import Picture, picture_of
from shared.receipts.model import EngineText, Line
from shared.receipts.pdf import Drawn, draw_pages

MEMORY_BYTES = 768 << 20
"""Address space; a scanned page of MAX_PIXELS takes about half of it."""
CPU_SECONDS = 30
"""MAX_PAGES scanned pages take about half of it."""
_WAIT_SECONDS = 120


@dataclass(frozen=True)
class Page:
    """One page as a picture, and its own text where it has any."""

    picture: Picture
    text: EngineText | None


def read_pages(content: bytes) -> tuple[Page, ...]:
    """Every page of a PDF, drawn at reading size.

    Raises Invalid ``receipt_too_complex`` over MEMORY_BYTES or CPU_SECONDS, and those of pdf.draw_pages;
    Unavailable ``pdf_unavailable`` when the machine is too busy to say.
    """
    with tempfile.TemporaryFile() as answer:
        run_apart(
            __name__,
            content,
            answer,
            too_complex="receipt_too_complex",
            wait_seconds=_WAIT_SECONDS,
            arguments=[str(CPU_SECONDS)],
        )
        return tuple(_pages(answer))


def _pages(answer: IO[bytes]) -> Iterator[Page]:
    from PIL import Image

    for head in iter(answer.readline, b""):
        told = json.loads(head)
        if "code" in told:
            raise Invalid(told["code"], told["message"])
        size = (told["width"], told["height"])
        image = Image.frombytes("RGB", size, answer.read(size[0] * size[1] * 3))
        yield Page(picture_of(image, width=size[0], height=size[1]), _text(told["text"]))


def _text(told: Any) -> EngineText | None:
    if told is None:
        return None
    lines = (
        Line(one["text"], tuple((x, y) for x, y in one["corners"]), one["score"])  # type: ignore[arg-type]
        for one in told["lines"]
    )
    return EngineText(tuple(lines), told["engine"], told["version"])


def _main() -> None:
    """Draw the PDF of the standard input to the standard output, or say why not."""
    limit_this_process(MEMORY_BYTES, int(sys.argv[1]))
    out = sys.stdout.buffer
    try:
        for page in draw_pages(sys.stdin.buffer.read()):
            _put(out, page)
    except Invalid as refusal:
        out.write(json.dumps({"code": refusal.code, "message": refusal.message}).encode() + b"\n")


def _put(out: IO[bytes], page: Drawn) -> None:
    image = page.image.convert("RGB")
    told = {"width": image.width, "height": image.height, "text": asdict(page.text) if page.text else None}
    out.write(json.dumps(told).encode() + b"\n")
    out.write(image.tobytes())


if __name__ == "__main__":
    _main()
