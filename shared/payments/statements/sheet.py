"""Rows of cells, whatever they were read from, and the table that stands somewhere among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.payments.statements.faults import Fault, letter, refuse, refused, shown

MAX_ROWS = 60_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
PREAMBLE = 80
"""How far down a header may stand."""
_SPACES = re.compile(r"[\s.:_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its number from 1 as a person sees it, and its cells without blanks around them."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell)


def fold(name: str) -> str:
    """A header as it is compared: ``Receipt No.`` and ``receipt_no`` are one."""
    return _SPACES.sub(" ", name).strip().casefold()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a table are: field name -> index; ``names`` are the file's own."""

    row: int
    columns: Mapping[str, int]
    names: tuple[str, ...]

    def name(self, index: int) -> str:
        """What a column is called in messages."""
        return (self.names[index] if index < len(self.names) else "") or letter(index)


class Table:
    """A header and what comes below it, row after row.

    Args:
        rows: of the whole file, in order.
        aliases: field -> the folded headers it may have, the likeliest first.
        required: fields without which the file is not of this form.
        footers: whether lines of words may follow the last row of the table.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        aliases: Mapping[str, Sequence[str]],
        required: Sequence[str],
        *,
        footers: bool = False,
    ) -> None:
        self._rows = iter(rows)
        self._aliases = aliases
        self._required = required
        self._footers = footers
        self.preamble: list[Row] = []
        self.header = self._find()

    def _find(self) -> Header:
        best: tuple[int, Row] | None = None
        for row in self._rows:
            check_row(row)
            folded = [fold(cell) for cell in row.cells]
            hits = sum(1 for field in self._required if set(self._aliases[field]) & set(folded))
            if hits == len(self._required):
                return self._header(row, folded)
            if hits and (best is None or hits > best[0]):
                best = (hits, row)
            self.preamble.append(row)
            if len(self.preamble) >= PREAMBLE:
                break
        raise self._no_header(best)

    def _header(self, row: Row, folded: list[str]) -> Header:
        twice = [name for name in dict.fromkeys(folded) if name and folded.count(name) > 1]
        if twice:
            where = [index for index, name in enumerate(folded) if name == twice[0]]
            letters = " and ".join(letter(index) for index in where)
            raise refuse(
                "statement_header_twice",
                row.number,
                row.cells[where[1]],
                f"this header stands twice (columns {letters})",
            )
        columns = {}
        for field, names in self._aliases.items():
            found = next((folded.index(name) for name in names if name in folded), None)
            if found is not None:
                columns[field] = found
        return Header(row.number, columns, row.cells)

    def _no_header(self, best: tuple[int, Row] | None) -> Exception:
        if best is None:
            first = self.preamble[0].number if self.preamble else 1
            wanted = ", ".join(self._aliases[field][0] for field in self._required)
            return refuse("statement_no_header", first, "A", f"no row holds the headers {wanted}")
        row = best[1]
        folded = {fold(cell) for cell in row.cells}
        missing = [field for field in self._required if not set(self._aliases[field]) & folded]
        return refused(
            "statement_column_missing",
            [Fault(row.number, self._aliases[f][0], "this column is missing") for f in missing],
        )

    def body(self) -> Iterator[Row]:
        """Rows below the header, blank ones left out; raises Invalid for a row of another width."""
        width = len(self.header.names)
        while width and not self.header.names[width - 1]:
            width -= 1
        words: Row | None = None
        for count, row in enumerate(self._rows):
            if count >= MAX_ROWS:
                raise refuse("statement_too_long", row.number, "A", f"more than {MAX_ROWS} rows")
            if not any(row.cells):
                continue
            check_row(row)
            if self._footers and row.filled == 1 and not any(c.isdigit() for c in row.cells[0]):
                words = words or row
                continue
            if words is not None:
                raise refuse("statement_ragged", words.number, "A", "one cell between rows of the table")
            yield self._even(row, width)

    def _even(self, row: Row, width: int) -> Row:
        """A row as wide as the header: what is missing or too much is refused, unless it is empty."""
        if any(row.cells[width:]):
            extra = next(i for i in range(width, len(row.cells)) if row.cells[i])
            detail = f"the row has {len(row.cells)} cells, the header {width}"
            raise refuse("statement_ragged", row.number, letter(extra), detail)
        if len(row.cells) < width:
            name = self.header.name(len(row.cells))
            detail = f"the row ends before this column: {len(row.cells)} cells, the header has {width}"
            raise refuse("statement_ragged", row.number, name, detail)
        return row


def check_row(row: Row) -> None:
    """Refuse what no statement holds: too wide a row, too long a cell, a formula.

    A formula is not what the bank wrote, and what it shows depends on who opens the file.
    """
    if len(row.cells) > MAX_COLUMNS:
        raise refuse("statement_too_wide", row.number, letter(MAX_COLUMNS), "the row has too many columns")
    for index, cell in enumerate(row.cells):
        if len(cell) > MAX_CELL:
            raise refuse("statement_cell_too_long", row.number, letter(index), f"{len(cell)} characters")
        if cell[:1] == "=":
            raise refuse("statement_formula", row.number, letter(index), f"a formula: {shown(cell)}")
