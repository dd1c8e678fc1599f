"""Old workbooks (BIFF5 and BIFF8, Excel 95 to 2003): the first sheet that holds anything, row by row.

They are read by xlrd, whose maintainers keep it for this form alone. It takes a formula's last result for a
value and says nothing, so the records of the sheet are looked through for formulas first ([MS-XLS] 2.4.127).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

from shared.core.errors import Invalid
from shared.payments.statements.faults import letter, refuse
from shared.payments.statements.sheet import MAX_COLUMNS, Row
from shared.payments.statements.xlsx import number_text

MARK = b"\xd0\xcf\x11\xe0"
"""How every OLE 2 file begins."""
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_END = 0x000A
_EMPTY, _BOOLEAN, _BLANK = 0, 4, 6
"""Types of cells in xlrd; beside them 1 is a text, 2 a number, 3 a date, 5 an error."""


def rows_of(content: bytes) -> Iterator[Row]:
    """Rows of the first sheet with any cell.

    Raises Invalid ``statement_form`` for a locked file or one of another program, ``statement_damaged``,
    ``statement_formula`` and ``statement_cell`` with row and column.
    """
    book = _open(content)
    for index in range(book.nsheets):
        sheet = _sheet(book, index)
        rows = _rows(book, sheet)
        first = next(rows, None)
        if first is not None:
            _refuse_formulas(book, index)
            yield first
            yield from rows
            return
        book.unload_sheet(index)


def _open(content: bytes) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(
            file_contents=content, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
    except Exception as broken:  # noqa: BLE001 - xlrd raises whatever its parts raise on a broken workbook
        raise _not_read(broken) from None


def _sheet(book: Any, index: int) -> Any:
    try:
        return book.sheet_by_index(index)
    except Exception as broken:  # noqa: BLE001 - as above: a sheet is parsed when it is asked for
        raise _not_read(broken) from None


def _not_read(broken: Exception) -> Invalid:
    told = str(broken)
    if "encrypted" in told or "Can't find workbook" in told:
        what = (
            "a locked workbook, or a file of another program: save it as XLSX without a password, or as CSV"
        )
        return Invalid("statement_form", what)
    return Invalid("statement_damaged", "the workbook cannot be read: a part of it is not as it must be")


def _rows(book: Any, sheet: Any) -> Iterator[Row]:
    widest = 0
    for index in range(sheet.nrows):
        cells = sheet.row(index)[:MAX_COLUMNS]
        _refuse_wide(sheet, index)
        texts = tuple(_text(book, cell, index + 1, column) for column, cell in enumerate(cells))
        if any(texts):
            widest = max(widest, len(texts))  # a sheet does not write the empty cells at a row's end
            yield Row(index + 1, texts + ("",) * (widest - len(texts)))


def _refuse_wide(sheet: Any, index: int) -> None:
    """Formatted but empty cells to the right are nothing; others are more than a statement has."""
    for column in range(MAX_COLUMNS, sheet.row_len(index)):
        if sheet.cell_type(index, column) not in {_EMPTY, _BLANK}:
            raise refuse("statement_ragged", index + 1, letter(column), "more columns than a statement has")


def _text(book: Any, cell: Any, row: int, column: int) -> str:
    match cell.ctype:
        case 0 | 6:
            return ""
        case 1:
            return str(cell.value).strip()
        case 2:
            return number_text(cell.value, row, column)
        case 3:
            return _moment(book, cell.value, row, column)
    what = "a truth value" if cell.ctype == _BOOLEAN else "an error value"
    raise refuse("statement_cell", row, letter(column), what)


def _moment(book: Any, days: float, row: int, column: int) -> str:
    from xlrd.xldate import XLDateError, xldate_as_datetime

    try:
        return str(xldate_as_datetime(days, book.datemode).isoformat(sep=" ", timespec="seconds"))
    except (XLDateError, ValueError, OverflowError):
        raise refuse("statement_cell", row, letter(column), "not a date of a workbook") from None


def _refuse_formulas(book: Any, index: int) -> None:
    """Look through a sheet's records: each is a number, a length and that many bytes."""
    stream, at = book.mem, book._sh_abs_posn[index]
    while at + 8 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _END:
            return
        if kind in _FORMULAS:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            raise refuse("statement_formula", row + 1, letter(column), "a formula, not a value")
        at += 4 + length
