"""Old workbooks are opened in a process apart: a small one can claim millions of cells."""

from __future__ import annotations

from collections.abc import Iterator

from shared.payments.statements.rows_apart import print_rows, rows_from
from shared.payments.statements.sheet import Row
from shared.payments.statements.xls import rows_of


def read_rows(content: bytes) -> Iterator[Row]:
    """The rows of an old workbook; raises as ``rows_from`` and ``xls.rows_of``."""
    return rows_from(__name__, content, "workbook")


if __name__ == "__main__":
    print_rows(rows_of)
