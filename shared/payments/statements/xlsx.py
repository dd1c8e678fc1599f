"""Workbooks: the first sheet that holds anything, row by row.

A workbook is a zip of XML. Sizes are checked before anything is unpacked (zipfile reads no more of a member
than its header declares), and XML is parsed without entities (defusedxml, which openpyxl uses when it
is there).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.core.errors import Invalid
from shared.payments.statements.faults import letter, refuse
from shared.payments.statements.sheet import MAX_COLUMNS, Row

MAX_UNPACKED = 150 << 20
MAX_RATIO = 200
"""Unpacked to packed; a sheet of numbers packs to a tenth."""
MAX_MEMBERS = 500
LAST_ROW = 1_048_576


def rows_of(content: bytes) -> Iterator[Row]:
    """Rows of the first sheet with any cell.

    Raises Invalid ``statement_zip_bomb``, ``statement_damaged``, ``statement_formula``, ``statement_cell``.
    """
    _check_zip(content)
    book = _open(content)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # a file may lie about how large its sheet is
            rows = _rows(sheet)
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        EOFError,
    ) as broken:
        raise _damaged(broken) from None
    except Exception as broken:
        if type(broken).__module__.startswith(("defusedxml", "xml.")) or isinstance(broken, SyntaxError):
            raise _damaged(broken) from None
        raise
    finally:
        book.close()


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Invalid("statement_damaged", "the workbook cannot be opened") from None
    unpacked = sum(member.file_size for member in members)
    if (
        unpacked > MAX_UNPACKED
        or len(members) > MAX_MEMBERS
        or unpacked > MAX_RATIO * max(len(content), 1 << 16)
    ):
        raise Invalid("statement_zip_bomb", f"the workbook unpacks to {unpacked >> 20} MB; it is not opened")


def _open(content: bytes) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as broken:  # noqa: BLE001 - openpyxl raises whatever its parts raise on a broken workbook
        raise _damaged(broken) from None


def _damaged(broken: Exception) -> Invalid:
    what = (
        "it declares XML entities"
        if "Entit" in type(broken).__name__
        else "a part of it is not as it must be"
    )
    return Invalid("statement_damaged", f"the workbook cannot be read: {what}")


def _rows(sheet: Any) -> Iterator[Row]:
    widest = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > LAST_ROW:
            raise refuse("statement_damaged", number, "A", "no sheet has so many rows")
        if len(cells) > MAX_COLUMNS:
            cells = _cut(cells)  # noqa: PLW2901
        texts = tuple(_text(cell, number, index) for index, cell in enumerate(cells))
        if any(texts):
            widest = max(widest, len(texts))  # a sheet does not write the empty cells at a row's end
            yield Row(number, texts + ("",) * (widest - len(texts)))


def _cut(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row without the formatted but empty cells that some programs write to its right."""
    filled = [index for index, cell in enumerate(cells) if cell.value is not None]
    return cells[: filled[-1] + 1] if filled else ()


def _text(cell: Any, row: int, column: int) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            if cell.data_type == "f":
                raise refuse("statement_formula", row, letter(column), "a formula, not a value")
            return value.strip()
        case bool():
            raise refuse("statement_cell", row, letter(column), "a truth value")
        case int():
            return str(value)
        case float():
            return number_text(value, row, column)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
    raise refuse("statement_cell", row, letter(column), f"a cell of type {type(value).__name__}")


def number_text(value: float, row: int, column: int) -> str:
    """A number as its shortest decimal text: spreadsheets keep amounts as binary fractions.

    Fifteen digits are what a spreadsheet keeps exactly; what has more than two decimals then is no amount.
    """
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise refuse("statement_cell", row, letter(column), "not a finite number")
    rounded = Decimal(f"{value:.15g}")
    return format(rounded.normalize() if rounded != rounded.to_integral() else rounded.to_integral(), "f")
