"""What settlement does when an event arrives: stored callbacks are processed, timers sweep."""

from __future__ import annotations

from dataclasses import asdict

from shared.bus import Consumer
from shared.core import context
from shared.events import CallbackReceived, Event, SweepDue
from shared.payments.ports import Ports
from shared.payments.settlement import process_callback
from shared.payments.sweep import sweep

settle_consumer: Consumer[Ports] = Consumer("settle")
sweep_consumer: Consumer[Ports] = Consumer("sweep")


@settle_consumer.on(CallbackReceived)
def callback_received(ports: Ports, event: Event[CallbackReceived]) -> None:
    process_callback(ports, event.business, event.data.evidence_id)


@sweep_consumer.on(SweepDue)
def sweep_due(ports: Ports, event: Event[SweepDue]) -> None:
    context.note(**asdict(sweep(ports)))
