"""Kenyan marks: PIN by position, control unit numbers, QR codes, M-Pesa codes, money and words."""

from __future__ import annotations

import pytest

from shared.receipts.extract.etims import find_fiscal, force_pin, read_qr
from shared.receipts.extract.fields import extract
from shared.receipts.extract.text import fold_code
from tests.unit.receipts.support import TODAY, rows

_ETIMS = "https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData?Data="
_TIMS = "https://itax.kra.go.ke/KRA-Portal/invoiceChk.htm?actionCode=loadPage&invoiceNo="


@pytest.mark.parametrize(
    ("printed", "pin"),
    [
        ("PIN: P051482736K", "P051482736K"),
        ("PIN NO. A004416331M", "A004416331M"),
        ("P.I.N P05I4B2736K", "P051482736K"),
        ("PIN P05148273OK", "P051482730K"),
        ("KRA PIN: PO51482736K", "P051482736K"),
        ("PIN:P0514827360", "P051482736O"),
        ("VAT NO P051482736K", "P051482736K"),
    ],
)
def test_the_pin_by_what_each_position_may_hold(printed: str, pin: str) -> None:
    assert find_fiscal(rows("DUKA", printed)).pin == pin


def test_without_the_word_pin_nothing_is_forced() -> None:
    assert find_fiscal(rows("REF P05I4B2736K")).pin is None
    assert force_pin("P05148273") is None


def test_the_buyers_pin_is_kept_apart() -> None:
    fiscal = find_fiscal(rows("PIN P051482736K", "BUYER PIN: P052204618B"))
    assert (fiscal.pin, fiscal.buyer_pin) == ("P051482736K", "P052204618B")


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        (("CU INVOICE NO: 0040804130000058920",), "0040804130000058920"),
        (("CU INVOICE NUMBER", "004080413000005892O"), "0040804130000058920"),
        (("CU INVOICE NO: KRACU0400001074/9",), "KRACU0400001074/9"),
        (("SCU ID: KRACU04OOO01074 / 9",), "KRACU0400001074/9"),
    ],
)
def test_control_unit_numbers(printed: tuple[str, ...], number: str) -> None:
    assert find_fiscal(rows("DUKA", *printed)).cu_invoice == number


def test_the_etims_qr_holds_pin_branch_and_signature() -> None:
    mark = read_qr(f"{_ETIMS}P051482736K00H7KLM2P9RTW4XCV3")
    assert (mark.official, mark.pin, mark.branch, mark.signature) == (
        True,
        "P051482736K",
        "00",
        "H7KLM2P9RTW4XCV3",
    )


def test_the_tims_qr_holds_the_invoice_number() -> None:
    assert read_qr(f"{_TIMS}0040804130000058920").cu_invoice == "0040804130000058920"


@pytest.mark.parametrize(
    "address",
    [
        f"{_ETIMS.replace('https', 'http')}P051482736K00H7KLM2P9RTW4XCV3",
        f"{_ETIMS.replace('kra.go.ke', 'kra.go.ke.receipts.example')}P051482736K00H7KLM2P9RTW4XCV3",
        f"{_ETIMS.replace('etims.kra', 'etims-kra')}P051482736K00H7KLM2P9RTW4XCV3",
        "https://etims.kra.go.ke@evil.example/x?Data=P051482736K00H7KLM2P9RTW4XCV3",
        "https://etims.kra.go.ke:8443/x",
        "https://[etims.kra.go.ke",
    ],
)
def test_a_qr_that_is_not_the_authoritys_is_flagged(address: str) -> None:
    fields = extract(rows("DUKA LTD", "PIN P051482736K"), [address], TODAY)
    assert "qr_foreign_host" in fields.flags


def test_a_qr_of_another_seller_is_flagged_and_believed() -> None:
    fields = extract(rows("DUKA LTD", "PIN P052204618B"), [f"{_ETIMS}P051482736K00H7KLM2P9RTW4XCV3"], TODAY)
    assert "qr_pin_differs" in fields.flags
    assert fields.kra_pin == "P051482736K"


def test_an_unrelated_qr_is_no_alarm() -> None:
    assert extract(rows("DUKA LTD"), ["https://example.com/feedback"], TODAY).flags == ()


def test_mpesa_code_method_till_and_currency() -> None:
    fields = extract(
        rows("DUKA LTD", "TOTAL KSH 2,500.00", "LIPA NA M-PESA TILL NO: 522533", "M-PESA CODE: TKM2D7Y5QX"),
        [],
        TODAY,
    )
    assert (fields.payment_method, fields.mpesa_code, fields.till) == ("mpesa", "TKM2D7Y5QX", "522533")
    assert fields.currency == "KES"
    assert fields.warnings == (), "without a day there is nothing to compare"


@pytest.mark.parametrize(
    ("day", "code", "warnings"),
    [
        ("22/11/2025", "TKM2D7Y5QX", ()),
        ("21/11/2025", "TKM2D7Y5QX", ()),
        ("20/11/2025", "TKM2D7Y5QX", ("mpesa_receipt_day_differs",)),
        ("22/11/2024", "TKM2D7Y5QX", ("mpesa_receipt_day_differs",)),
        ("22/11/2025", "TXM2D7Y5QX", ("mpesa_receipt_form_unusual",)),
    ],
)
def test_an_mpesa_code_of_another_day_is_warned_about_and_decides_nothing(
    day: str, code: str, warnings: tuple[str, ...]
) -> None:
    """T, K, M: the 22nd of November 2025."""
    printed = rows("DUKA LTD", f"DATE: {day}", "TOTAL KSH 2,500.00", f"M-PESA CODE: {code}")
    fields = extract(printed, [], TODAY)
    assert (fields.mpesa_code, fields.warnings, fields.flags) == (code, warnings, ())


def test_a_ten_letter_word_is_no_mpesa_code() -> None:
    assert extract(rows("LIPA NA M-PESA", "WHOLESALER"), [], TODAY).mpesa_code is None


def test_codes_compare_by_classes_of_look_alikes() -> None:
    assert fold_code("TKM2D7Y5QX") == fold_code("TKMZO7YS0X")
    assert fold_code("TKM2D7Y5QX") != fold_code("TKM2D7Y6QX")


def test_a_swahili_receipt() -> None:
    fields = extract(
        rows(
            "MAMA NJERI KITCHEN",
            "RISITI NO: 000912",
            "TAREHE: 15/11/2026 13:09",
            "PILAU KUKU",
            "4 x 350.00 1,400.00",
            "JUMLA KES 1,400.00",
            "TASLIMU 1,500.00",
            "CHENJI 100.00",
            "ASANTE, KARIBU TENA",
        ),
        [],
        TODAY,
    )
    assert (fields.merchant, fields.total_cents, str(fields.date)) == (
        "MAMA NJERI KITCHEN",
        140_000,
        "2026-11-15",
    )
    assert (fields.time, fields.receipt_number, fields.payment_method) == ("13:09", "000912", "cash")
    assert {"total_tender", "items_sum"} <= set(fields.checks)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("TOTAL RM 30.00", "MYR"), ("TOTAL 850/=", "KES"), ("USD 40.00", "USD"), ("TOTAL 40.00", "KES")],
)
def test_currency(text: str, currency: str) -> None:
    assert extract(rows(text), [], TODAY).currency == currency
