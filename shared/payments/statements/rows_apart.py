"""Rows that a process apart reads of a file: what it prints, and what is made of that.

A library that unpacks whatever a file says is held to limits of memory and computing time, and a flaw in it
ends that process alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator

from shared.core.apart import limit_this_process, run_apart
from shared.core.errors import FieldError, Invalid
from shared.payments.statements.sheet import Row

MEMORY_BYTES = 768 << 20
CPU_SECONDS = 60
_WAIT_SECONDS = 120


def rows_from(module: str, given: bytes, what: str) -> Iterator[Row]:
    """The rows that a module prints of what it is given on its standard input.

    Raises Invalid as the module does, ``statement_too_complex`` over the limits; Unavailable
    ``pdf_unavailable`` when the machine is too busy to say.
    """
    with tempfile.TemporaryFile() as answer:
        run_apart(
            module,
            given,
            answer,
            too_complex="statement_too_complex",
            wait_seconds=_WAIT_SECONDS,
            what=what,
        )
        for line in answer:
            told = json.loads(line)
            if "code" in told:
                faults = [FieldError(*fault) for fault in told["faults"]]
                raise Invalid(told["code"], told["message"], faults)
            yield Row(told["row"], tuple(told["cells"]))


def print_rows(read: Callable[[bytes], Iterator[Row]]) -> None:
    """Be that process: print the rows of the file on the standard input, or why there are none."""
    limit_this_process(MEMORY_BYTES, CPU_SECONDS)
    out = sys.stdout
    try:
        for row in read(sys.stdin.buffer.read()):
            out.write(json.dumps({"row": row.number, "cells": row.cells}) + "\n")
    except Invalid as refusal:
        faults = [(error.pointer, error.detail) for error in refusal.errors]
        out.write(json.dumps({"code": refusal.code, "message": refusal.message, "faults": faults}) + "\n")
