"""A file landed in the bucket: read it once, look for its twin, and keep the result in one commit.

Every file reaches a final state: accepted, needs_review, duplicate, or refused with the reason.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.bus import emit
from shared.core import context, measures
from shared.core.clock import EAT, business_day
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.ids import derived_id
from shared.events import ObjectFinalized, ReceiptRead
from shared.receipts.duplicates import Signature, compare, fingerprint, merchant_key, signature_of
from shared.receipts.headers import MAX_BYTES
from shared.receipts.places import RECEIPTS, receipt_key
from shared.receipts.ports import Ports
from shared.store import Data, Key, Tx

if TYPE_CHECKING:
    from shared.receipts.reading import ReceiptReading

_SCORED = ("merchant", "date", "total_cents", "tax_cents", "subtotal_cents", "currency")
_MOST_TWINS = 10


def take_in(ports: Ports, business: str, file: ObjectFinalized) -> None:
    """Read a stored file and write its receipt; a receipt that exists is left as it is.

    Raises only what may pass when tried again: the bucket, the store or every engine unavailable.
    """
    from shared.receipts.read import read_receipt  # with its rules and patterns: only when there is a file

    key = receipt_key(file)
    if ports.store.get(business, key) is not None:
        return
    receipt: Data = {**_blank(ports, file), "object": file.name, "generation": file.generation}
    reading: ReceiptReading | None = None
    try:
        content = _load(ports, file)
        receipt["sha256"] = fingerprint(content)
        twin = ports.store.get(business, _mark("file", receipt["sha256"]))
        if twin is None:
            today = ports.clock.now().astimezone(EAT).date()
            reading = read_receipt(content, engines=ports.engines, today=today)
            receipt |= _as_read(reading, receipt["business_day"])
    except Invalid as refusal:
        receipt |= {"status": "refused", "reasons": [refusal.code], "refusal": refusal.message}
    ports.outbox.run(business, lambda tx: _keep(tx, key, receipt, reading))


def _load(ports: Ports, file: ObjectFinalized) -> bytes:
    try:
        size = ports.blobs.size(file.name)
        if size > MAX_BYTES:
            raise Invalid("receipt_too_large", f"the file has {size} bytes, {MAX_BYTES} are allowed")
        return ports.blobs.get(file.name, file.generation)
    except NotFound:
        raise Invalid("receipt_gone", "the file was removed before it was read") from None
    except Conflict:  # the newer version has its own event, and its own receipt
        raise Invalid("receipt_replaced", "another file took its name before it was read") from None


def _blank(ports: Ports, file: ObjectFinalized) -> Data:
    now = ports.clock.now()
    return {
        "status": "needs_review",
        "matching": "none",
        "reasons": [],
        "warnings": [],
        "refusal": "",
        "sha256": "",
        "merchant": "",
        "receipt_date": "",
        "business_day": business_day(now),
        "total_cents": 0,
        "tax_cents": 0,
        "currency": "KES",
        "fields": {},
        "lines": [],
        "duplicate_of": "",
        "engine": "",
        "transaction_id": "",
        "reading": {},
    }


def _as_read(reading: ReceiptReading, today: str) -> Data:
    document = reading.to_document()
    fields = reading.fields
    day = fields.date.isoformat() if isinstance(fields.date, date) else ""
    # a date in the future or long past is a misreading: the expense is filed under the day it came in
    accepted = reading.decision == "accept"
    return {
        "status": "accepted" if accepted else "needs_review",
        "matching": "waiting",
        "reasons": list(reading.reasons),
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


def _scored(document: dict[str, Any], name: str) -> Data:
    confidence = document["confidence"].get(name.removesuffix("_cents"), document["confidence"].get(name, 0))
    return {"value": document[name], "confidence_milli": confidence}


def _mark(kind: str, value: str) -> Key:
    return Key("receipt_marks", derived_id("mark", kind, value))


def _marks(receipt: Data, signature: Signature | None) -> list[Key]:
    """Where a twin of this receipt would have left its id."""
    marks = [_mark("file", receipt["sha256"])] if receipt["sha256"] else []
    if signature is None:
        return marks
    sale = (merchant_key(signature.merchant), str(signature.date), str(signature.total_cents))
    marks += [_mark("qr", text) for text in signature.qr_texts]
    marks += [_mark("cu", signature.cu_invoice)] if signature.cu_invoice else []
    marks += [_mark("sale", "|".join(sale))] if signature.total_cents and signature.date else []
    return marks


def _keep(tx: Tx, key: Key, receipt: Data, reading: ReceiptReading | None) -> None:
    if tx.get(key) is not None:
        return
    signature = signature_of(reading) if reading else None
    marks = _marks(receipt, signature)
    ids = [i for doc in tx.get_many(marks) if doc is not None for i in doc.data["receipts"]]
    found = _twin(tx, list(dict.fromkeys(ids)), receipt, signature)
    if found is not None:
        receipt |= found
    tx.create(key, {**receipt, "received_at": tx.now})
    tx.tally(measures.RECEIPTS, decision=receipt["status"])
    context.note(receipt=key.id, decision=receipt["status"], engine=receipt["engine"])
    for mark, doc in zip(marks, tx.get_many(marks), strict=True):
        known = doc.data["receipts"] if doc else []
        tx.put(mark, {"receipts": [*known, key.id][-_MOST_TWINS:]})
    emit(tx, ReceiptRead(receipt_id=key.id), key)


def _twin(tx: Tx, ids: list[str], receipt: Data, signature: Signature | None) -> Data | None:
    """What an earlier receipt says about this one: certainly the same, perhaps, or nothing."""
    for doc in tx.get_many([Key(RECEIPTS, i) for i in ids]):
        if doc is None or doc.data["status"] == "duplicate":
            continue
        if receipt["sha256"] and doc.data["sha256"] == receipt["sha256"]:
            return _duplicate(doc.id, "same_file")
        likeness = compare(signature, _stored_signature(doc.data)) if signature else None
        if likeness is not None and likeness.kind == "certain":
            return _duplicate(doc.id, likeness.reason)
        if likeness is not None:
            reasons = [*receipt["reasons"], likeness.reason]
            return {"status": "needs_review", "reasons": reasons, "duplicate_of": doc.id}
    return None


def _duplicate(original: str, reason: str) -> Data:
    return {"status": "duplicate", "matching": "none", "duplicate_of": original, "reasons": [reason]}


def _stored_signature(receipt: Data) -> Signature:
    reading = receipt["reading"]
    if not reading:
        return Signature(sha256=receipt["sha256"])
    return Signature(
        sha256=receipt["sha256"],
        merchant=reading["merchant"],
        date=date.fromisoformat(reading["date"]) if reading["date"] else None,
        time=reading["time"],
        total_cents=reading["total_cents"],
        cu_invoice=reading["cu_invoice"],
        qr_texts=tuple(mark["text"] for mark in reading["qr"] if mark.get("official")),
        mpesa_code=reading["mpesa_code"],
        receipt_number=reading["receipt_number"],
        text=reading["text"],
    )
