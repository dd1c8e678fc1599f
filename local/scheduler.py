"""Timers: the schedules of functions.json, as events on the bus."""

from __future__ import annotations

from collections.abc import Iterable

from local.topology import Function, ScheduleTrigger
from local.transport import KnownBus
from shared.bus.local import Depth
from shared.core.clock import Clock, rfc3339
from shared.events import CATALOGUE, SYSTEM, new_event


class Scheduler:
    """Publishes each timer once a period. Its event id names the period, so a restart repeats nothing.

    A timer whose last event still waits is not published again: missed periods do not pile up.
    """

    def __init__(self, topology: Iterable[Function], bus: KnownBus, clock: Clock) -> None:
        self._timers = [(f.name, f.trigger) for f in topology if isinstance(f.trigger, ScheduleTrigger)]
        self._bus, self._clock = bus, clock
        self._published: dict[str, int] = {}

    def tick(self) -> int:
        """Publish what is due by the clock; returns how many timers fired."""
        return sum(self._fire(name, trigger) for name, trigger in self._timers)

    def _fire(self, name: str, trigger: ScheduleTrigger) -> bool:
        now = self._clock.now()
        period = int(now.timestamp()) // trigger.local_seconds
        depth = self._bus.depths().get(name, Depth())
        if self._published.get(name) == period or depth.waiting or depth.in_flight:
            return False
        self._published[name] = period
        data = CATALOGUE[trigger.type]()
        self._bus.publish([new_event(SYSTEM, f"timers/{name}", period, rfc3339(now), data).to_cloud_event()])
        return True
