"""The zip of a period: every file inside becomes a file in the bucket, with a receipt and an end of its own.

The entries are stored under numbers, read by as many instances as there are, and counted from their receipts:
a counter that every one of them wrote would be the one document that all of them wait for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.core import context
from shared.core.errors import AlreadyExists, Invalid
from shared.core.ids import derived_id
from shared.events import ObjectFinalized
from shared.receipts.archive import Archive, Entry, is_zip, open_archive
from shared.receipts.headers import sniff
from shared.receipts.pages import ENDING
from shared.receipts.places import (
    BUNDLE,
    BUNDLES,
    FOLDER,
    RECEIPTS,
    bundle_mark,
    receipt_key,
    refused_key,
)
from shared.receipts.ports import Ports
from shared.receipts.records import blank, refused, write
from shared.store import Data, Doc, Key, Store, Tx


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of one entry: the name it was stored under, or the receipt that says why not."""

    shown: str
    stored_as: str = ""
    refused_as: str = ""


@dataclass(frozen=True, slots=True)
class _Opening:
    """A zip at work: whose it is, the file it came as, its record's key, what is inside."""

    ports: Ports
    business: str
    file: ObjectFinalized
    key: Key
    archive: Archive

    @property
    def folder(self) -> str:
        return f"{FOLDER}{self.business}/{self.key.id}/"


def is_bundle(name: str, content: bytes) -> bool:
    """A zip by its bytes and its name, and not the pages of one receipt.

    A zip under any other name is no more than a file that cannot be read.
    """
    return name.lower().endswith(".zip") and not name.lower().endswith(ENDING) and is_zip(content)


def bundle_key(sha256: str) -> Key:
    """One record for one zip, by its bytes: handed in again, it adds nothing."""
    return Key(BUNDLES, derived_id(BUNDLE, sha256))


def open_bundle(ports: Ports, business: str, file: ObjectFinalized, content: bytes, sha256: str) -> None:
    """Store the entries of a zip one by one, then write its record; a crash in between is made good.

    Raises Invalid ``archive_*`` for the zip as a whole, and then nothing of it was stored.
    """
    opening = _Opening(ports, business, file, bundle_key(sha256), open_archive(content))
    context.note(bundle=opening.key.id, entries=len(opening.archive.entries))
    if ports.store.get(business, opening.key) is None:
        taken = [_take(opening, entry) for entry in opening.archive.entries]
        _record(opening, sha256, taken)
    told = {"bundle_id": opening.key.id, "object": file.name}
    ports.store.put(business, bundle_mark(file), told)


def _take(opening: _Opening, entry: Entry) -> _Taken:
    try:
        content = opening.archive.read(entry)
        name = f"{opening.folder}{entry.number:04}.{sniff(content).value}"
    except Invalid as refusal:
        return _refuse(opening, entry, refusal)
    with suppress(AlreadyExists):  # stored before a crash: the same zip has the same entries
        opening.ports.blobs.put(name, content, only_if_absent=True)
    return _Taken(entry.name, stored_as=name)


def _refuse(opening: _Opening, entry: Entry, refusal: Invalid) -> _Taken:
    """A receipt for what was not stored; the zip around it is the original that is kept."""
    key, file = refused_key(opening.key.id, entry.number), opening.file
    receipt = blank(file.name, file.generation, opening.ports.clock.now(), opening.key.id)
    told = Invalid(refusal.code, f"{entry.name}: {refusal.message}")
    opening.ports.outbox.run(opening.business, lambda tx: write(tx, key, receipt | refused(told)))
    return _Taken(entry.name, refused_as=key.id)


def _record(opening: _Opening, sha256: str, taken: Sequence[_Taken]) -> None:
    bucket = opening.ports.blobs.bucket
    stored = {
        blob.name: receipt_key(ObjectFinalized(bucket=bucket, name=blob.name, generation=blob.generation)).id
        for blob in opening.ports.blobs.list(opening.folder)
    }
    entries = [
        {"name": one.shown, "receipt_id": one.refused_as or stored.get(one.stored_as, "")} for one in taken
    ]
    record: Data = {
        "object": opening.file.name,
        "sha256": sha256,
        "ignored": opening.archive.ignored,
        "entries": entries,
    }
    opening.ports.store.transaction(opening.business, lambda tx: _write(tx, opening.key, record))


def _write(tx: Tx, key: Key, record: Data) -> None:
    if tx.get(key) is None:
        tx.create(key, {**record, "received_at": tx.now})


def standings(store: Store, business: str, bundle: Doc) -> list[Data]:
    """Each entry of a zip with where its receipt stands by now.

    ``waiting`` is one that was not read yet, ``gone`` one whose file was taken out of the bucket before that.
    """
    entries = bundle.data["entries"]
    keys = {
        entry["receipt_id"]: Key(RECEIPTS, entry["receipt_id"]) for entry in entries if entry["receipt_id"]
    }
    found = dict(zip(keys, store.get_many(business, list(keys.values())), strict=True))
    return [{**entry, "status": _standing(entry["receipt_id"], found)} for entry in entries]


def _standing(receipt_id: str, found: Mapping[str, Doc | None]) -> str:
    receipt = found.get(receipt_id)
    if receipt is not None:
        return str(receipt.data["status"])
    return "waiting" if receipt_id else "gone"


def counted(entries: Sequence[Data]) -> dict[str, int]:
    """How many entries stand where."""
    return dict(Counter(entry["status"] for entry in entries))
