"""The receipts of a period as one zip: each file under a name that says what it is, and a list of all."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.blobs import Blobs
from shared.core.errors import Conflict, NotFound
from shared.core.money import format_units
from shared.reports.ask import Language
from shared.reports.files.csv_file import write_csv
from shared.reports.model import Note, Report
from shared.store import Doc

MOST_FILES = 500
MOST_BYTES = 30 * 1024 * 1024
"""Of the files inside: the zip is made in memory, and Cloud Run answers 32 MiB at most."""
_DAY = (1980, 1, 1, 0, 0, 0)
INDEX = "receipts.csv"


@dataclass(slots=True)
class _Packed:
    """What went in so far."""

    files: int = 0
    size: int = 0
    missing: int = 0
    existing: int = 0


def write_zip(report: Report, language: Language, receipts: Iterable[Doc], blobs: Blobs) -> bytes:
    """Pack the originals, the earliest first, as many as there is room for; the list says what is left out.

    A photo is packed as it is, since it does not get smaller.
    """
    out = io.BytesIO()
    packed = _Packed()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _originals(receipts, blobs, packed):
            archive.writestr(zipfile.ZipInfo(name, _DAY), content)
        listed = replace(report, notes=(*report.notes, *_notes(packed)))
        archive.writestr(zipfile.ZipInfo(INDEX, _DAY), write_csv(listed, language))
    return out.getvalue()


def _originals(receipts: Iterable[Doc], blobs: Blobs, packed: _Packed) -> Iterator[tuple[str, bytes]]:
    """Each file once: pages of one mail may be the original of several receipts."""
    seen: set[str] = set()
    for doc in receipts:
        if doc.data["object"] in seen:
            continue
        seen.add(doc.data["object"])
        packed.existing += 1
        if packed.files >= MOST_FILES or packed.size >= MOST_BYTES:
            continue
        content = _read(doc, blobs, MOST_BYTES - packed.size)
        if content is None:
            packed.missing += 1
            continue
        packed.files += 1
        packed.size += len(content)
        yield inside_name(doc), content


def _read(doc: Doc, blobs: Blobs, room: int) -> bytes | None:
    """The original, None when it is gone, is another by now, or is larger than what room is left."""
    try:
        if blobs.size(doc.data["object"]) > room:
            return None
        return blobs.get(doc.data["object"], doc.data["generation"])
    except (NotFound, Conflict):
        return None


def _notes(packed: _Packed) -> Iterator[Note]:
    if packed.files + packed.missing < packed.existing:
        shown, existing = f"{packed.files:,}", f"{packed.existing:,}"
        yield Note("zip_cut", {"shown": shown, "existing": existing})
    if packed.missing:
        yield Note("zip_missing", {"count": f"{packed.missing:,}"})


def inside_name(doc: Doc) -> str:
    """``2026-03-02 Naivas 1234.50 rcp_0123….jpg``: plain letters only, so that every system unpacks it."""
    merchant = unicodedata.normalize("NFKD", doc.data["merchant"])
    letters = "".join(c for c in merchant if c.isascii() and (c.isalnum() or c == " "))
    parts = (
        doc.data["business_day"],
        " ".join(letters.split())[:40].strip(),
        format_units(doc.data["total_cents"]),
        doc.id,
    )
    ending = doc.data["object"].rpartition(".")[2]
    safe = ending if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "bin"
    return f"{' '.join(part for part in parts if part)}.{safe}"
