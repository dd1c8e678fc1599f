"""Numbers as payers type them."""

from __future__ import annotations

import pytest

from shared.matching.model import InvoiceFacts
from shared.matching.reference import mentions, readings


def invoice(number: str) -> InvoiceFacts:
    return InvoiceFacts(f"inv_{number}", number, "cus_a", 100, 100, "2026-03-01")


@pytest.mark.parametrize(
    ("typed", "clue"),
    [
        ("INV-2025-00042", "full"),
        ("inv202500042", "full"),
        ("INV 2025 00042", "full"),
        ("2025/00042", "full"),
        ("INV-2O25-OOO42", "full"),
        ("INV00042", "prefixed"),
        ("inv 42", "prefixed"),
        ("INVOICE 42", "prefixed"),
        ("00042", "serial"),
        ("RENT 42 MARCH", "prefixed"),
        ("42/77", "serial"),
        ("INV-2025-00024", "edit"),
        ("INV-2025-000422", "edit"),
        ("INV-2025-0042", "edit"),
        ("INV-2026-00042", "serial"),
    ],
)
def test_a_number_is_recognised_in_every_usual_spelling(typed: str, clue: str) -> None:
    assert [m.clue for m in mentions(typed, [invoice("INV-2025-00042")])] == [clue]


@pytest.mark.parametrize("typed", ["", "RENT", "INV-2025-77777", "N/A", "0712345678", "-", "INV-2025-0004"])
def test_other_texts_name_no_invoice(typed: str) -> None:
    assert mentions(typed, [invoice("INV-2025-00042")]) == ()


def test_a_year_inside_a_whole_number_names_no_second_invoice() -> None:
    named = mentions("INV 2025 05013", [invoice("INV-2025-02025"), invoice("INV-2025-05013")])
    assert [m.invoice_id for m in named] == ["inv_INV-2025-05013"]


def test_two_serials_name_two_invoices() -> None:
    named = mentions("1954/4871", [invoice("INV-2025-01954"), invoice("INV-2025-04871")])
    assert {m.invoice_id for m in named} == {"inv_INV-2025-01954", "inv_INV-2025-04871"}
    assert len({m.span for m in named}) == 2


def test_hostile_texts_stay_cheap() -> None:
    assert len(readings("1 " * 5000)) <= 64
    assert readings("\u0000\ud7ff½³" * 50) is not None
    assert readings("9" * 5000) == ()
