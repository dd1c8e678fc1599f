"""All fields of a receipt from its rows and bar codes, with the evidence for each: no picture, no engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from shared.core.clock import EAT
from shared.core.mpesa_receipt import receipt_warning
from shared.receipts.confidence import Evidence, clearness, in_thousandths, probability, share_of
from shared.receipts.extract.currency import find_currency
from shared.receipts.extract.dates import Day, find_date
from shared.receipts.extract.etims import Fiscal, QrMark, find_fiscal, read_qr
from shared.receipts.extract.fuel import find_fuel
from shared.receipts.extract.labels import Label
from shared.receipts.extract.lines import Item, find_items, items_sum
from shared.receipts.extract.merchant import Merchant, find_merchant
from shared.receipts.extract.payment import Payment, find_payment, find_receipt_number
from shared.receipts.extract.tax import Tax, find_subtotal, find_tax
from shared.receipts.extract.totals import ROUNDING_CENTS, Sums, Total, find_total, paid_cents, read_sums
from shared.receipts.model import Row
from shared.receipts.reading import Fields


@dataclass(frozen=True)
class _Parts:
    """What the rules of each file found on one receipt."""

    sums: Sums
    merchant: Merchant | None
    day: Day | None
    total: Total | None
    tax: Tax | None
    subtotal_cents: int | None
    items: tuple[Item, ...]
    fiscal: Fiscal
    payment: Payment
    marks: tuple[QrMark, ...]

    @property
    def total_cents(self) -> int | None:
        return self.total.cents if self.total else None

    @property
    def items_agree(self) -> bool:
        """Whether the lines come to the total or to the subtotal."""
        whole = items_sum(self.items)
        known = (self.total_cents, self.subtotal_cents)
        return bool(self.items) and any(abs(whole - cents) <= ROUNDING_CENTS for cents in known if cents)

    @property
    def kra_pin(self) -> str | None:
        """The QR's PIN first: it has no reading errors."""
        return next((mark.pin for mark in self.marks if mark.pin and mark.official), self.fiscal.pin)

    @property
    def cu_invoice(self) -> str | None:
        signed = (mark.cu_invoice for mark in self.marks if mark.cu_invoice and mark.official)
        return next(signed, self.fiscal.cu_invoice)


def extract(rows: Sequence[Row], codes: Sequence[str], today: date) -> Fields:
    """Every field that the rows and the texts of the QR codes give, read on ``today`` in East Africa."""
    parts = _parts(rows, codes, today)
    merchant, day, tax, payment = parts.merchant, parts.day, parts.tax, parts.payment
    number = find_receipt_number(rows)
    evidence = tuple(_evidence(parts))
    return Fields(
        merchant=merchant.name if merchant else None,
        date=day.value if day else None,
        time=day.time or None if day else None,
        total_cents=parts.total_cents,
        subtotal_cents=parts.subtotal_cents,
        tax_cents=tax.cents if tax else None,
        currency=find_currency(rows)[0],
        items=parts.items,
        tax_bands=tax.bands if tax else (),
        receipt_number=number[0] if number else None,
        kra_pin=parts.kra_pin,
        buyer_pin=parts.fiscal.buyer_pin,
        cu_id=parts.fiscal.cu_id,
        cu_invoice=parts.cu_invoice,
        qr=parts.marks,
        payment_method=payment.method,
        mpesa_code=payment.mpesa_code,
        till=payment.till,
        paybill=payment.paybill,
        tendered_cents=payment.tendered_cents,
        change_cents=payment.change_cents,
        confidence={one.field: probability(one) for one in evidence},
        features={one.field: in_thousandths(one) for one in evidence},
        rows=_rows(parts),
        checks=tuple(_checks(parts)),
        flags=tuple(_flags(parts)),
        warnings=tuple(_warnings(parts)),
    )


def _parts(rows: Sequence[Row], codes: Sequence[str], today: date) -> _Parts:
    sums = read_sums(rows)
    total = find_total(sums)
    total_cents = total.cents if total else None
    tax = find_tax(sums, total_cents)
    subtotal = find_subtotal(sums, total_cents, tax.cents if tax else None)
    return _Parts(
        sums=sums,
        merchant=find_merchant(rows),
        day=find_date(rows, today),
        total=total,
        tax=tax,
        subtotal_cents=subtotal[0] if subtotal else None,
        items=(fuel,) if (fuel := find_fuel(sums)) else find_items(sums),
        fiscal=find_fiscal(rows),
        payment=find_payment(sums),
        marks=tuple(read_qr(code) for code in codes),
    )


def _evidence(parts: _Parts) -> Iterator[Evidence]:
    if parts.merchant:
        yield _merchant_evidence(parts.merchant)
    if parts.day:
        yield _date_evidence(parts.day, parts.sums.rows)
    if parts.total:
        yield _total_evidence(parts, parts.total)
    if parts.tax:
        clear = _clear(parts, parts.tax.row)
        yield Evidence("tax", dict.fromkeys(parts.tax.checks, 1.0) | {"clear": clear})
    yield from _fiscal_evidence(parts)


