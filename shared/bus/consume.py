"""Consumers: decode an event, call the one handler of its type, and say whether it must come again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from shared.core import context, logs, measures
from shared.core.clock import Stopwatch
from shared.core.context import Context, Headers
from shared.core.errors import HesabuError, Permanent
from shared.core.ids import derived_id
from shared.events import SYSTEM, Elsewhere, Event, EventData, parse
from shared.ports import HasStore
from shared.store import Key, Store

DEAD_LETTERS = "dead_letters"


P = TypeVar("P", bound=HasStore)
D = TypeVar("D", bound=EventData)
Handler = Callable[[P, Event[Any]], None]


class Consumer(Generic[P]):
    """The handlers of one function, by event type.

    A handler returns when the event is dealt with. Permanent errors are recorded as dead letters with the
    event and acknowledged; anything else propagates, so that the bus delivers the event again.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[str, Handler[P]] = {}

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._handlers)

    def on(self, model: type[D]) -> Callable[[Callable[[P, Event[D]], None]], Callable[[P, Event[D]], None]]:
        """Register the handler of one event type."""

        def register(handler: Callable[[P, Event[D]], None]) -> Callable[[P, Event[D]], None]:
            self._handlers[model.TYPE] = cast(Handler[P], handler)
            return handler

        return register

    def handle(self, ports: P, cloud_event: Any, headers: Headers | None = None) -> None:
        """Deal with one delivered event; a poison event ends as a dead letter, not in a loop.

        ``headers`` are those of the delivery, which may name the trace that it belongs to.
        """
        trace = context.trace_of(headers or {})
        with context.entered(Context(self.name, _request_id(cloud_event), trace=trace)) as here:
            watch, outcome = Stopwatch(), "again"
            try:
                outcome = self._deal(ports, cloud_event, here)
            except Exception as error:
                here.notes["code"] = error.code if isinstance(error, HesabuError) else "crashed"
                here.notes["why"] = error.message if isinstance(error, HesabuError) else type(error).__name__
                raise
            finally:
                self._close(_type(cloud_event, self.types), outcome, watch)

    def _deal(self, ports: P, cloud_event: Any, here: Context) -> str:
        try:
            event = parse(cloud_event)
            here.business, here.event_id = event.business, event.id
            handler = self._handlers.get(event.type)
            if handler is None:
                raise Permanent(f"{self.name} has no handler for {event.type}", code="event_unrouted")
            handler(ports, event)
        except Elsewhere as error:
            logs.info("event ignored", consumer=self.name, why=error.message)
            return "ignored"
        except Permanent as error:
            self._bury(ports.store, cloud_event, error)
            return "buried"
        return "done"

    def _close(self, kind: str, outcome: str, watch: Stopwatch) -> None:
        """One line and one measurement for every delivery, however it ended."""
        measures.EVENTS.add(function=self.name, type=kind, outcome=outcome)
        measures.EVENT_SECONDS.observe(watch.seconds, function=self.name, type=kind)
        told = {"step": kind, "outcome": outcome, "duration_ms": watch.milliseconds}
        tell = logs.warn if outcome == "again" else logs.info
        tell("event handled", **{**context.current().notes, **told})

    def _bury(self, store: Store, cloud_event: Any, error: Permanent) -> None:
        raw = _as_text(cloud_event)
        business = _business(cloud_event)
        key = Key(DEAD_LETTERS, derived_id("dead", self.name, raw))

        def record(tx: Any) -> None:
            letter = {
                "consumer": self.name,
                "event": raw[:200_000],
                "code": error.code,
                "message": _storable(error.message[:1000]),
            }
            tx.put(key, {**letter, "recorded_at": tx.now})

        store.transaction(business, record)
        measures.DEAD_LETTERS.add(function=self.name, code=error.code)
        logs.error("event buried", business=business, consumer=self.name, code=error.code, dead_letter=key.id)


def _request_id(cloud_event: Any) -> str:
    """The request an event goes back to; what nobody asked for (a file, a timer) is named by the event."""
    given = cloud_event if isinstance(cloud_event, dict) else {}
    identity = given.get("id")
    named_by = identity if isinstance(identity, str) else ""
    return context.usable(given.get("requestid")) or derived_id("req", named_by)


def _type(cloud_event: Any, known: frozenset[str]) -> str:
    """The event's type if it is one of ours: what strangers send must not become a label."""
    kind = cloud_event.get("type") if isinstance(cloud_event, dict) else None
    return kind if isinstance(kind, str) and kind in known else "unknown"


def _as_text(cloud_event: Any) -> str:
    """ASCII JSON of whatever arrived: escaped, so that zero bytes and half characters can be stored."""
    text = _json(cloud_event)
    if text is None and isinstance(cloud_event, dict):
        # one attribute cannot be told: the others still say which event it was
        told = {ascii(name): _json(value) or type(value).__name__ for name, value in cloud_event.items()}
        text = json.dumps(told)
    return text or f"{type(cloud_event).__name__} that is no JSON"


def _json(value: Any) -> str | None:
    try:
        return json.dumps(value, default=ascii, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return None


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _business(cloud_event: Any) -> str:
    try:
        return parse(cloud_event).business
    except Permanent:
        return SYSTEM
