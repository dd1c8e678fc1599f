"""Files whose event was lost: the sweep looks for those that nobody read and announces them again.

Eventarc gives an event up after a day of failures, and keeps no dead letter that we could look at. The file
is still there: twice an hour at most each folder of each business is gone through, and what came in lately
and left no trace is announced over the bus to the functions that read files, with the retries and dead
letters of every other event. Reading it here would need the memory of an OCR engine in the function that
polls payments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from shared.receipts.places import FOLDER, bundle_mark, receipt_key
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


@dataclass(frozen=True, slots=True)
class Watched:
    """A part of the bucket in which every file leaves a trace once it was read.

    Args:
        folder: ``receipts/``; below it each business has its own.
        place: where the round through it stands.
        traces: what a file may leave, the first being the record that it is about.
    """

    folder: str
    place: Key
    traces: tuple[Callable[[ObjectFinalized], Key], ...]


RECEIPT_FILES = Watched(FOLDER, PLACE, (receipt_key, bundle_mark))


class Ports(HasStore, HasOutbox, HasBlobs, HasClock, Protocol):
    """The sum of these."""


def announce_missed(
    ports: Ports, businesses: Sequence[str], give_up: datetime, watched: Watched = RECEIPT_FILES
) -> int:
    """Announce files that nobody read, business by business until ``give_up``; returns how many.

    A bucket that cannot be reached ends it for this time: it is the same one for every business.
    """
    announced = 0
    for business in businesses:
        if ports.clock.now() > give_up:
            break
        try:
            announced += _look_through(ports, business, watched)
        except Permanent as error:
            logs.warn("files could not be looked through", business=business, code=error.code, why=str(error))
        except Retryable as error:
            logs.warn("the bucket could not be looked through", code=error.code, why=str(error))
            break
    return announced


def _look_through(ports: Ports, business: str, watched: Watched) -> int:
    place = ports.store.get(business, watched.place)
    now = ports.clock.now()
    if place is not None and rfc3339(now) < place.data["next_at"]:
        return 0
    after = place.data["after"] if place is not None else ""
    looked = list(islice(ports.blobs.list(f"{watched.folder}{business}/", after), LOOKED))
    missed = _without_trace(ports, business, watched, looked, now)
    files = [_file(ports.blobs.bucket, blob) for blob in missed]
    following = _next(looked, missed, now)
    ports.outbox.run(business, lambda tx: _announce(tx, watched, files, following))
    if missed:
        logs.warn("files that nobody read are announced again", business=business, files=len(missed))
    return len(missed)


def _without_trace(
    ports: Ports, business: str, watched: Watched, looked: list[Blob], now: datetime
) -> list[Blob]:
    oldest, newest = rfc3339(now - REMEMBERED), rfc3339(now - GRACE)
    missed = [blob for blob in looked if oldest <= blob.stored_at <= newest]
    for trace in watched.traces:  # one after the other: few files have not left the first
        keys = [trace(_file(ports.blobs.bucket, blob)) for blob in missed]
        docs = ports.store.get_many(business, keys)
        missed = [blob for blob, doc in zip(missed, docs, strict=True) if doc is None]
    return missed[:ANNOUNCED]


def _next(looked: list[Blob], missed: list[Blob], now: datetime) -> Data:
    """Go on where this sweep ended; after the last file, begin anew later."""
    if len(missed) == ANNOUNCED:
        return {"after": missed[-1].name, "next_at": ""}
    if len(looked) == LOOKED:
        return {"after": looked[-1].name, "next_at": ""}
    return {"after": "", "next_at": rfc3339(now + ROUND)}


def _announce(tx: Tx, watched: Watched, missed: Sequence[ObjectFinalized], place: Data) -> None:
    for file in missed:
        emit(tx, ObjectMissed(**file.model_dump()), watched.traces[0](file))
    tx.set(watched.place, place)


def _file(bucket: str, blob: Blob) -> ObjectFinalized:
    return ObjectFinalized(bucket=bucket, name=blob.name, generation=blob.generation)
