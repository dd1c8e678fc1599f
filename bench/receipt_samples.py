"""Features of the fields of labelled receipts, and whether they were read right: to fit confidence to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.ocr_cache import CachedEngine
from bench.receipt_noise import spoil
from bench.receipt_scores import TODAY, judge, right_of
from bench.receipts import find_images, read_labels
from shared.core.errors import HesabuError
from shared.core.money import format_units
from shared.receipts import build_engines
from shared.receipts.extract.fields import extract
from shared.receipts.headers import sniff
from shared.receipts.image import decode
from shared.receipts.qr import read_codes
from shared.receipts.reading import Fields
from shared.receipts.rows import build_rows


@dataclass(frozen=True)
class Sample:
    """One field of one reading; ``page`` names the picture, so that no page is on both sides of a fold.

    ``flagged``: the rules ask a person about this field whatever its confidence.
    """

    field: str
    features: dict[str, int]
    right: bool
    page: str
    spoilt: bool
    flagged: bool = False


def samples_of(folder: Path, labels: Path, cache: Path, *, copies: int, seed: int = 1) -> Iterator[Sample]:
    """Each labelled image as it is, and ``copies`` times with its engine lines made worse."""
    engine = CachedEngine(build_engines("rapidocr")[0], cache)
    known = read_labels(labels)
    for path in find_images(folder):
        label = known.get(path.name)
        if label is None:
            continue
        try:
            picture = decode(sniff(path.read_bytes()), path.read_bytes())
        except HesabuError:
            continue
        codes, text = read_codes(picture.full), engine.read(picture.colour)
        random = Random(f"{seed}/{path.name}")
        for copy in range(copies + 1):
            lines = spoil(text.lines, random) if copy else text.lines
            fields = extract(build_rows(lines), codes if not copy else (), TODAY)
            yield from _judged(fields, label, str(path), spoilt=bool(copy))


def exported(path: Path) -> Iterator[Sample]:
    """What people said of receipts, as ``python -m tools.admin labels`` prints it."""
    for line in path.read_text().splitlines():
        label = json.loads(line)
        right = str(label["read"]) == str(label["right"])
        yield Sample(label["field"], label["features"], right, label["receipt_id"], spoilt=False)


def _judged(fields: Fields, label: dict[str, Any], page: str, *, spoilt: bool) -> Iterable[Sample]:
    line = _line(fields)
    marks = judge(line, label)
    for field, features in fields.features.items():
        right = marks.get(field) if field in marks else right_of(field, line.get(field), label)
        if right is not None:
            flagged = any(flag.startswith(f"{field}_") for flag in fields.flags)
            yield Sample(field, dict(features), right, page, spoilt, flagged)


def _line(fields: Fields) -> dict[str, Any]:
    def units(cents: int | None) -> str | None:
        return None if cents is None else format_units(cents)

    return {
        "company": fields.merchant,
        "date": fields.date.isoformat() if fields.date else None,
        "total": units(fields.total_cents),
        "tax": units(fields.tax_cents),
        "kra_pin": fields.kra_pin,
        "cu_invoice": fields.cu_invoice,
        "mpesa_code": fields.mpesa_code,
    }
