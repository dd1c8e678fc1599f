"""PDFs are opened in a process apart: as for receipts, pdfium unpacks whatever a file says.

The password goes in on standard input, never on the command line, which every user of a machine can read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from shared.payments.statements.pdf import rows_of, words_of
from shared.payments.statements.rows_apart import print_rows, rows_from
from shared.payments.statements.sheet import Row


def read_rows(content: bytes, password: str) -> Iterator[Row]:
    """The rows of a PDF statement; raises as ``rows_from``, ``pdf.words_of`` and ``pdf.rows_of``."""
    return rows_from(__name__, json.dumps(password).encode() + b"\n" + content, "PDF")


def _read(given: bytes) -> Iterator[Row]:
    password, _, content = given.partition(b"\n")
    return rows_of(words_of(content, json.loads(password)))


if __name__ == "__main__":
    print_rows(_read)
