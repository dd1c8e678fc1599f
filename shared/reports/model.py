"""What a report is: sections of typed tables whose figures are facts, with totals, charts and notes.

Nothing here knows a language or a file format. Codes are put into words where a file is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shared.core.money import format_kes, format_units
from shared.insights.facts import Fact
from shared.insights.plan import Period
from shared.store import Doc

MOST_ROWS = 20_000
"""Rows of one report, all its tables together; totals count what is left out as well."""
ColumnUnit = Literal["KES", "%", "count", "days", "day", "text"]
NamedBy = Literal["", "word", "category", "channel", "matching"]
RowStyle = Literal["line", "subtotal", "total"]
ChartKind = Literal["bars", "stacked", "line"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure that is one record's own amount, in cents: a fact, kept small because there may be 20,000.

    Args:
        record_id: of the document in ``collection`` that says so; ``etag`` is the version that was read.
    """

    cents: int
    collection: str
    record_id: str
    etag: str = ""

    def fact(self, name: str) -> Fact:
        """The same as a fact of one record."""
        return Fact(
            id=name,
            value=format_units(self.cents),
            unit="KES",
            formatted=format_kes(self.cents),
            collection=self.collection,
            record_ids=(self.record_id,),
            record_count=1,
            data_version=self.etag,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """Words by their codes, then text as it stands in the records: ``invoice_issued`` and ``INV-000007``."""

    codes: tuple[str, ...]
    text: str = ""


Cell = str | int | Said | Fact | Entry
"""Text, a day as ``YYYY-MM-DD``, "" for nothing; a number of days; words; or a figure."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its code. ``span`` is the time that its figures are about, where columns are time."""

    code: str
    unit: ColumnUnit
    span: Period | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its name (a code of ``named_by``, else as it stands in the records) and a cell a column."""

    name: str
    cells: tuple[Cell, ...]
    named_by: NamedBy = ""
    style: RowStyle = "line"
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns.

    Args:
        first: the code of the heading over the rows' names.
        existing: how many rows there are in the books; more than ``rows`` when the table was cut.
    """

    code: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    existing: int = 0

    @property
    def cut(self) -> int:
        """How many rows were left out."""
        return max(0, self.existing - sum(row.style == "line" for row in self.rows))


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a report."""

    code: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one colour, in cents, one a label; each is the value of a fact of the report."""

    name: str
    named_by: NamedBy
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of facts; ``labels`` are the spans or codes along its axis."""

    code: str
    kind: ChartKind
    labels: tuple[Column, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence by its code, with what it is filled with."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """One report as computed.

    Args:
        subject: whom it is about, for a statement; "" else.
        totals: the facts at its head; every file shows exactly these.
    """

    kind: str
    business: str
    period: Period | None
    as_of: date | None
    sections: tuple[Section, ...]
    totals: tuple[Fact, ...]
    subject: str = ""
    charts: tuple[Chart, ...] = ()
    notes: tuple[Note, ...] = ()
    assumptions: tuple[str, ...] = ()

    def tables(self) -> Iterator[Table]:
        """Every table in order."""
        for section in self.sections:
            yield from section.tables

    def facts(self) -> Iterator[Fact]:
        """Every fact once, the totals first."""
        seen: set[str] = set()
        cells = (cell for table in self.tables() for row in table.rows for cell in row.cells)
        for cell in (*self.totals, *cells):
            if isinstance(cell, Fact) and cell.id not in seen:
                seen.add(cell.id)
                yield cell


def entry(doc: Doc, cents: int) -> Entry:
    """A record's own amount."""
    return Entry(cents, doc.key.collection, doc.id, doc.etag)
