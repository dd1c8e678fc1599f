"""A report as a workbook: a sheet of totals, a sheet for each table, numbers as numbers, no formula ever.

Written row after row in constant memory; the same report gives the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from shared.insights.facts import Fact
from shared.reports.ask import Language
from shared.reports.files.safe import plain
from shared.reports.model import Cell, Entry, Report, Row, Table
from shared.reports.wording import (
    days_of,
    fact_label,
    say,
    say_cell,
    say_column,
    say_name,
    sentences_of,
    title_of,
)

_LONGEST = 32_000
"""Characters of a cell; Excel takes 32,767."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS: dict[str, dict[str, Any]] = {
    "KES": {"num_format": "#,##0.00;[Red]-#,##0.00"},
    "%": {"num_format": '0.0"%"'},
    "count": {"num_format": "#,##0"},
    "days": {"num_format": "#,##0"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {},
}
_STYLES: dict[str, dict[str, Any]] = {
    "line": {},
    "subtotal": {"bold": True, "top": 1},
    "total": {"bold": True, "top": 1, "bottom": 6},
}
_HEAD = {
    "bold": True,
    "bg_color": "#0D6B54",
    "font_color": "#FFFFFF",
    "text_wrap": True,
    "valign": "vcenter",
}
_BAD_IN_NAMES = str.maketrans("[]:*?/\\'", "        ")


@dataclass(slots=True)
class _Book:
    """A workbook at work: its formats are made once each, and no two sheets have one name."""

    book: Any
    language: Language
    formats: dict[tuple[str, str], Any]
    names: set[str]

    def format(self, unit: str, style: str) -> Any:
        """None for plain text, of which there is most: it needs none."""
        if unit == "text" and style == "line":
            return None
        if (unit, style) not in self.formats:
            self.formats[unit, style] = self.book.add_format(_FORMATS[unit] | _STYLES[style])
        return self.formats[unit, style]

    def sheet(self, code: str) -> Any:
        base = " ".join(say(code, self.language).translate(_BAD_IN_NAMES).split())[:27] or code[:27]
        name, number = base, 2
        while name.casefold() in self.names:
            name, number = f"{base} {number}", number + 1
        self.names.add(name.casefold())
        return self.book.add_worksheet(name)


def write_xlsx(report: Report, language: Language) -> bytes:
    """The workbook's bytes."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        day = report.as_of or (report.period.end if report.period else date(2000, 1, 1))
        made = datetime.combine(day, time(), UTC).replace(tzinfo=None)
        book.set_properties(
            {"title": plain(title_of(report, language))[:200], "author": "Hesabu", "created": made}
        )
        writing = _Book(book, language, {}, set())
        _summary(writing, report)
        for table in report.tables():
            _table(writing, table)
    return out.getvalue()


def _summary(writing: _Book, report: Report) -> None:
    """Title, days, the totals with the ids of their facts, and what is said of them."""
    sheet, language = writing.sheet("total"), writing.language
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 3, 30)
    big = writing.book.add_format({"bold": True, "font_size": 16, "font_color": "#0D6B54"})
    _text(sheet, 0, 0, title_of(report, language), big)
    _text(sheet, 1, 0, report.business, writing.format("text", "line"))
    _text(sheet, 2, 0, days_of(report, language), writing.format("text", "line"))
    at = 4
    for fact in report.totals:
        _text(sheet, at, 0, fact_label(fact, language), writing.format("text", "line"))
        sheet.write_number(at, 1, Decimal(fact.value), writing.format(fact.unit, "line"))
        _text(sheet, at, 2, fact.unit, writing.format("text", "line"))
        _text(sheet, at, 3, fact.id, writing.format("text", "line"))
        at += 1
    wrapped = writing.book.add_format({"text_wrap": True, "valign": "top"})
    for number, sentence in enumerate(sentences_of(report, language), at + 1):
        _text(sheet, number, 0, sentence, wrapped)


def _table(writing: _Book, table: Table) -> None:
    sheet, language = writing.sheet(table.code), writing.language
    heads = [say(table.first, language), *(say_column(column, language) for column in table.columns)]
    sheet.set_column(0, 0, 34)
    for at, column in enumerate(table.columns, 1):
        sheet.set_column(at, at, {"text": 30, "day": 12, "count": 11, "days": 11}.get(column.unit, 17))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    head = writing.book.add_format(_HEAD)
    for at, text in enumerate(heads):
        _text(sheet, 0, at, text, head)
    for number, row in enumerate(table.rows, 1):
        _row(writing, sheet, number, row, table)


def _row(writing: _Book, sheet: Any, number: int, row: Row, table: Table) -> None:
    style = row.style
    _text(sheet, number, 0, say_name(row, writing.language), writing.format("text", style))
    for at, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True), 1):
        _cell(writing, sheet, (number, at), cell, (column.unit, style))


def _cell(writing: _Book, sheet: Any, at: tuple[int, int], cell: Cell, how: tuple[str, str]) -> None:
    """``how`` is the column's unit and the row's style."""
    unit, style = how
    if isinstance(cell, Entry):
        sheet.write_number(*at, Decimal(cell.cents).scaleb(-2), writing.format("KES", style))
    elif isinstance(cell, Fact):
        sheet.write_number(*at, Decimal(cell.value), writing.format(cell.unit, style))
    elif isinstance(cell, int):
        sheet.write_number(*at, cell, writing.format(unit, style))
    elif cell == "":
        sheet.write_blank(*at, None, writing.format(unit, style))
    elif isinstance(cell, str) and unit == "day":
        day = datetime.combine(date.fromisoformat(cell), time(), UTC).replace(tzinfo=None)
        sheet.write_datetime(*at, day, writing.format("day", style))
    else:
        _text(sheet, *at, say_cell(cell, writing.language), writing.format("text", style))


def _text(sheet: Any, row: int, column: int, text: str, format_: Any) -> None:
    """Always as text: what begins like a formula, a number or an address stays what it is."""
    sheet.write_string(row, column, plain(text)[:_LONGEST], format_)
