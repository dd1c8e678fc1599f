"""Text files of cells: encodings as banks write them, delimiters found by the header they give."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from shared.core.errors import Invalid
from shared.payments.statements.faults import letter, refuse
from shared.payments.statements.sheet import MAX_CELL, PREAMBLE, Row

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "utf-16")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(raw: bytes, encoding: str = "") -> str:
    """The text of a file: by its mark, else UTF-8, else cp1252; or ``encoding`` and nothing else.

    Raises Invalid ``statement_encoding``, naming the row and the cell where it cannot be read.
    """
    marked = next((name for bom, name in _BOMS if raw.startswith(bom)), "")
    tries = (marked,) if marked else (encoding,) if encoding else ("utf-8", "cp1252")
    fault: UnicodeDecodeError | None = None
    for name in tries:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError as error:
            fault = fault or error
            continue
        return _whole(text)
    assert fault is not None  # noqa: S101 - there is at least one try
    raise _at(
        raw.decode("latin-1"), fault.start, f"byte 0x{raw[fault.start]:02x} is not {' or '.join(tries)}"
    )


def _whole(text: str) -> str:
    found = _CONTROL.search(text)
    if found:
        detail = f"the character 0x{ord(found[0]):02x}: not the text file it seems to be"
        raise _at(text, found.start(), detail)
    return text


def _at(text: str, index: int, detail: str) -> Invalid:
    before = text[:index]
    line = before.rpartition("\n")[2]
    cell = max(line.count(delimiter) for delimiter in DELIMITERS)
    return refuse("statement_encoding", before.count("\n") + 1, letter(cell), detail)


def delimiter_of(text: str) -> str:
    """The delimiter that gives the most even rows at the top of a file."""
    top = text.splitlines()[:PREAMBLE]

    def weight(delimiter: str) -> tuple[int, int]:
        widths = [line.count(delimiter) for line in top]
        best = max(widths, default=0)
        return (best and widths.count(best), best)

    return max(DELIMITERS, key=weight)


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    """Every row of a text file, blank ones included; raises Invalid ``statement_quotes``."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Row(begins, tuple(cell.strip() for cell in cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        detail = f"more than {MAX_CELL} characters" if "limit" in str(error) else "a quote is not closed"
        raise refuse("statement_quotes", begins, "A", detail) from None
