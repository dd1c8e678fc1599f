"""Whether two receipts are one: certain by bytes or fiscal number, likely by merchant, date and total."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shared.receipts.extract.text import fold, fold_code

if TYPE_CHECKING:
    from shared.receipts.reading import ReceiptReading

_LIKELY_TEXT = 90
_LIKELY_NAME = 88


@dataclass(frozen=True)
class Signature:
    """What identifies a receipt, taken from a reading or from a stored document."""

    sha256: str
    merchant: str | None = None
    date: date | None = None
    time: str | None = None
    total_cents: int | None = None
    cu_invoice: str | None = None
    qr_texts: tuple[str, ...] = ()
    mpesa_code: str | None = None
    receipt_number: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Likeness:
    """``certain`` may be linked by code, ``likely`` asks a person; the reason names the evidence."""

    kind: str
    reason: str


def fingerprint(content: bytes) -> str:
    """SHA-256 of the file in hexadecimal: the same upload, byte for byte."""
    return hashlib.sha256(content).hexdigest()


def merchant_key(name: str | None) -> str:
    """A name without case, spaces, signs and company form, for looking up likely duplicates."""
    folded = re.sub(r"\b(?:limited|ltd|plc|sdn|bhd|company|co)\b", " ", fold(name or ""))
    return re.sub(r"[^a-z0-9]", "", folded)[:60]


def signature_of(reading: ReceiptReading) -> Signature:
    """The identifying parts of a reading."""
    fields = reading.fields
    return Signature(
        sha256=reading.sha256,
        merchant=fields.merchant,
        date=fields.date,
        time=fields.time,
        total_cents=fields.total_cents,
        cu_invoice=fields.cu_invoice,
        qr_texts=tuple(mark.text for mark in fields.qr if mark.official),
        mpesa_code=fields.mpesa_code,
        receipt_number=fields.receipt_number,
        text="\n".join(reading.text),
    )


def compare(one: Signature, other: Signature) -> Likeness | None:
    """How alike two receipts are, by the strongest evidence, or None. Nothing is deleted for it."""
    if proof := _proof(one, other):
        return Likeness("certain", proof)
    if _both_differ(one.cu_invoice, other.cu_invoice) or not _same_sale(one, other):
        return None
    if _same_code(one.mpesa_code, other.mpesa_code):
        return Likeness("certain", "same_mpesa_code")
    return _likely(one, other)


def _proof(one: Signature, other: Signature) -> str | None:
    """What no two receipts share: their bytes, the control unit's number, the signed QR code."""
    if one.sha256 == other.sha256:
        return "same_file"
    if one.cu_invoice and one.cu_invoice == other.cu_invoice:
        return "same_cu_invoice"
    return "same_qr" if set(one.qr_texts) & set(other.qr_texts) else None


def _likely(one: Signature, other: Signature) -> Likeness | None:
    if _both_differ(one.receipt_number, other.receipt_number):
        return None
    if one.receipt_number and one.receipt_number == other.receipt_number:
        return Likeness("likely", "same_receipt_number")
    return _by_text(one, other)


def _same_sale(one: Signature, other: Signature) -> bool:
    """Same merchant, date and total; times, where both are read, must agree too."""
    if None in {one.total_cents, one.date}:
        return False
    if (one.total_cents, one.date) != (other.total_cents, other.date) or _both_differ(one.time, other.time):
        return False
    return _same_name(one.merchant, other.merchant)


def _same_name(one: str | None, other: str | None) -> bool:
    from rapidfuzz import fuzz

    first, second = merchant_key(one), merchant_key(other)
    return bool(first and second) and fuzz.ratio(first, second) >= _LIKELY_NAME


def _by_text(one: Signature, other: Signature) -> Likeness | None:
    """Two receipts of one till differ in number and time; a second photo of one does not."""
    from rapidfuzz import fuzz

    if fuzz.token_sort_ratio(fold(one.text), fold(other.text)) >= _LIKELY_TEXT:
        return Likeness("likely", "same_text")
    if one.time and one.time == other.time:
        return Likeness("likely", "same_merchant_date_time_total")
    return None


def _same_code(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold_code(str(one)) == fold_code(str(other))


def _both_differ(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold_code(str(one)) != fold_code(str(other))
