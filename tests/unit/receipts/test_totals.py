"""The total among its rivals, tax by its arithmetic, and the lines of goods."""

from __future__ import annotations

import pytest

from shared.receipts.confidence import ACCEPT
from shared.receipts.extract.amounts import amounts_in
from shared.receipts.extract.fields import extract
from shared.receipts.extract.labels import Label, label_of
from shared.receipts.extract.totals import find_total, paid_cents, read_sums
from shared.receipts.reading import Fields
from tests.unit.receipts.support import TODAY, rows


def read(*texts: str) -> Fields:
    return extract(rows(*texts), [], TODAY)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("TOTAL KES 1,234/=", [123400]),
        ("KSh. 1,250.50", [125050]),
        ("Sh 850/-", [85000]),
        ("1,234.50/=", [123450]),
        ("RM6.85", [685]),
        ("75,00", [7500]),
        ("106.1C", [10610]),
        ("(0.01)", [-1]),
        ("11.60-", [-1160]),
        ("Cash -50.00", [-5000]),
        ("S 06.0% 16.42 0.99", [1642, 99]),
        ("06/03/2018 20:01", []),
        ("15.0000", []),
        ("0040804130000058920", []),
        ("P051482736K", []),
    ],
)
def test_amounts_as_printed(text: str, cents: list[int]) -> None:
    assert [amount.signed for amount in amounts_in(text)] == cents


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("JUMLA KUU 1,250.00", Label.FINAL),
        ("JUMLA 1,250.00", Label.TOTAL),
        ("TOTAL DUE KES 99.00", Label.FINAL),
        ("Total Sales (Inclusive of GST) : 54.50", Label.INCLUSIVE),
        ("Total (Excluding GST): 51.42", Label.EXCLUSIVE),
        ("TOTAL VAT 172.41", Label.TAX),
        ("VAT 16% 172.41", Label.TAX),
        ("TOTAL TAX A 5586.21", Label.COUNT),
        ("TOTAL A-16.00% 40500.00", Label.COUNT),
        ("TOTAL ITEMS 7", Label.COUNT),
        ("Total Savings -6.40", Label.COUNT),
        ("TASLIMU 2,000.00", Label.TENDER),
        ("M-PESA 2,000.00", Label.TENDER),
        ("CHENJI 100.00", Label.CHANGE),
        ("SUB-TOTAL 10.00", Label.SUBTOTAL),
        ("PUNGUZO 5.00", Label.DISCOUNT),
        ("TOTALENERGIES NGONG ROAD", Label.NONE),
    ],
)
def test_what_a_row_says_it_is(text: str, label: Label) -> None:
    assert label_of(text) is label


def test_the_total_after_rounding_is_the_one_that_was_paid() -> None:
    fields = read("TOTAL INCL GST 23.26", "ROUNDING -0.01", "TOTAL 23.25", "CASH 50.00", "CHANGE 26.75")
    assert fields.total_cents == 2325
    assert "total_tender" in fields.checks


def test_cash_handed_over_is_not_the_total() -> None:
    fields = read("TOTAL 31.00", "CASH 101.00", "CHANGE 70.00")
    assert (fields.total_cents, fields.tendered_cents, fields.change_cents) == (3100, 10100, 7000)


def test_a_second_total_inside_the_tax_table_loses() -> None:
    fields = read("TOTAL 112.45", "GST SUMMARY", "SR 6% 106.08 6.37", "TOTAL 106.08 6.37")
    assert fields.total_cents == 11245


def test_a_misread_total_is_mended_by_what_was_paid_and_what_the_parts_come_to() -> None:
    fields = read(
        "SUB TOTAL 106.10", "TOTAL GST 6.37", "ROUNDING -0.02", "TOTAL 112.46", "CASH 112.45", "CHANGE 0.00"
    )
    assert fields.total_cents == 11245


def test_a_lost_decimal_point_does_not_win_over_a_clean_repeat() -> None:
    fields = read("NAILS 2 15.50 31.00", "TOTAL 3100", "TOTAL AMOUNT 31.00", "CASH 31.00")
    assert fields.total_cents == 3100


def test_label_and_amount_on_two_rows() -> None:
    assert read("CEMENT 680.00", "TOTAL KES", "1,250.00").total_cents == 125_000


def test_whole_shillings_are_a_total_where_no_cents_are_printed() -> None:
    assert read("PILAU 350", "JUMLA 350/=", "TASLIMU 500/=", "CHENJI 150/=").total_cents == 35_000


def test_without_any_label_the_largest_amount_is_a_guess_that_goes_to_review() -> None:
    found = read("OTIENO LOADERS", "KUPAKIA 60 @ 20 1200/=")
    assert found.total_cents == 120_000
    assert found.confidence["total"] < 700 < ACCEPT["total"]


def test_no_amount_no_total() -> None:
    assert find_total(read_sums(rows("HELLO", "WORLD"))) is None


def test_every_way_to_pair_what_was_given_and_given_back() -> None:
    assert set(paid_cents(read_sums(rows("CASH 500.00", "VISA 200.00", "CHANGE 50.00")))) == {45000, 15000}


def test_tax_from_its_label_with_the_printed_rate() -> None:
    fields = read("SUBTOTAL EXCL VAT 1,077.59", "VAT 16% 172.41", "TOTAL KES 1,250.00", "CASH 1,250.00")
    assert (fields.tax_cents, fields.subtotal_cents) == (17241, 107759)
    assert {"tax_rate", "total_sum"} <= set(fields.checks)


def test_tax_from_bands_whose_arithmetic_holds_whatever_their_letter() -> None:
    fields = read("TOTAL 128.00", "VAT SUMMARY", "A 16% 100.00 16.00", "E 8% 11.11 0.89")
    assert fields.tax_cents == 1689
    assert [(band.rate, band.net_cents, band.tax_cents) for band in fields.tax_bands] == [
        (1600, 10000, 1600),
        (800, 1111, 89),
    ]
    assert "tax_total" in fields.checks


def test_a_rate_that_does_not_fit_its_amounts_is_no_band() -> None:
    assert read("TOTAL 128.00", "VAT SUMMARY", "A 16% 100.00 22.00").tax_bands == ()


def test_goods_with_names_above_beside_and_below() -> None:
    above = read("ITEM AMOUNT", "CEMENT 50KG", "60 x 680.00 40,800.00", "TOTAL 40,800.00")
    beside = read("DESCRIPTION QTY PRICE AMOUNT", "GATE VALVE 15 585.00 8,775.00", "TOTAL 8,775.00")
    below = read("ITEM QTY PRICE AMOUNT", "1015 2 12.00 24.00", "PEACOCK YELLOW", "TOTAL 24.00")
    for fields, expected in (
        (above, ("CEMENT 50KG", 60_000, 68_000, 4_080_000)),
        (beside, ("GATE VALVE", 15_000, 58_500, 877_500)),
        (below, ("PEACOCK YELLOW", 2_000, 1_200, 2_400)),
    ):
        (item,) = fields.items
        assert (item.description, item.quantity_milli, item.price_cents, item.amount_cents) == expected
        assert "items_sum" in fields.checks
