"""PDFs are opened in a process apart, with its own limits of memory and computing time.

As for receipts, pdfium unpacks whatever a file says. The password goes in on
standard input, never on the command line, which every user of a machine can read.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator

from shared.core.apart import limit_this_process, run_apart
from shared.core.errors import Invalid
from shared.payments.statements.pdf import rows_of, words_of
from shared.payments.statements.sheet import Row

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 60
_WAIT_SECONDS = 120


def read_rows(content: bytes, password: str) -> Iterator[Row]:
    """The rows of a PDF statement.

    Raises Invalid as ``pdf.words_of`` and ``pdf.rows_of``, ``statement_too_complex`` over the limits;
    Unavailable ``pdf_unavailable`` when the machine is too busy to say.
    """
    head = json.dumps(password).encode() + b"\n"
    with tempfile.TemporaryFile() as answer:
        run_apart(
            __name__,
            head + content,
            answer,
            too_complex="statement_too_complex",
            wait_seconds=_WAIT_SECONDS,
        )
        for line in answer:
            told = json.loads(line)
            if "code" in told:
                raise _refusal(told)
            yield Row(told["row"], tuple(told["cells"]))


def _refusal(told: dict[str, str]) -> Invalid:
    return Invalid(told["code"], told["message"])


def _main() -> None:
    """Print the rows of the PDF of the standard input, or why there are none."""
    limit_this_process(MEMORY_BYTES, CPU_SECONDS)
    password = json.loads(sys.stdin.buffer.readline())
    out = sys.stdout
    try:
        for row in rows_of(words_of(sys.stdin.buffer.read(), password)):
            out.write(json.dumps({"row": row.number, "cells": row.cells}) + "\n")
    except Invalid as refusal:
        out.write(json.dumps({"code": refusal.code, "message": refusal.message}) + "\n")


if __name__ == "__main__":
    _main()
