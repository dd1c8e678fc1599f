"""What is wrong with a statement, named by row and column: a person must be able to find it in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.core.errors import FieldError, Invalid

MOST = 20
"""Faults told at once; a file that is wrong is wrong all over."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong cell. ``row`` counts from 1 as a spreadsheet shows it; ``column`` is its header, or a
    letter."""

    row: int
    column: str
    detail: str

    def __str__(self) -> str:
        return f"row {self.row}, column '{self.column}': {self.detail}"


class CellError(ValueError):
    """A cell that cannot be read; whoever knows where it stands makes a Fault of it."""


def refused(code: str, faults: Sequence[Fault]) -> Invalid:
    """The error for a file with these faults: the first in the message, each as a pointer
    ``/rows/7/Paid In``."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    pointers = [
        FieldError(f"/rows/{fault.row}/{fault.column.replace('~', '~0').replace('/', '~1')}", fault.detail)
        for fault in faults[:MOST]
    ]
    return Invalid(code, f"{faults[0]}{more}; nothing was imported", pointers)


def refuse(code: str, row: int, column: str, detail: str) -> Invalid:
    """The error for one fault."""
    return refused(code, [Fault(row, column, detail)])


def letter(index: int) -> str:
    """The letter of a column that has no header: 0 is ``A``, 26 is ``AA``."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def shown(text: str) -> str:
    """A cell's text in a message: short, and without what a terminal would obey."""
    return ascii(text[:40])
