"""Whether two receipts are one: certain by bytes, fiscal number or payment, likely by what they say.

The order is that of the evidence. Two receipts of one till may agree in merchant, day and total, and in
nearly every word; numbers that were read on both and differ keep them apart, whatever else is alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shared.receipts.credit import find_credit
from shared.receipts.extract.text import fold, fold_code
from shared.receipts.lookalike import NEAR, distance

if TYPE_CHECKING:
    from shared.receipts.extract.etims import QrMark
    from shared.receipts.reading import ReceiptReading

_LIKELY_TEXT = 90
_LIKELY_NAME = 88
_MISREAD = 2
"""Letters by which two readings of one M-Pesa code may differ: a photo rarely shows all ten right."""
_ROUNDING = 5
"""Cents between a total before cash rounding and after it."""


@dataclass(frozen=True)
class Signature:
    """What identifies a receipt, taken from a reading or from a stored document.

    ``qr_texts`` are the signed parts of official codes, ``credits`` the number of the sale that a credit note
    takes back ("" where it was not read), None for any other receipt.
    """

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
    picture: str = ""
    credits: str | None = None


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
    credit = find_credit(reading.text)
    return Signature(
        sha256=reading.sha256,
        merchant=fields.merchant,
        date=fields.date,
        time=fields.time,
        total_cents=fields.total_cents,
        cu_invoice=(credit.own or None) if credit and credit.original else fields.cu_invoice,
        qr_texts=tuple(signed for mark in fields.qr if (signed := signed_part(mark))),
        mpesa_code=fields.mpesa_code,
        receipt_number=fields.receipt_number,
        text="\n".join(reading.text),
        picture=reading.picture,
        credits=credit.original if credit else None,
    )


def signed_part(mark: QrMark) -> str:
    """What an official QR code says that no other receipt's does; "" for a mere link to KRA's pages."""
    if not mark.official:
        return ""
    if mark.signature:
        return f"{mark.pin}{mark.branch}{mark.signature}"
    return mark.cu_invoice or ""


def compare(one: Signature, other: Signature) -> Likeness | None:
    """How alike two receipts are, by the strongest evidence, or None. Nothing is deleted for it."""
    if one.sha256 == other.sha256:
        return Likeness("certain", "same_file")
    if (one.credits is None) != (other.credits is None):
        return None  # a credit note repeats the whole sale, and is none
    if one.cu_invoice and _same_code(one.cu_invoice, other.cu_invoice):
        return Likeness("certain", "same_cu_invoice")
    if set(one.qr_texts) & set(other.qr_texts):
        return Likeness("certain", "same_qr")
    found = None if _apart(one, other) else _by_content(one, other)
    if found is None and (reason := _read_otherwise(one, other)):
        return Likeness("likely", reason)
    return found


def _apart(one: Signature, other: Signature) -> bool:
    """Whether something was read on both that one receipt says in one way only."""
    same_number = _same_code(one.receipt_number, other.receipt_number)
    return (
        _both_differ(one.cu_invoice, other.cu_invoice)
        or bool(one.qr_texts and other.qr_texts)
        or _numbers_differ(one, other)
        or (_times_differ(one, other) and not same_number)
        or _codes_differ(one.mpesa_code, other.mpesa_code)
    )


def _read_otherwise(one: Signature, other: Signature) -> str | None:
    """Why two are one though their numbers differ: by a letter, where total, minute and words agree.

    Two customers in one minute who buy the same are told apart by a person.
    """
    if one.time is None or one.total_cents is None or (one.qr_texts and other.qr_texts):
        return None
    same = (one.time, one.total_cents) == (other.time, other.total_cents)
    codes = ((one.cu_invoice, other.cu_invoice), (one.receipt_number, other.receipt_number))
    if not same or not all(_nearly(*pair) for pair in codes) or not _same_text(one, other):
        return None
    if _same_picture(one, other):
        return "same_picture"
    return "same_text" if _same_sale(one, other) else None


def _by_content(one: Signature, other: Signature) -> Likeness | None:
    """By what both say, the stronger reason first; each is asked only where none before it held."""
    sale = _same_sale(one, other)
    if sale and _same_code(one.mpesa_code, other.mpesa_code):
        return Likeness("certain", "same_mpesa_code")
    if not _may_agree(one, other):
        return None
    named, near = _same_name(one.merchant, other.merchant), _same_picture(one, other)
    dated = one.date is not None and one.date == other.date
    reasons: dict[str, Callable[[], bool]] = {
        "same_receipt_number": lambda: named and _same_code(one.receipt_number, other.receipt_number),
        "same_merchant_date_time_total": lambda: sale and one.time is not None and one.time == other.time,
        "same_text": lambda: named and dated and _same_text(one, other),
        "same_picture": lambda: near and _same_text(one, other),
    }
    found = next((reason for reason, holds in reasons.items() if holds()), None)
    return Likeness("likely", found) if found else None


def _same_sale(one: Signature, other: Signature) -> bool:
    """Merchant, date and total were read on both and agree."""
    if None in {one.total_cents, one.date}:
        return False
    same = (one.total_cents, one.date) == (other.total_cents, other.date)
    return same and _same_name(one.merchant, other.merchant)


def _may_agree(one: Signature, other: Signature) -> bool:
    """Neither date nor total speaks against it: numbers begin anew with a day or a till."""
    return (None in {one.date, other.date} or one.date == other.date) and not _totals_differ(one, other)


def _totals_differ(one: Signature, other: Signature) -> bool:
    """Two totals, and not one before and after rounding, nor two rows of one receipt.

    What was taken for the total of one stands on the other as well then.
    """
    if one.total_cents is None or other.total_cents is None:
        return False
    if abs(one.total_cents - other.total_cents) <= _ROUNDING:
        return False
    return not (_prints(one, other.total_cents) and _prints(other, one.total_cents))


def _prints(receipt: Signature, cents: int) -> bool:
    amount = f"{cents // 100}.{cents % 100:02}"
    return re.search(rf"(?<![\d.]){re.escape(amount)}(?!\d)", receipt.text.replace(",", "")) is not None


def _same_picture(one: Signature, other: Signature) -> bool:
    return distance(one.picture, other.picture) <= NEAR


def _numbers_differ(one: Signature, other: Signature) -> bool:
    """Two receipt numbers, and not two numbers that one receipt prints."""
    if not one.receipt_number or not other.receipt_number:
        return False
    first, second = fold_code(one.receipt_number), fold_code(other.receipt_number)
    return first != second and not (second in fold_code(one.text) and first in fold_code(other.text))


def _times_differ(one: Signature, other: Signature) -> bool:
    """Two times, and not the two that one receipt prints."""
    if not one.time or not other.time or one.time == other.time:
        return False
    return not (one.time in other.text and other.time in one.text)


def _same_name(one: str | None, other: str | None) -> bool:
    from rapidfuzz import fuzz

    first, second = merchant_key(one), merchant_key(other)
    return bool(first and second) and fuzz.ratio(first, second) >= _LIKELY_NAME


def _same_text(one: Signature, other: Signature) -> bool:
    from rapidfuzz import fuzz

    if not one.text or not other.text:
        return False
    return fuzz.token_sort_ratio(fold(one.text), fold(other.text)) >= _LIKELY_TEXT


def _same_code(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold_code(str(one)) == fold_code(str(other))


def _codes_differ(one: str | None, other: str | None) -> bool:
    """Two M-Pesa codes of two payments; one payment's, read twice, differ in a letter or two."""
    if not one or not other:
        return False
    first, second = fold_code(one), fold_code(other)
    if len(first) != len(second):
        return False
    return sum(a != b for a, b in zip(first, second, strict=True)) > _MISREAD


def _nearly(one: str | None, other: str | None) -> bool:
    """The same code, one letter of it read as another, or lost."""
    from rapidfuzz.distance import Levenshtein

    if not one or not other:
        return True
    return Levenshtein.distance(fold_code(one), fold_code(other), score_cutoff=1) <= 1


def _both_differ(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold_code(str(one)) != fold_code(str(other))
