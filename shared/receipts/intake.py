"""A file landed in the bucket: read it once, look for its twin, and keep the result in one commit.

Every file reaches a final state: accepted, needs_review, duplicate, or refused with the reason. A zip is
opened instead, and each file inside reaches its own.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.core import context
from shared.core.clock import EAT
from shared.core.errors import Conflict, Invalid, NotFound
from shared.events import ObjectFinalized
from shared.receipts.aliases import rename
from shared.receipts.archive import MAX_ARCHIVE
from shared.receipts.bundle import is_bundle, open_bundle
from shared.receipts.confidence import decide
from shared.receipts.duplicates import Signature, fingerprint, signature_of
from shared.receipts.headers import MAX_BYTES
from shared.receipts.pages import ENDING, MAX_PAGES_BYTES, is_pages, unpack
from shared.receipts.places import RECEIPTS, bundle_mark, receipt_key
from shared.receipts.policy import POLICY, ReceiptPolicy, read_policy
from shared.receipts.ports import Ports
from shared.receipts.records import blank, refused, write
from shared.receipts.review import with_tax
from shared.receipts.twins import (
    credits_of,
    file_mark,
    find_twin,
    ids_at,
    leave,
    marks_of,
    sales_of,
    waiting_mark,
)
from shared.store import Data, Key, Tx

if TYPE_CHECKING:
    from shared.receipts.reading import ReceiptReading

_SCORED = ("merchant", "date", "total_cents", "tax_cents", "subtotal_cents", "currency")


def take_in(ports: Ports, business: str, file: ObjectFinalized) -> None:
    """Read a stored file and write its receipt; a receipt that exists is left as it is.

    Raises only what may pass when tried again: the bucket, the store or every engine unavailable.
    """
    key = receipt_key(file)
    if any(ports.store.get_many(business, [key, bundle_mark(file)])):
        return
    receipt = blank(file.name, file.generation, ports.clock.now())
    reading: ReceiptReading | None = None
    try:
        content = _load(ports, file)
        receipt["sha256"] = fingerprint(content)
        if is_bundle(file.name, content):
            open_bundle(ports, business, file, content, receipt["sha256"])
            return
        if ports.store.get(business, file_mark(receipt["sha256"])) is None:
            policy = read_policy(ports.store.get(business, POLICY))
            reading = _read(ports, business, file, content)
            receipt |= _as_read(reading, receipt["business_day"], policy)
            receipt |= rename(ports.store, business, receipt)
            receipt |= with_tax(receipt, policy.kra_pin, ports.clock.now().astimezone(EAT).date())
    except Invalid as refusal:
        receipt |= refused(refusal)
    ports.outbox.run(business, lambda tx: _keep(tx, key, receipt, reading))


def _load(ports: Ports, file: ObjectFinalized) -> bytes:
    most = _most_bytes(file.name.lower())
    try:
        size = ports.blobs.size(file.name)
        if size > most:
            raise Invalid("receipt_too_large", f"the file has {size} bytes, {most} are allowed")
        return ports.blobs.get(file.name, file.generation)
    except NotFound:
        raise Invalid("receipt_gone", "the file was removed before it was read") from None
    except Conflict:  # the newer version has its own event, and its own receipt
        raise Invalid("receipt_replaced", "another file took its name before it was read") from None


def _most_bytes(name: str) -> int:
    """What a file may hold by its name; one that lies about itself is measured again when it is read."""
    if name.endswith(ENDING):
        return MAX_PAGES_BYTES
    return MAX_ARCHIVE if name.endswith(".zip") else MAX_BYTES


def _read(ports: Ports, business: str, file: ObjectFinalized, content: bytes) -> ReceiptReading:
    from shared.receipts.engines.allowance import cloud_for
    from shared.receipts.read import read_receipt  # with its rules and patterns: only when there is a file

    pages = unpack(content) if is_pages(file.name, content) else ()
    today = ports.clock.now().astimezone(EAT).date()
    cloud = cloud_for(ports, business, file)
    return read_receipt(content, engines=ports.engines, today=today, pages=pages, cloud=cloud)


def _as_read(reading: ReceiptReading, today: str, policy: ReceiptPolicy) -> Data:
    document = reading.to_document()
    fields = reading.fields
    day = fields.date.isoformat() if isinstance(fields.date, date) else ""
    # a date in the future or long past is a misreading: the expense is filed under the day it came in
    decision, reasons = _by_policy(reading, policy)
    accepted = decision == "accept"
    return {
        "status": "accepted" if accepted else "needs_review",
        "matching": "waiting",
        "reasons": list(reasons),
        "warnings": list(fields.warnings),
        "merchant": fields.merchant or "",
        "receipt_date": day,
        "business_day": day if accepted and day else today,
        "total_cents": fields.total_cents or 0,
        "tax_cents": fields.tax_cents or 0,
        "currency": fields.currency,
        "fields": {name: _scored(document, name) for name in _SCORED},
        "lines": document["items"],
        "engine": reading.engine,
        "reading": document,
    }


def _by_policy(reading: ReceiptReading, policy: ReceiptPolicy) -> tuple[str, tuple[str, ...]]:
    """The decision by the lines that the business has drawn; other reasons stay as they were read."""
    others = [r for r in reading.reasons if not r.endswith(("_missing", "_unsure"))]
    fields = reading.fields
    return decide(
        fields.confidence,
        others,
        trusted=True,
        thresholds=policy.thresholds,
        total_cents=fields.total_cents or 0,
        checks=fields.checks,
    )


def _scored(document: dict[str, Any], name: str) -> Data:
    confidence = document["confidence"].get(name.removesuffix("_cents"), document["confidence"].get(name, 0))
    return {"value": document[name], "confidence_milli": confidence}


def _keep(tx: Tx, key: Key, as_read: Data, reading: ReceiptReading | None) -> None:
    """Write the receipt with what its twins say; may run several times, so what was read stays as it is."""
    if tx.get(key) is not None:
        return
    signature = signature_of(reading) if reading else None
    marks = marks_of(as_read["sha256"], signature)
    receipt = {**as_read, **_credit(tx, as_read, signature)}
    told = find_twin(tx, marks, receipt["sha256"], signature)
    if suspicion := told.pop("suspicion", ""):
        told["reasons"] = [*receipt["reasons"], suspicion]
    receipt |= told
    write(tx, key, receipt)
    leave(tx, marks, key.id)
    _meet_credits(tx, key, receipt, signature)
    context.note(receipt=key.id, decision=receipt["status"], engine=receipt["engine"])


def _credit(tx: Tx, receipt: Data, signature: Signature | None) -> Data:
    """A credit note is linked to its sale, and a person says what becomes of it: it is no cost."""
    if signature is None or signature.credits is None:
        return {}
    sale = next(iter(ids_at(tx, sales_of(signature))), "")
    reasons = [*receipt["reasons"], "credit_note"]
    return {"status": "needs_review", "reasons": reasons, "credit_note": True, "credit_note_of": sale}


def _meet_credits(tx: Tx, key: Key, receipt: Data, signature: Signature | None) -> None:
    """Credit notes may come before their sale: they wait under its number."""
    if receipt["credit_note"]:
        if signature is not None and signature.credits and not receipt["credit_note_of"]:
            leave(tx, [waiting_mark(signature)], key.id)
        return
    if receipt["status"] == "duplicate":
        return
    for note in tx.get_many([Key(RECEIPTS, i) for i in ids_at(tx, credits_of(signature))]):
        if note is not None and not note.data["credit_note_of"]:
            tx.update(note.key, {"credit_note_of": key.id})
