"""A report as CSV: for Excel (a byte order mark) and for programs (plain decimals, ids of facts)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from shared.core.money import format_units
from shared.insights.facts import Fact
from shared.reports.ask import Language
from shared.reports.files.safe import for_csv
from shared.reports.model import Cell, Entry, Report, Table
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

BOM = "\ufeff"
Line = list[str]


def write_csv(report: Report, language: Language) -> bytes:
    """Head, totals, tables and notes, parted by empty lines; lines end as RFC 4180 has them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for line in _lines(report, language):
        writer.writerow(line)
    return (BOM + out.getvalue()).encode("utf-8", "replace")


def table_csv(table: Table, language: Language) -> bytes:
    """One table alone."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_table(table, language))
    return (BOM + out.getvalue()).encode("utf-8", "replace")


def _lines(report: Report, language: Language) -> Iterator[Line]:
    yield [for_csv(title_of(report, language))]
    yield [for_csv(report.business)]
    yield [days_of(report, language)]
    yield []
    for fact in report.totals:
        yield [for_csv(fact_label(fact, language)), fact.value, fact.unit, fact.id]
    for section in report.sections:
        for table in section.tables:
            yield []
            yield [for_csv(say(table.code, language))]
            yield from _table(table, language)
    yield []
    for sentence in sentences_of(report, language):
        yield [for_csv(sentence)]


def _table(table: Table, language: Language) -> Iterator[Line]:
    heads = [table.first and say(table.first, language)]
    yield [for_csv(text) for text in (*heads, *(say_column(c, language) for c in table.columns))]
    for row in table.rows:
        yield [for_csv(say_name(row, language)), *(_cell(cell, language) for cell in row.cells)]


def _cell(cell: Cell, language: Language) -> str:
    """Figures are written by us and may begin with a minus; text may not."""
    match cell:
        case Fact():
            return cell.value
        case Entry():
            return format_units(cell.cents)
        case int():
            return str(cell)
        case _:
            return for_csv(say_cell(cell, language))
