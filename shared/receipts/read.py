"""From the bytes of a file to a reading: guard, decode, look for codes, read, build rows, extract, decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.core import measures
from shared.core.clock import Stopwatch
from shared.core.errors import Unavailable
from shared.receipts.confidence import decide
from shared.receipts.duplicates import fingerprint
from shared.receipts.engines.port import Engine
from shared.receipts.extract.fields import extract
from shared.receipts.headers import Kind, check_bytes, sniff
from shared.receipts.image import Picture, decode
from shared.receipts.lookalike import picture_hash
from shared.receipts.model import EngineText, Row
from shared.receipts.pdf_apart import read_pages
from shared.receipts.qr import read_codes
from shared.receipts.reading import ReceiptReading
from shared.receipts.rows import build_rows

_MAX_TEXT_ROWS = 400


@dataclass(frozen=True)
class _Sheet:
    """One page before reading: its picture, and its own text where the file holds it."""

    picture: Picture
    text: EngineText | None


def read_receipt(
    content: bytes, *, engines: Sequence[Engine], today: date, pages: Sequence[bytes] = ()
) -> ReceiptReading:
    """Read one receipt from the bytes of a JPEG, PNG, WebP, HEIC or PDF file.

    ``engines`` are tried in order on each page until one reads text; ``today`` is the business day (EAT).
    ``pages`` are the pictures of a receipt that came as several, in order; ``content`` is what holds them.
    Raises Invalid ``receipt_*`` before any engine is loaded when the file is refused, and Unavailable
    ``ocr_unavailable`` when no engine can run.
    """
    kind, sheets = _open_pages(pages) if pages else _open(content)
    codes = _codes(sheets)
    texts = [sheet.text or _read(sheet.picture, engines) for sheet in sheets]
    rows = _number(build_rows(text.lines, page=page) for page, text in enumerate(texts))
    fields = extract(rows, codes, today)
    trusted = all(text.trusted for text in texts)
    flags = fields.flags if rows else ("nothing_read",)
    decision, reasons = decide(fields.confidence, flags, trusted=trusted)
    first = sheets[0].picture
    return ReceiptReading(
        sha256=fingerprint(content),
        kind=kind.value,
        width=first.width,
        height=first.height,
        pages=len(sheets),
        engine=texts[0].engine,
        engine_version=texts[0].version,
        turned=texts[0].turned,
        stages=tuple(_stages(sheets, texts, codes)),
        fields=fields,
        text=tuple(row.text for row in rows[:_MAX_TEXT_ROWS]),
        decision=decision,
        reasons=reasons,
        picture=picture_hash(first.colour),
    )


def _open(content: bytes) -> tuple[Kind, tuple[_Sheet, ...]]:
    kind = sniff(content)
    check_bytes(content)
    if kind is Kind.PDF:
        return kind, tuple(_Sheet(page.picture, page.text) for page in read_pages(content))
    return kind, (_Sheet(decode(kind, content), None),)


def _open_pages(pages: Sequence[bytes]) -> tuple[Kind, tuple[_Sheet, ...]]:
    return sniff(pages[0]), tuple(_Sheet(decode(sniff(page), page), None) for page in pages)


def _codes(sheets: Sequence[_Sheet]) -> tuple[str, ...]:
    found = (code for sheet in sheets for code in read_codes(sheet.picture.full))
    return tuple(dict.fromkeys(found))


def _read(picture: Picture, engines: Sequence[Engine]) -> EngineText:
    """The first engine that reads any text; an engine that cannot run here passes its turn."""
    last: EngineText | None = None
    failure = Unavailable("no OCR engine is set up", code="ocr_unavailable")
    for engine in engines:
        watch = Stopwatch()
        try:
            last = engine.read(picture.colour)
        except Unavailable as unavailable:
            failure = unavailable
            continue
        measures.OCR_SECONDS.observe(watch.seconds, engine=engine.name)
        if last.lines:
            return last
    if last is None:
        raise failure
    return last


def _number(pages: Iterator[tuple[Row, ...]]) -> tuple[Row, ...]:
    return tuple(row for rows in pages for row in rows)


def _stages(sheets: Sequence[_Sheet], texts: Sequence[EngineText], codes: Sequence[str]) -> Iterator[str]:
    """What was done besides plain reading, each only because a measurement asked for it."""
    if any(
        max(sheet.picture.width, sheet.picture.height) > max(sheet.picture.colour.size) for sheet in sheets
    ):
        yield "shrunk"
    if codes:
        yield "qr"
    if any(text.turned for text in texts):
        yield "turned"
    if any(sheet.text for sheet in sheets):
        yield "embedded_text"
