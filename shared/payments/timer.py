"""What the timer's tick does. Apart from what settles callbacks, which would else carry all of the sweep."""

from __future__ import annotations

from dataclasses import asdict

from shared.bus import Consumer
from shared.core import context
from shared.events import Event, SweepDue
from shared.payments.sweep import Ports, sweep

sweep_consumer: Consumer[Ports] = Consumer("sweep")


@sweep_consumer.on(SweepDue)
def sweep_due(ports: Ports, event: Event[SweepDue]) -> None:
    context.note(**asdict(sweep(ports)))
