"""The past, replayed: the running functions see the day on which each step happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from local.system import System
from shared import app as composition
from shared.app import App
from shared.core.clock import ManualClock
from shared.messages.channels.folder import FolderChannel
from shared.messages.model import Channel


class Past:
    """An App over the system's own data whose clock stands where history is.

    It shares store file, bus and bucket with the present one, so events that a step causes are delivered by
    the system's worker to the same functions. Messages of the past are always written to the folder: what
    happened weeks ago is never sent to anybody's phone today.
    """

    def __init__(self, system: System, start: datetime) -> None:
        self._system = system
        self._clock = ManualClock(start)
        self.app = App(system.settings, clock=self._clock, ids=system.ids)
        self.app.built["bus"] = system.bus
        folder = Path(system.settings.outbox_folder)
        self.app.built["sms"] = FolderChannel(folder, Channel.SMS, self._clock)
        self.app.built["email"] = FolderChannel(folder, Channel.EMAIL, self._clock)

    def travel(self, to: datetime) -> None:
        """Move forward to a moment; an earlier one leaves the clock where it is."""
        self._clock.advance(max(0.0, (to - self._clock.now()).total_seconds()))

    def deliver(self) -> int:
        """Let the functions deal with everything that is due; returns how many deliveries that took."""
        return self._system.drain()


@contextmanager
def past(system: System, start: datetime) -> Iterator[Past]:
    """The functions of this process live in the past until the block ends."""
    machine = Past(system, start)
    composition.use(machine.app)
    try:
        yield machine
    finally:
        composition.use(system.app)
        machine.app.store.close()
