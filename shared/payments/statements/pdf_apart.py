"""PDFs are opened in a process apart, with its own limits of memory and computing time.

As for receipts (shared/receipts/pdf_apart.py): pdfium unpacks whatever a file says. The password goes in on
standard input, never on the command line, which every user of a machine can read.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess  # the command is our own module; the file goes in on its standard input
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.core.errors import Invalid, Unavailable
from shared.payments.statements.pdf import rows_of, words_of
from shared.payments.statements.sheet import Row

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 60
_WAIT_SECONDS = 120
_ROOT = Path(__file__).resolve().parents[3]


def read_rows(content: bytes, password: str) -> Iterator[Row]:
    """The rows of a PDF statement.

    Raises Invalid as ``pdf.words_of`` and ``pdf.rows_of``, ``statement_too_complex`` over the limits;
    Unavailable ``pdf_unavailable`` when the machine is too busy to say.
    """
    head = json.dumps(password).encode() + b"\n"
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", __name__],
            input=head + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            timeout=_WAIT_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as failed:
        raise Unavailable("the PDF could not be opened in time", code="pdf_unavailable") from failed
    if done.returncode:
        raise Invalid("statement_too_complex", "the PDF takes too much memory or time to open")
    for line in io.BytesIO(done.stdout):
        told = json.loads(line)
        if "code" in told:
            raise _refusal(told)
        yield Row(told["row"], tuple(told["cells"]))


def _refusal(told: dict[str, str]) -> Invalid:
    return Invalid(told["code"], told["message"])


def _main() -> None:
    """Print the rows of the PDF of the standard input, or why there are none."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    password = json.loads(sys.stdin.buffer.readline())
    out = sys.stdout
    try:
        for row in rows_of(words_of(sys.stdin.buffer.read(), password)):
            out.write(json.dumps({"row": row.number, "cells": row.cells}) + "\n")
    except Invalid as refusal:
        out.write(json.dumps({"code": refusal.code, "message": refusal.message}) + "\n")


if __name__ == "__main__":
    _main()
