"""Looking for a receipt's twin: marks that each receipt leaves, read and written in its own commit.

A mark is a document named after what two receipts may share. Two uploads of one file at the same moment read
and write the same mark: one commits first, the other runs again and finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.core.ids import derived_id
from shared.receipts.credit import find_credit
from shared.receipts.duplicates import Likeness, Signature, compare, merchant_key, signed_part
from shared.receipts.extract.etims import QrMark
from shared.receipts.extract.text import fold_code
from shared.receipts.lookalike import bands
from shared.receipts.places import RECEIPTS
from shared.store import Data, Doc, Key, Tx

_MOST_TWINS = 20
"""Receipts that one mark remembers, the latest: a mark of two that are alike by chance stays small."""


def file_mark(sha256: str) -> Key:
    """Where receipts of the very same bytes left their ids."""
    return _mark("file", sha256)


def marks_of(sha256: str, signature: Signature | None) -> list[Key]:
    """Where a twin of this receipt would have left its id."""
    kinds = [("file", sha256)] if sha256 else []
    kinds += _kinds(signature) if signature is not None else ()
    return [_mark(kind, value) for kind, value in dict.fromkeys(kinds)]


def sales_of(signature: Signature | None) -> list[Key]:
    """Where the sale that a credit note takes back left its id; where it waits for one that comes later."""
    return [_mark("cu", fold_code(signature.credits))] if signature and signature.credits else []


def credits_of(signature: Signature | None) -> list[Key]:
    """Where credit notes that came before their sale left their ids."""
    if signature is None or signature.credits is not None or not signature.cu_invoice:
        return []
    return [_mark("credit", fold_code(signature.cu_invoice))]


def waiting_mark(signature: Signature) -> Key:
    """Where a credit note waits for its sale."""
    return _mark("credit", fold_code(signature.credits or ""))


def ids_at(tx: Tx, marks: Sequence[Key]) -> list[str]:
    """The receipts that marks remember, each once."""
    found = (i for doc in tx.get_many(marks) if doc is not None for i in doc.data["receipts"])
    return list(dict.fromkeys(found))


def leave(tx: Tx, marks: Sequence[Key], receipt_id: str) -> None:
    """Remember a receipt at its marks."""
    for mark, doc in zip(marks, tx.get_many(marks), strict=True):
        known = doc.data["receipts"] if doc else []
        tx.put(mark, {"receipts": [*known, receipt_id][-_MOST_TWINS:]})


def find_twin(tx: Tx, marks: Sequence[Key], sha256: str, signature: Signature | None) -> Data:
    """What earlier receipts say about this one: what changes in its record, nothing where it is new."""
    docs = [doc for doc in tx.get_many([Key(RECEIPTS, i) for i in ids_at(tx, marks)]) if doc is not None]
    found = [(likeness, doc) for doc in docs if (likeness := _likeness(doc.data, sha256, signature))]
    for kind in ("certain", "likely"):
        for likeness, doc in found:
            if likeness.kind == kind:
                return _told(tx, likeness, doc)
    return {}


def stored_signature(receipt: Data) -> Signature:
    """What identifies a receipt that was read before."""
    reading = receipt["reading"]
    if not reading:
        return Signature(sha256=receipt["sha256"])
    credit = find_credit(str(reading["text"]).split("\n"))
    return Signature(
        sha256=receipt["sha256"],
        merchant=reading["merchant"],
        date=date.fromisoformat(reading["date"]) if reading["date"] else None,
        time=reading["time"],
        total_cents=reading["total_cents"],
        cu_invoice=(credit.own or None) if credit and credit.original else reading["cu_invoice"],
        qr_texts=tuple(part for mark in reading["qr"] if (part := signed_part(QrMark(**mark)))),
        mpesa_code=reading["mpesa_code"],
        receipt_number=reading["receipt_number"],
        text=reading["text"],
        picture=reading.get("picture", ""),
        credits=credit.original if credit else None,
    )


def root_of(tx: Tx, receipt: Doc) -> Doc:
    """The receipt that counts: where duplicates of duplicates lead in the end."""
    seen = {receipt.id}
    while receipt.data["status"] == "duplicate" and receipt.data["duplicate_of"] not in seen:
        before = tx.get(Key(RECEIPTS, receipt.data["duplicate_of"]))
        if before is None:
            break
        receipt = before
        seen.add(receipt.id)
    return receipt


def _mark(kind: str, value: str) -> Key:
    return Key("receipt_marks", derived_id("mark", kind, value))


def _kinds(signature: Signature) -> Iterator[tuple[str, str]]:
    """In the order of the evidence. Names are compared when a receipt is found: they are read differently."""
    if signature.cu_invoice:
        yield "cu", fold_code(signature.cu_invoice)
    yield from (("qr", text) for text in signature.qr_texts)
    if signature.mpesa_code:
        yield "mpesa", fold_code(signature.mpesa_code)
    if signature.receipt_number and (name := merchant_key(signature.merchant)):
        yield "number", f"{name}|{fold_code(signature.receipt_number)}"
    if signature.total_cents and signature.date:
        yield "sale", f"{signature.date}|{signature.total_cents}"
    if signature.date and signature.time:
        yield "moment", f"{signature.date}|{signature.time}"
    yield from (("picture", band) for band in bands(signature.picture))


def _likeness(receipt: Data, sha256: str, signature: Signature | None) -> Likeness | None:
    if sha256 and receipt["sha256"] == sha256:
        return Likeness("certain", "same_file")
    return compare(signature, stored_signature(receipt)) if signature and receipt["reading"] else None


def _told(tx: Tx, likeness: Likeness, twin: Doc) -> Data:
    if twin.data["status"] == "refused":  # the same bytes: what was refused once is refused again
        again = {name: twin.data[name] for name in ("reasons", "refusal")}
        return {"status": "refused", "matching": "none", **again}
    root = root_of(tx, twin)
    if likeness.kind == "certain":
        link = {"duplicate_of": root.id, "reasons": [likeness.reason]}
        return {"status": "duplicate", "matching": "none", **link}
    return {"status": "needs_review", "duplicate_of": root.id, "suspicion": likeness.reason}
