"""What the receipt reader does when a file lands in the bucket."""

from __future__ import annotations

from shared.bus import Consumer
from shared.events import Event, ObjectFinalized
from shared.receipts.intake import take_in
from shared.receipts.ports import Ports

consumer: Consumer[Ports] = Consumer("ocr_receipt")


@consumer.on(ObjectFinalized)
def object_finalized(ports: Ports, event: Event[ObjectFinalized]) -> None:
    take_in(ports, event.business, event.data)
