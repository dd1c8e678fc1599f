"""All fields of a receipt from its rows and bar codes, with the evidence for each: no picture, no engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.receipts.confidence import Evidence, clearness, probability, share_of
from shared.receipts.extract.currency import find_currency
from shared.receipts.extract.dates import Day, find_date
from shared.receipts.extract.etims import Fiscal, QrMark, find_fiscal, read_qr
from shared.receipts.extract.labels import Label
from shared.receipts.extract.lines import Item, find_items, items_sum
from shared.receipts.extract.merchant import Merchant, find_merchant
from shared.receipts.extract.payment import Payment, find_payment, find_receipt_number
from shared.receipts.extract.tax import Tax, find_subtotal, find_tax
from shared.receipts.extract.totals import ROUNDING_CENTS, Sums, Total, find_total, paid_cents, read_sums
from shared.receipts.model import Row
from shared.receipts.reading import Fields


def extract(rows: Sequence[Row], codes: Sequence[str], today: date) -> Fields:
    """Every field that the rows and the texts of the QR codes give, read on ``today`` in East Africa."""
    sums = read_sums(rows)
    merchant, day, total = find_merchant(rows), find_date(rows, today), find_total(sums)
    total_cents = total.cents if total else None
    tax = find_tax(sums, total_cents)
    subtotal = find_subtotal(sums, total_cents, tax.cents if tax else None)
    items, payment, fiscal = find_items(sums), find_payment(sums), find_fiscal(rows)
    marks = tuple(read_qr(code) for code in codes)
    number, currency = find_receipt_number(rows), find_currency(rows)
    agrees = _items_agree(items, total, subtotal[0] if subtotal else None)
    evidence = _evidence(sums, merchant, day, total, tax, fiscal, marks, payment, items_agree=agrees)
    return Fields(
        merchant=merchant.name if merchant else None,
        date=day.value if day else None,
        time=day.time or None if day else None,
        total_cents=total_cents,
        subtotal_cents=subtotal[0] if subtotal else None,
        tax_cents=tax.cents if tax else None,
        currency=currency[0],
        items=items,
        tax_bands=tax.bands if tax else (),
        receipt_number=number[0] if number else None,
        kra_pin=_pin(fiscal, marks),
        buyer_pin=fiscal.buyer_pin,
        cu_id=fiscal.cu_id,
        cu_invoice=_cu_invoice(fiscal, marks),
        qr=marks,
        payment_method=payment.method,
        mpesa_code=payment.mpesa_code,
        till=payment.till,
        paybill=payment.paybill,
        tendered_cents=payment.tendered_cents,
        change_cents=payment.change_cents,
        confidence={one.field: probability(one) for one in evidence},
        rows=_rows(merchant, day, total, tax, fiscal, payment),
        checks=tuple(_checks(total, tax, items_agree=agrees)),
        flags=tuple(_flags(fiscal, marks)),
    )


def _evidence(
    sums: Sums,
    merchant: Merchant | None,
    day: Day | None,
    total: Total | None,
    tax: Tax | None,
    fiscal: Fiscal,
    marks: Sequence[QrMark],
    payment: Payment,
    *,
    items_agree: bool,
) -> Iterator[Evidence]:
    if merchant:
        yield _merchant_evidence(merchant)
    if day:
        yield _date_evidence(day, sums.rows)
    if total:
        yield _total_evidence(sums, total, tax, items_agree=items_agree)
    if tax:
        clear = clearness(sums.rows[tax.row].score)
        yield Evidence("tax", {check: 1 for check in tax.checks} | {"clear": clear})
    if pin := _pin(fiscal, marks):
        by_qr = any(mark.pin == pin for mark in marks)
        yield Evidence(
            "kra_pin", {"strict": fiscal.pin_strict, "qr": by_qr, "clear": _clear(sums, fiscal.pin_row)}
        )
    if number := _cu_invoice(fiscal, marks):
        by_qr = any(mark.cu_invoice == number for mark in marks)
        yield Evidence("cu_invoice", {"qr": by_qr, "clear": _clear(sums, fiscal.cu_row)})
    if payment.mpesa_code:
        clear = _clear(sums, payment.code_row)
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


def _total_evidence(sums: Sums, total: Total, tax: Tax | None, *, items_agree: bool) -> Evidence:
    paid = paid_cents(sums)
    contradicted = bool(paid) and all(abs(cents - total.cents) > ROUNDING_CENTS for cents in paid)
    repeats = sum(amount.cents == total.cents for found in sums.amounts for amount in found)
    features: dict[str, float] = {check: 1 for check in total.checks}
    return Evidence(
        "total",
        features
        | {
            "label": total.label in {Label.FINAL, Label.TOTAL, Label.INCLUSIVE, Label.TENDER},
            "unlabelled": total.label is Label.NONE,
            "margin": share_of(total.margin, 40),
            "items": items_agree,
            "tax": tax is not None and bool(tax.checks),
            "repeats": repeats > 1,
            "clear": clearness(sums.rows[total.row].score),
            "contradicted": contradicted,
        },
    )


def _items_agree(items: Sequence[Item], total: Total | None, subtotal_cents: int | None) -> bool:
    if not items or total is None:
        return False
    whole = items_sum(items)
    return any(abs(whole - cents) <= ROUNDING_CENTS for cents in (total.cents, subtotal_cents) if cents)


def _checks(total: Total | None, tax: Tax | None, *, items_agree: bool) -> Iterator[str]:
    for check in total.checks if total else ():
        yield f"total_{check}"
    for check in tax.checks if tax else ():
        yield f"tax_{check}"
    if items_agree:
        yield "items_sum"


def _flags(fiscal: Fiscal, marks: Sequence[QrMark]) -> Iterator[str]:
    """What a person must see whatever the fields say: a QR that is not the authority's, or contradicts the print."""
    if any(mark.claims_kra and not mark.official for mark in marks):
        yield "qr_foreign_host"
    if fiscal.pin_strict and any(mark.pin and mark.official and mark.pin != fiscal.pin for mark in marks):
        yield "qr_pin_differs"
    numbers = {mark.cu_invoice for mark in marks if mark.cu_invoice}
    if fiscal.cu_invoice and numbers and fiscal.cu_invoice not in numbers:
        yield "qr_invoice_differs"


def _pin(fiscal: Fiscal, marks: Sequence[QrMark]) -> str | None:
    """The QR's PIN first: it has no reading errors."""
    return next((mark.pin for mark in marks if mark.pin and mark.official), fiscal.pin)


def _cu_invoice(fiscal: Fiscal, marks: Sequence[QrMark]) -> str | None:
    return next((mark.cu_invoice for mark in marks if mark.cu_invoice and mark.official), fiscal.cu_invoice)


def _clear(sums: Sums, row: int) -> float:
    return clearness(sums.rows[row].score) if row >= 0 else 0.0


def _rows(
    merchant: Merchant | None,
    day: Day | None,
    total: Total | None,
    tax: Tax | None,
    fiscal: Fiscal,
    payment: Payment,
) -> dict[str, int]:
    """Which row each field was read from, so that a reviewer can be shown the place."""
    found = {
        "merchant": merchant.row if merchant else -1,
        "date": day.row if day else -1,
        "total": total.row if total else -1,
        "tax": tax.row if tax else -1,
        "kra_pin": fiscal.pin_row,
        "cu_invoice": fiscal.cu_row,
        "mpesa_code": payment.code_row,
    }
    return {field: row for field, row in found.items() if row >= 0}
