"""From the bytes of a file to a reading: guard, decode, look for codes, read, build rows, extract, decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.receipts.duplicates import fingerprint
from shared.receipts.engines.cloud import Cloud
from shared.receipts.engines.order import Order
from shared.receipts.engines.port import Engine
from shared.receipts.model import EngineText, Row
from shared.receipts.picture_hash import picture_hash
from shared.receipts.qr import read_codes
from shared.receipts.reading import ReceiptReading
from shared.receipts.sheets import Sheet, open_file
from shared.receipts.stages import stages_of

_MAX_TEXT_ROWS = 400


def read_receipt(
    content: bytes,
    *,
    engines: Sequence[Engine],
    today: date,
    pages: Sequence[bytes] = (),
    cloud: Cloud | None = None,
) -> ReceiptReading:
    """Read one receipt from the bytes of a JPEG, PNG, WebP, HEIC or PDF file.

    ``engines`` are tried in order on each page until one reads text; ``today`` is the business day (EAT).
    ``pages`` are the pictures of a receipt that came as several, in order; ``content`` is what holds them.
    ``cloud`` is what may be asked over a network where this machine is not sure enough, None for nothing.
    Raises Invalid ``receipt_*`` before any engine is loaded when the file is refused, and Unavailable
    ``ocr_unavailable`` when no engine can run.
    """
    kind, sheets = open_file(content, pages)
    codes = _codes(sheets)
    order = Order(sheets, codes, today, engines, cloud)
    found = order.run()
    first, text = sheets[0].picture, found.texts[0]
    return ReceiptReading(
        sha256=fingerprint(content),
        kind=kind.value,
        width=first.width,
        height=first.height,
        pages=len(sheets),
        engine=text.engine,
        engine_version=text.version,
        turned=text.turned,
        stages=tuple(stages_of(content, sheets, found.texts, len(codes))),
        fields=found.fields,
        text=tuple(row.text for row in found.rows[:_MAX_TEXT_ROWS]),
        decision=found.decision,
        reasons=found.reasons,
        picture=picture_hash(first.colour),
        boxes={name: _box(found.rows[row], sheets, found.texts) for name, row in found.fields.rows.items()},
        engines_tried=tuple(order.log.tried),
        sources=found.sources(),
    )


def _box(row: Row, sheets: Sequence[Sheet], texts: Sequence[EngineText]) -> tuple[int, ...]:
    """Page, left, top, right, bottom in thousandths of the page turned upright, and the turn in degrees."""
    turned = texts[row.page].turned
    width, height = sheets[row.page].picture.colour.size
    if turned % 180:
        width, height = height, width
    across = [1000 * x / width for line in row.lines for x, _ in line.corners]
    down = [1000 * y / height for line in row.lines for _, y in line.corners]
    edges = (min(across), min(down), max(across), max(down))
    return row.page, *(max(0, min(1000, round(edge))) for edge in edges), turned


def _codes(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    found = (code for sheet in sheets for code in read_codes(sheet.picture.full))
    return tuple(dict.fromkeys(found))
