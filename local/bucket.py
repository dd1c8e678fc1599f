"""The bucket watcher: files that land in the folder become the event that Cloud Storage would send.

It polls: file system notifications fire on the first byte of a slow copy, and miss files that are moved in.
A file is announced when two scans in a row saw the same generation and size. Seen generations are remembered
in the store, in the commit that puts the event in the outbox: announced once, and never lost.
"""

from __future__ import annotations

from typing import Any, Protocol

from shared.blobs import Blob
from shared.bus.outbox import OUTBOX
from shared.core import logs
from shared.core.errors import HesabuError
from shared.core.ids import check_id, derived_id
from shared.events import ObjectFinalized
from shared.ports import HasBlobs, HasOutbox, HasStore
from shared.store import Key, Tx

SEEN = "objects_seen"


class Ports(HasStore, HasOutbox, HasBlobs, Protocol):
    """The sum of these."""


class BucketWatcher:
    """Announces new files under ``prefix`` (``receipts/``); names are ``receipts/{business}/{file}``."""

    def __init__(self, ports: Ports, prefix: str) -> None:
        self._ports = ports
        self._prefix = prefix
        self._before: dict[str, Blob] = {}
        self._done: dict[str, str] = {}

    def scan(self, *, settled: bool = False) -> int:
        """Look once; returns how many files were announced.

        Args:
            settled: True announces at first sight, for callers who know that nobody is still writing.
        """
        now = {blob.name: blob for blob in self._ports.blobs.list(self._prefix)}
        quiet = [blob for name, blob in now.items() if settled or self._before.get(name) == blob]
        self._before = now
        return sum(self._announce(blob) for blob in quiet if self._done.get(blob.name) != blob.generation)

    def _announce(self, blob: Blob) -> bool:
        try:
            business = check_id(_business(blob.name), "business")
            fresh = self._ports.outbox.run(business, lambda tx: _record(tx, self._ports.blobs.bucket, blob))
        except HesabuError as error:
            logs.warn("a file in the bucket is left alone", object=blob.name, why=error.message)
            if error.status >= 500:
                return False
            fresh = False
        self._done[blob.name] = blob.generation
        return fresh


def _business(name: str) -> str:
    parts = name.split("/", 2)
    return parts[1] if len(parts) == 3 else ""


def _record(tx: Tx, bucket: str, blob: Blob) -> bool:
    """Remember the generation and put its event in the outbox; False when it was announced before."""
    event = finalized(bucket, blob, tx.business, tx.now)
    seen = Key(SEEN, event["id"])
    if tx.get(seen) is not None:
        return False
    tx.create(seen, {"object": blob.name, "generation": blob.generation, "seen_at": tx.now})
    tx.put(Key(OUTBOX, event["id"]), {"event": event, "created_on": tx.now})
    return True


def finalized(bucket: str, blob: Blob, business: str, time: str) -> dict[str, Any]:
    """The CloudEvent of Eventarc for a finished upload (googleapis/google-cloudevents, storage v1)."""
    return {
        "specversion": "1.0",
        "id": derived_id("evt", bucket, blob.name, blob.generation),
        "source": f"//storage.googleapis.com/projects/_/buckets/{bucket}",
        "type": ObjectFinalized.TYPE,
        "subject": f"objects/{blob.name}",
        "time": time,
        "business": business,
        "datacontenttype": "application/json",
        "data": {
            "kind": "storage#object",
            "bucket": bucket,
            "name": blob.name,
            "generation": blob.generation,
            "metageneration": "1",
            "size": str(blob.size),
            "timeCreated": time,
        },
    }