def _fiscal_evidence(parts: _Parts) -> Iterator[Evidence]:
    fiscal, payment = parts.fiscal, parts.payment
    if pin := parts.kra_pin:
        by_qr = any(mark.pin == pin for mark in parts.marks)
        clear = _clear(parts, fiscal.pin_row)
        yield Evidence("kra_pin", {"strict": fiscal.pin_strict, "qr": by_qr, "clear": clear})
    if number := parts.cu_invoice:
        by_qr = any(mark.cu_invoice == number for mark in parts.marks)
        yield Evidence("cu_invoice", {"qr": by_qr, "clear": _clear(parts, fiscal.cu_row)})
    if payment.mpesa_code:
        clear = _clear(parts, payment.code_row)
        yield Evidence("mpesa_code", {"label": payment.code_labelled, "clear": clear})


def _merchant_evidence(found: Merchant) -> Evidence:
    odd = sum(not (letter.isascii() or letter.isalpha()) for letter in found.name) + found.name.count(
        "\ufffd"
    )
    return Evidence(
        "merchant",
        {
            "legal": found.legal,
            "top": found.row <= 1,
            "margin": share_of(found.margin, 40),
            "clear": clearness(found.engine_score),
            "odd": odd > 0 or len(found.name) < 4,
        },
    )


def _date_evidence(found: Day, rows: Sequence[Row]) -> Evidence:
    return Evidence(
        "date",
        {
            "label": found.labelled,
            "margin": share_of(found.margin, 25),
            "time": bool(found.time),
            "clear": clearness(rows[found.row].score),
            "ambiguous": found.ambiguous,
            "contradicted": found.margin <= 0,
        },
    )


def _total_evidence(parts: _Parts, total: Total) -> Evidence:
    sums, tax = parts.sums, parts.tax
    paid = paid_cents(sums)
    contradicted = bool(paid) and all(abs(cents - total.cents) > ROUNDING_CENTS for cents in paid)
    repeats = sum(amount.cents == total.cents for found in sums.amounts for amount in found)
    return Evidence(
        "total",
        dict.fromkeys(total.checks, 1.0)
        | {
            "label": total.label in {Label.FINAL, Label.TOTAL, Label.INCLUSIVE, Label.TENDER},
            "unlabelled": total.label is Label.NONE,
            "margin": share_of(total.margin, 40),
            "items": parts.items_agree,
            "tax": tax is not None and "total" in tax.checks,
            "repeats": repeats > 1,
            "clear": clearness(sums.rows[total.row].score),
            "contradicted": contradicted,
            "rounded": any(amount.cents for _, amount in sums.last(Label.ROUNDING)),
        },
    )


def _checks(parts: _Parts) -> Iterator[str]:
    for check in parts.total.checks if parts.total else ():
        yield f"total_{check}"
    for check in parts.tax.checks if parts.tax else ():
        yield f"tax_{check}"
    if parts.items_agree:
        yield "items_sum"


def _flags(parts: _Parts) -> Iterator[str]:
    """What a person must see whatever the fields say: a QR code that is foreign or contradicts the print."""
    fiscal, marks = parts.fiscal, parts.marks
    if any(mark.claims_kra and not mark.official for mark in marks):
        yield "qr_foreign_host"
    if fiscal.pin_strict and any(mark.pin and mark.official and mark.pin != fiscal.pin for mark in marks):
        yield "qr_pin_differs"
    if _two_totals(parts):
        yield "total_rounded_to_coin"
    numbers = {mark.cu_invoice for mark in marks if mark.cu_invoice}
    if fiscal.cu_invoice and numbers and fiscal.cu_invoice not in numbers:
        yield "qr_invoice_differs"


def _two_totals(parts: _Parts) -> bool:
    """Whether a total is printed before and after rounding to the smallest coin: which one is meant?"""
    roundings = {amount.cents for _, amount in parts.sums.last(Label.ROUNDING)}
    if parts.total_cents is None or not any(0 < cents < ROUNDING_CENTS for cents in roundings):
        return False
    labels = (Label.FINAL, Label.TOTAL, Label.INCLUSIVE, Label.AMOUNT)
    printed = {amount.cents for label in labels for _, amount in parts.sums.last(label)}
    return any(0 < abs(cents - parts.total_cents) < ROUNDING_CENTS for cents in printed)


def _warnings(parts: _Parts) -> Iterator[str]:
    """What is odd and decides nothing: an M-Pesa code of another day than the receipt."""
    if parts.payment.mpesa_code and parts.day:
        noon = datetime.combine(parts.day.value, time(12), EAT)
        if warning := receipt_warning(parts.payment.mpesa_code.upper(), noon):
            yield f"mpesa_{warning}"


def _clear(parts: _Parts, row: int) -> float:
    return clearness(parts.sums.rows[row].score) if row >= 0 else 0.0


def _rows(parts: _Parts) -> dict[str, int]:
    """Which row each field was read from, so that a reviewer can be shown the place."""
    found = {
        "merchant": parts.merchant.row if parts.merchant else -1,
        "date": parts.day.row if parts.day else -1,
        "total": parts.total.row if parts.total else -1,
        "tax": parts.tax.row if parts.tax else -1,
        "kra_pin": parts.fiscal.pin_row,
        "cu_invoice": parts.fiscal.cu_row,
        "mpesa_code": parts.payment.code_row,
    }
    return {field: row for field, row in found.items() if row >= 0}
