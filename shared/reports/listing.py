"""Listings: rows of records up to a bound, and the columns that were chosen of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from shared.insights.metrics.sources import Scope
from shared.reports.model import MOST_ROWS, Note, Row, Table
from shared.store import Doc, Key

T = TypeVar("T")
BATCH = 200


@dataclass(slots=True)
class Rows:
    """The first ``most`` rows of a listing, and how many there would be."""

    most: int = MOST_ROWS
    kept: list[Row] = field(default_factory=list)
    existing: int = 0

    @property
    def full(self) -> bool:
        """Whether another row would be left out: it need not be made."""
        return len(self.kept) >= self.most

    def add(self, make: Callable[[], Row]) -> None:
        """Count one, and keep it while there is room."""
        self.existing += 1
        if not self.full:
            self.kept.append(make())


def batches(found: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The same in lists, to look up in one go what they name."""
    each = iter(found)
    while batch := list(islice(each, size)):
        yield batch


def looked_up(scope: Scope, collection: str, ids: Iterable[str]) -> dict[str, Doc]:
    """Documents by id, as far as they exist."""
    keys = [Key(collection, id_) for id_ in dict.fromkeys(ids) if id_]
    return {doc.id: doc for doc in scope.store.get_many(scope.business, keys) if doc is not None}


def chosen(table: Table, codes: Sequence[str]) -> Table:
    """The table with some of its columns; all of them when none is chosen, or none of these is its own."""
    kept = [at for at, column in enumerate(table.columns) if column.code in codes]
    if not kept:
        return table
    columns = tuple(table.columns[at] for at in kept)
    rows = tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in table.rows)
    return replace(table, columns=columns, rows=rows)


def cut_notes(tables: Iterable[Table]) -> tuple[Note, ...]:
    """What is said of tables that were cut."""
    return tuple(
        Note("cut", {"shown": f"{table.existing - table.cut:,}", "existing": f"{table.existing:,}"})
        for table in tables
        if table.cut
    )
