"""What a test wrote to Hesabu's log, as the objects that the lines are."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.core import logs


class Lines(logging.Handler):
    """Every line as written, formatted in the thread that wrote it; append is atomic."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.JsonFormatter())
        self.all: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.all.append(json.loads(self.format(record)))

    def of(self, **fields: Any) -> list[dict[str, Any]]:
        """The lines that have all these fields with these values, in order."""
        return [line for line in self.all if fields.items() <= line.items()]


@contextmanager
def captured(logger: logging.Logger = logs.log) -> Iterator[Lines]:
    """Collect the lines of the block, whatever level is shown."""
    lines = Lines()
    logger.addHandler(lines)
    try:
        yield lines
    finally:
        logger.removeHandler(lines)
