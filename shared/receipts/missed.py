"""Files whose event was lost: the sweep looks for those without a receipt and announces them again.

Eventarc gives an event up after a day of failures, and keeps no dead letter that we could look at. The file
is still there: twice an hour at most the folder of each business is gone through, and what came in lately and
has no receipt is announced over the bus to the function that reads receipts, with the retries and dead
letters of every other event. Reading it here would need the memory of an OCR engine in the function that
polls payments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from shared.blobs import Blob
from shared.bus import emit
from shared.core import logs
from shared.core.clock import rfc3339
from shared.core.errors import Permanent, Retryable
from shared.events import ObjectFinalized, ObjectMissed
from shared.ports import HasBlobs, HasClock, HasOutbox, HasStore
from shared.receipts.places import receipt_key
from shared.store import Data, Key, Tx

GRACE = timedelta(minutes=10)
"""A younger file is probably being read right now."""
REMEMBERED = timedelta(days=7)
"""An older file was looked at on every round since; looking up its receipt again would cost a read each."""
ROUND = timedelta(minutes=30)
LOOKED = 1000
"""Files of one business looked at in one sweep: one page of Cloud Storage."""
ANNOUNCED = 50
PLACE = Key("receipt_sweep", "place")
"""Where the round through a business's folder stands: the last name looked at, or when the next begins."""


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, Protocol):
    """The sum of these."""


def announce_missed(ports: Ports, businesses: Sequence[str], give_up: datetime) -> int:
    """Announce files without a receipt, business by business until ``give_up``; returns how many.

    A bucket that cannot be reached ends it for this time: it is the same one for every business.
    """
    announced = 0
    for business in businesses:
        if ports.clock.now() > give_up:
            break
        try:
            announced += _look_through(ports, business)
        except Permanent as error:
            logs.warn("files could not be looked through", business=business, code=error.code, why=str(error))
        except Retryable as error:
            logs.warn("the bucket could not be looked through", code=error.code, why=str(error))
            break
    return announced


def _look_through(ports: Ports, business: str) -> int:
    place = ports.store.get(business, PLACE)
    now = ports.clock.now()
    if place is not None and rfc3339(now) < place.data["next_at"]:
        return 0
    after = place.data["after"] if place is not None else ""
    looked = list(islice(ports.blobs.list(f"receipts/{business}/", after), LOOKED))
    missed = _without_receipt(ports, business, looked, now)
    ports.outbox.run(
        business, lambda tx: _announce(tx, ports.blobs.bucket, missed, _next(looked, missed, now))
    )
    if missed:
        logs.warn("files without a receipt are announced again", business=business, files=len(missed))
    return len(missed)


def _without_receipt(ports: Ports, business: str, looked: list[Blob], now: datetime) -> list[Blob]:
    oldest, newest = rfc3339(now - REMEMBERED), rfc3339(now - GRACE)
    recent = [blob for blob in looked if oldest <= blob.stored_at <= newest]
    keys = [receipt_key(_file(ports.blobs.bucket, blob)) for blob in recent]
    receipts = ports.store.get_many(business, keys)
    return [blob for blob, doc in zip(recent, receipts, strict=True) if doc is None][:ANNOUNCED]


def _next(looked: list[Blob], missed: list[Blob], now: datetime) -> Data:
    """Go on where this sweep ended; after the last file, begin anew later."""
    if len(missed) == ANNOUNCED:
        return {"after": missed[-1].name, "next_at": ""}
    if len(looked) == LOOKED:
        return {"after": looked[-1].name, "next_at": ""}
    return {"after": "", "next_at": rfc3339(now + ROUND)}


def _announce(tx: Tx, bucket: str, missed: list[Blob], place: Data) -> None:
    for blob in missed:
        file = _file(bucket, blob)
        emit(tx, ObjectMissed(**file.model_dump()), receipt_key(file))
    tx.set(PLACE, place)


def _file(bucket: str, blob: Blob) -> ObjectFinalized:
    return ObjectFinalized(bucket=bucket, name=blob.name, generation=blob.generation)
