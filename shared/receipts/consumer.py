"""What the receipt reader does when a file lands in the bucket."""

from __future__ import annotations

from shared.blobs import check_name
from shared.bus import Consumer
from shared.events import Elsewhere, Event, ObjectFinalized, ObjectMissed
from shared.receipts.intake import take_in
from shared.receipts.places import FOLDER
from shared.receipts.ports import Ports

consumer: Consumer[Ports] = Consumer("ocr_receipt")


@consumer.on(ObjectFinalized)
def object_finalized(ports: Ports, event: Event[ObjectFinalized]) -> None:
    _take(ports, event.business, event.data)


@consumer.on(ObjectMissed)
def object_missed(ports: Ports, event: Event[ObjectMissed]) -> None:
    _take(ports, event.business, ObjectFinalized(**event.data.model_dump()))


def _take(ports: Ports, business: str, file: ObjectFinalized) -> None:
    if not file.name.startswith(FOLDER):
        raise Elsewhere("a file of another folder starts another function")
    check_name(file.name)  # Cloud Storage keeps names that this program could not read back
    take_in(ports, business, file)
