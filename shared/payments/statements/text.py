"""Text files of cells: encodings as banks write them, delimiters found by the header they give."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TextIO

from shared.core.errors import Invalid
from shared.payments.statements.faults import letter, refuse
from shared.payments.statements.sheet import MAX_CELL, PREAMBLE, Row

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "utf-16")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_PIECE = 1 << 16
_UNMARKED = {"utf-16": "utf-16-le"}
"""What a file without a mark is read as: the stream of ``utf-16`` asks for one."""
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(raw: bytes, encoding: str = "") -> str:
    """The encoding that reads all of a file: by its mark, else UTF-8, else cp1252; or the one that is given,
    and nothing else.

    Raises Invalid ``statement_encoding``, naming the row and the cell where it cannot be read.
    """
    marked = next((name for bom, name in _BOMS if raw.startswith(bom)), "")
    tries = (marked,) if marked else (_UNMARKED.get(encoding, encoding),) if encoding else ("utf-8", "cp1252")
    for name in tries:
        try:
            found = any(map(_CONTROL.search, _pieces(raw, name)))
        except UnicodeDecodeError:
            continue
        if not found:
            return name
        break
    raise _fault(raw, tries)


def _pieces(raw: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(raw), _PIECE):
        yield decoder.decode(raw[start : start + _PIECE], start + _PIECE >= len(raw))


def _fault(raw: bytes, tries: Sequence[str]) -> Invalid:
    """Where a file that cannot be read breaks off."""
    fault: UnicodeDecodeError | None = None
    for name in tries:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError as error:
            fault = fault or error
            continue
        found = _CONTROL.search(text)
        assert found is not None  # noqa: S101 - it was found before
        detail = f"the character 0x{ord(found[0]):02x}: not the text file it seems to be"
        return _at(text, found.start(), detail)
    assert fault is not None  # noqa: S101 - there is at least one try
    detail = f"byte 0x{raw[fault.start]:02x} is not {' or '.join(tries)}"
    return _at(raw.decode("latin-1"), fault.start, detail)


def lines_of(raw: bytes, encoding: str) -> TextIO:
    """A file's text as a stream of lines with their ends: never all of it at once."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")


def _at(text: str, index: int, detail: str) -> Invalid:
    before = text[:index]
    line = before.rpartition("\n")[2]
    cell = max(line.count(delimiter) for delimiter in DELIMITERS)
    return refuse("statement_encoding", before.count("\n") + 1, letter(cell), detail)


def delimiter_of(lines: Iterable[str]) -> str:
    """The delimiter that gives the most even rows at the top of a file."""
    top = "".join(islice(lines, PREAMBLE)).splitlines()[:PREAMBLE]

    def weight(delimiter: str) -> tuple[int, int]:
        widths = [line.count(delimiter) for line in top]
        best = max(widths, default=0)
        return (best and widths.count(best), best)

    return max(DELIMITERS, key=weight)


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Every row of a text file, blank ones included; raises Invalid ``statement_quotes``."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Row(begins, tuple(map(str.strip, cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        detail = f"more than {MAX_CELL} characters" if "limit" in str(error) else "a quote is not closed"
        raise refuse("statement_quotes", begins, "A", detail) from None
