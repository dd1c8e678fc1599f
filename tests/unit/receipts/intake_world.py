"""A bucket and a store in which files arrive and are read by a scripted engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.blobs import Blob
from shared.blobs.folder import FolderBlobs
from shared.bus import Outbox
from shared.core.clock import ManualClock
from shared.core.errors import Unavailable
from shared.core.ids import SeededIds
from shared.core.settings import Settings
from shared.events import ObjectFinalized
from shared.receipts.intake import take_in
from shared.receipts.places import RECEIPTS, receipt_key
from shared.store import Doc, Query, Store
from tests.support.bus import RecordingBus
from tests.unit.receipts.support import ScriptedEngine

BUSINESS = "biz_a"
RECEIPT = (
    "MAJI PLUMBING SUPPLIES LTD",
    "PIN: P052204618B",
    "RECEIPT NO: 007702",
    "DATE: 21/02/2026 11:31",
    "GATE VALVE 15 585.00 8,775.00",
    "TOTAL KES 8,775.00",
    "CASH 9,000.00",
    "CHANGE 225.00",
)


class Absent:
    """An engine that cannot run here."""

    name = "absent"

    def read(self, picture: object) -> Any:
        raise Unavailable("no model", code="ocr_unavailable")


@dataclass
class World:
    """The ports of the reader and of those who hand files in; ``spread`` delivers what lies in the bucket."""

    store: Store
    outbox: Outbox
    bus: RecordingBus
    blobs: FolderBlobs
    clock: ManualClock
    engines: Sequence[Any] = field(default_factory=lambda: [ScriptedEngine(*RECEIPT)])
    ids: SeededIds = field(default_factory=lambda: SeededIds(5))
    tokens: Any = None
    settings: Settings = field(
        default_factory=lambda: Settings.model_validate(
            {"auth_secret": "a" * 32, "callback_secret": "c" * 32, "receipt_mail_domain": "in.hesabu.example"}
        )
    )

    def drop(self, name: str, content: bytes) -> ObjectFinalized:
        return self.file_of(self.blobs.put(f"receipts/{BUSINESS}/{name}", content))

    def take(self, file: ObjectFinalized) -> Doc:
        take_in(self, BUSINESS, file)
        return self.store.require(BUSINESS, receipt_key(file))

    def spread(self) -> dict[str, Doc]:
        """Announce every file in the bucket until no file is new; the receipts by the ends of their names."""
        known: set[str] = set()
        while fresh := [blob for blob in self.blobs.list("receipts/") if blob.name not in known]:
            for blob in fresh:
                take_in(self, BUSINESS, self.file_of(blob))
            known |= {blob.name for blob in fresh}
        return {doc.data["object"].rpartition("/")[2]: doc for doc in self.receipts}

    @property
    def receipts(self) -> list[Doc]:
        return self.store.all(BUSINESS, Query(RECEIPTS, (), "received_at"))

    @property
    def announced(self) -> int:
        return sum(event["type"] == "receipt.read.v1" for event in self.bus.events)

    def file_of(self, blob: Blob) -> ObjectFinalized:
        return ObjectFinalized(bucket="bucket", name=blob.name, generation=blob.generation)
