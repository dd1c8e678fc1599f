"""What the status page shows, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.feed import Feed
from local.functions import Functions
from shared.bus.local import Depth, LocalBus
from shared.core.clock import Clock, rfc3339

MESSAGES = 12


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of a running system that the status looks at."""

    functions: Functions
    bus: LocalBus
    feed: Feed
    clock: Clock
    outbox: Path
    about: Mapping[str, str]
    links: Mapping[str, str]


def status(runtime: Runtime) -> dict[str, Any]:
    """Everything at once: functions, queues, dead letters, the feed and messages, newest first."""
    depths = runtime.bus.depths()
    return {
        "as_of": rfc3339(runtime.clock.now()),
        "about": dict(runtime.about),
        "links": dict(runtime.links),
        "functions": [_function(runtime, name) for name in runtime.functions.topology],
        "queues": [{"consumer": name, **asdict(depth)} for name, depth in sorted(depths.items())],
        "totals": asdict(_total(list(depths.values()))),
        "dead_letters": [_letter(letter) for letter in runtime.bus.dead_letters(20)],
        "feed": runtime.feed.latest(),
        "messages": messages(runtime.outbox),
    }


def messages(folder: Path) -> list[dict[str, str]]:
    """The newest messages that the embedded channel wrote instead of sending."""
    from shared.messages.channels.folder import letters

    return [asdict(letter) for letter in letters(folder, MESSAGES)]


def _function(runtime: Runtime, name: str) -> dict[str, Any]:
    function = runtime.functions.topology[name]
    calls, failures = runtime.feed.calls(name)
    return {
        "name": name,
        "description": function.description,
        "kind": function.trigger.kind,
        "starts_on": function.starts_on,
        "loaded": name in runtime.functions.loaded(),
        "calls": calls,
        "failures": failures,
    }


def _letter(letter: Any) -> dict[str, Any]:
    return {
        "id": letter.seq,
        "consumer": letter.consumer,
        "type": letter.type,
        "business": letter.business,
        "attempts": letter.attempt,
        "last_error": letter.last_error,
    }


def _total(depths: list[Depth]) -> Depth:
    return Depth(
        sum(depth.waiting for depth in depths),
        sum(depth.in_flight for depth in depths),
        sum(depth.dead for depth in depths),
    )
