"""Logs: one JSON object a line, with the ids of the work it belongs to, redacted before it is written."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from shared.core import context
from shared.core.errors import Retryable
from shared.core.redaction import redact, redact_text

__all__ = ["configure", "debug", "debugging", "error", "info", "metric", "redact", "warn"]


class JsonFormatter(logging.Formatter):
    """Cloud Logging's structured form: severity, message, the record's own fields, the context's ids.

    Source: Google Cloud, "Structured logging" (special JSON fields). ``project`` lets lines find their trace.
    """

    project = ""

    def format(self, record: logging.LogRecord) -> str:
        here = context.current()
        line: dict[str, Any] = {"severity": record.levelname, "message": redact_text(record.getMessage())}
        fields = getattr(record, "fields", {})
        told = fields if getattr(record, "clean", False) else redact(fields)
        line |= {**here.ids(), **told, **self._trace(here.trace)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= self._fault(record.exc_info)
        text = json.dumps(line, default=str, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode()  # half characters stay valid JSON escapes

    def _fault(self, told: Any) -> dict[str, Any]:
        """What was raised: with its stack, unless it says itself that the same work may succeed later.

        Work that is tried again is ordinary; its stacks would drown those that somebody must look at.
        """
        fault = told[1]
        if isinstance(fault, Retryable):
            said = {"code": fault.code, "error": redact_text(fault.message)}
            return {"error_type": type(fault).__name__, **said}
        return {"error_type": type(fault).__name__, "stack": redact_text(self.formatException(told))}

    def _trace(self, trace: context.Trace) -> dict[str, Any]:
        if not (self.project and trace.trace):
            return {}
        found: dict[str, Any] = {
            "logging.googleapis.com/trace": f"projects/{self.project}/traces/{trace.trace}",
            "logging.googleapis.com/trace_sampled": trace.sampled,
        }
        return {**found, "logging.googleapis.com/spanId": trace.span} if trace.span else found


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment: servers and tests replace it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """The stream is never kept."""


log = logging.getLogger("hesabu")
metric_log = logging.getLogger("hesabu.metrics")
"""Lines that are counted, whatever LOG_LEVEL hides; silent until ``configure`` is told to write them."""
metric_log.propagate = False
metric_log.disabled = True


def configure(level: str = "INFO", *, project: str = "", metrics: bool = False) -> None:
    """Send Hesabu's log to standard error as JSON lines; calling it again only changes what is given.

    Args:
        level: the least severity written.
        project: the Google Cloud project whose traces the lines belong to, "" for none.
        metrics: whether every emission of a metric is a line too.
    """
    handler = _handler(log)
    handler.setLevel(level)
    log.propagate = False
    log.setLevel(level)
    metric_log.disabled = not metrics
    metric_log.setLevel(logging.INFO)
    for one in (handler, _handler(metric_log)):
        if isinstance(one.formatter, JsonFormatter):
            one.formatter.project = project


def adopt(root: logging.Logger | None = None) -> None:
    """Write what libraries and the framework log in the same form, for a process that is ours alone.

    Flask logs what a handler raises with its stack; without this, that line would leave unredacted.
    """
    root = root or logging.getLogger()
    root.handlers = [_handler(log)]


def _handler(logger: logging.Logger) -> logging.Handler:
    for handler in logger.handlers:
        if isinstance(handler, StderrHandler):
            return handler
    handler = StderrHandler()
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    return handler


def debugging() -> bool:
    """Whether lines for debugging are written: what they cost is saved where they are not."""
    return log.isEnabledFor(logging.DEBUG)


def debug(message: str, **fields: Any) -> None:
    """Log what helps to find a fault, with its fields."""
    log.debug(message, extra={"fields": fields})


def info(message: str, **fields: Any) -> None:
    """Log what happened, with its fields."""
    log.info(message, extra={"fields": fields})


def warn(message: str, *, exc_info: bool = False, **fields: Any) -> None:
    """Log what somebody should look at, with its fields."""
    log.warning(message, extra={"fields": fields}, exc_info=exc_info)


def error(message: str, *, exc_info: bool = False, **fields: Any) -> None:
    """Log a failure, with its fields."""
    log.error(message, extra={"fields": fields}, exc_info=exc_info)


def metric(name: str, value: float, labels: Mapping[str, str]) -> None:
    """Write one emission of a metric as a line that Cloud Logging can count, where that is asked for."""
    if not metric_log.disabled:
        fields = {"metric": name, "value": value, "labels": dict(labels)}
        metric_log.info("metric", extra={"fields": fields, "clean": True})  # words of our own code
