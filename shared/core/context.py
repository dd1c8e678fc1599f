"""Whose work a thread is doing: one small record, set where work enters, told by every log line.

``request_id`` follows a payment from the request that asked for it to the message about it: events carry it,
records that wait for the outside world keep it. Each thread has its own record; nobody passes it along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

from shared.core.redaction import redact_text

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_CLOUD_TRACE = re.compile(r"([0-9A-Fa-f]{32})(?:/([0-9]{1,20}))?(?:;o=([0-9]{1,3}))?")


class Headers(Protocol):
    """Request headers, found in any case."""

    def get(self, key: str, /) -> str | None: ...


class Trace(NamedTuple):
    """Where a request stands in a distributed trace; the ids in lower-case hex, "" for none."""

    trace: str = ""
    span: str = ""
    sampled: bool = False


class Context:
    """What is known about the work at hand. ``notes`` join the line that closes it."""

    __slots__ = ("business", "event_id", "function", "notes", "request_id", "trace")

    def __init__(
        self,
        function: str = "",
        request_id: str = "",
        *,
        business: str = "",
        event_id: str = "",
        trace: Trace = Trace(),  # noqa: B008 - a tuple, never changed
    ) -> None:
        self.function = function
        self.request_id = request_id
        self.business = business
        self.event_id = event_id
        self.trace = trace
        self.notes: dict[str, Any] = {}

    def ids(self) -> dict[str, str]:
        """The ids that are known, by the names they have in the log."""
        known = {
            "request_id": self.request_id,
            "business": self.business,
            "event_id": self.event_id,
            "function": self.function,
        }
        return {name: value for name, value in known.items() if value}


_NOBODY = Context()
_current: ContextVar[Context] = ContextVar("hesabu_context", default=_NOBODY)


def usable(request_id: object) -> str:
    """A request id from outside if it may stand in logs and records, else "": no phone number, no token."""
    if not isinstance(request_id, str) or not _REQUEST_ID.fullmatch(request_id):
        return ""
    return request_id if redact_text(request_id) == request_id else ""


def current() -> Context:
    """The context of this thread; an empty one outside of any work."""
    return _current.get()


@contextmanager
def entered(context: Context) -> Iterator[Context]:
    """Do the work of the block under a context of its own; the one before comes back after it."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def continued(request_id: object, business: str) -> Iterator[None]:
    """Do the block's work for a business under an earlier request's id, if that is one, else under this one.

    Its notes stay its own: a sweep does many things, and closes with its own line.
    """
    here, earlier = current(), usable(request_id)
    ids = {"business": business or here.business, "event_id": here.event_id}
    with entered(Context(here.function, earlier or here.request_id, trace=here.trace, **ids)):
        yield


def follow(request_id: object) -> None:
    """Go on under an earlier request's id until this work ends; one that cannot be used changes nothing."""
    here, earlier = current(), usable(request_id)
    if here is not _NOBODY and earlier:
        here.request_id = earlier


def belongs_to(business: str) -> None:
    """Say whose work this turned out to be."""
    here = current()
    if here is not _NOBODY:
        here.business = business


def note(**facts: Any) -> None:
    """Add facts to the line that closes this work: what was decided, how many there were."""
    here = current()
    if here is not _NOBODY:
        here.notes.update(facts)


def trace_of(headers: Headers | Mapping[str, str]) -> Trace:
    """The trace that a request belongs to, by W3C ``traceparent`` or by ``X-Cloud-Trace-Context``.

    Source: W3C Trace Context; Google Cloud, "Trace context" (the span of the older header is decimal).
    """
    if match := _TRACEPARENT.fullmatch((headers.get("traceparent") or "").strip()):
        if set(match[1]) != {"0"} and set(match[2]) != {"0"}:
            return Trace(match[1], match[2], bool(int(match[3], 16) & 1))
    elif match := _CLOUD_TRACE.fullmatch((headers.get("X-Cloud-Trace-Context") or "").strip()):
        span = int(match[2] or 0)
        return Trace(match[1].lower(), f"{span:016x}" if 0 < span < 1 << 64 else "", match[3] == "1")
    return Trace()
