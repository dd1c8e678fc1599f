"""Work on files that may be built to hurt, in a process apart with its own limits of memory and time.

A process that goes over its limits ends alone, and a flaw in a library stays in it.
"""

from __future__ import annotations

import resource
import subprocess  # the command is a module of ours; the file goes in on its standard input
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from shared.core.errors import Invalid, Unavailable

_ROOT = Path(__file__).resolve().parents[2]


def run_apart(
    module: str,
    given: bytes,
    answer: IO[bytes],
    *,
    too_complex: str,
    wait_seconds: float,
    arguments: Sequence[str] = (),
    what: str = "PDF",
) -> None:
    """Run a module as a program on a file; what it prints is in ``answer``, a real file at its start.

    Raises Invalid ``too_complex`` when it ended over its limits, Unavailable ``pdf_unavailable`` (whatever
    kind of file ``what`` names) when the machine is too busy to say within ``wait_seconds``.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", module, *arguments],
            input=given,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            timeout=wait_seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as failed:
        raise Unavailable(f"the {what} could not be opened in time", code="pdf_unavailable") from failed
    if done.returncode:
        raise Invalid(too_complex, f"the {what} takes too much memory or time to open")
    answer.seek(0)


def limit_this_process(memory_bytes: int, cpu_seconds: int) -> None:
    """Called first by the program: address space and computing time, and no core file of anybody's data."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
