"""What settlement does when an event arrives: stored callbacks are processed."""

from __future__ import annotations

from shared.bus import Consumer
from shared.events import SYSTEM, CallbackReceived, Event
from shared.payments.airtel_notices import readdress
from shared.payments.ports import Ports
from shared.payments.settlement import process_callback

settle_consumer: Consumer[Ports] = Consumer("settle")


@settle_consumer.on(CallbackReceived)
def callback_received(ports: Ports, event: Event[CallbackReceived]) -> None:
    """Settle by a callback of a business; one that named no payment of ours is looked up once more."""
    if event.business == SYSTEM:
        readdress(ports, event.data.evidence_id)
    else:
        process_callback(ports, event.business, event.data.evidence_id)
