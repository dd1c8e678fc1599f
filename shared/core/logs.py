"""Logs: one JSON object a line; secrets and people are redacted by field name before anything else."""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from typing import Any, TextIO

_HIDDEN = re.compile(
    r"(?i)phone|msisdn|name$|token|secret|password|passkey|authorization|email|pin$|body|address"
)
_PHONE = re.compile(r"\b(?:\+?254|0)[17][0-9 -]{7,11}[0-9]\b")


def redact(fields: dict[str, Any]) -> dict[str, Any]:
    """Hide values whose field name says what they are, then phone numbers inside any text."""
    return {
        str(key): "[hidden]" if _HIDDEN.search(str(key)) else _redact_value(value)
        for key, value in fields.items()
    }


def _redact_value(value: Any) -> Any:
    match value:
        case dict():
            return redact(value)
        case list() | tuple() | set() | frozenset():
            return [_redact_value(item) for item in value]
        case None | bool():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case int():
            return "[phone]" if _PHONE.fullmatch(str(value)) else value
        case _:
            return _PHONE.sub("[phone]", str(value))


class JsonFormatter(logging.Formatter):
    """Cloud Logging's structured form: severity, message, and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields = redact(getattr(record, "fields", {}))
        line = {"severity": record.levelname, "message": _PHONE.sub("[phone]", record.getMessage()), **fields}
        if record.exc_info and record.exc_info[1] is not None:
            line["error_type"] = type(record.exc_info[1]).__name__
            line["stack"] = _PHONE.sub("[phone]", self.formatException(record.exc_info))
        text = json.dumps(line, default=str, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode()  # half characters stay valid JSON escapes


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment: servers and tests replace it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """The stream is never kept."""


log = logging.getLogger("hesabu")


def configure(level: str = "INFO") -> None:
    """Send Hesabu's log to standard error as JSON lines; calling it again changes nothing."""
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in log.handlers):
        handler = StderrHandler()
        handler.setFormatter(JsonFormatter())
        log.addHandler(handler)
        log.propagate = False
    log.setLevel(level)


def info(message: str, **fields: Any) -> None:
    """Log what happened, with its fields."""
    log.info(message, extra={"fields": fields})


def warn(message: str, *, exc_info: bool = False, **fields: Any) -> None:
    """Log what somebody should look at, with its fields."""
    log.warning(message, extra={"fields": fields}, exc_info=exc_info)


def error(message: str, *, exc_info: bool = False, **fields: Any) -> None:
    """Log a failure, with its fields."""
    log.error(message, extra={"fields": fields}, exc_info=exc_info)
