"""What is claimable, day by day and reason by reason; and the rates that a day allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.receipts.tax_verdict import TaxFacts, tax_verdict
from shared.receipts.vat import rates_on

OWN, OTHER = "P051365947M", "A004416331M"
TODAY = date(2026, 6, 30)
GOOD = TaxFacts(
    day=date(2026, 6, 1),
    total_cents=116_000,
    tax_cents=16_000,
    bands=[(16_00, 16_000)],
    cu_invoice="KRACU0100000001/42",
    buyer_pin=OWN,
    goods="CEMENT 50KG",
)


def codes(facts: TaxFacts, own: str = OWN) -> list[str]:
    return [reason.code for reason in tax_verdict(facts, own, TODAY).reasons]


def test_an_electronic_invoice_to_our_pin_is_claimable_whole() -> None:
    verdict = tax_verdict(GOOD, OWN, TODAY)
    assert (verdict.deductible, verdict.input_vat, verdict.claimable_cents) == ("likely", "likely", 16_000)
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("change", "own", "code", "deductible", "input_vat"),
    [
        ({"cu_invoice": ""}, OWN, "no_etims_invoice", "unlikely", "unlikely"),
        ({"cu_invoice": "", "official_qr": True}, OWN, "", "likely", "likely"),
        ({"buyer_pin": ""}, OWN, "buyer_pin_absent", "likely", "unlikely"),
        ({"buyer_pin": OTHER}, OWN, "buyer_pin_differs", "unlikely", "unlikely"),
        ({}, "", "own_pin_unknown", "likely", "check"),
        ({"flags": ["qr_foreign_host"]}, OWN, "qr_foreign_host", "unlikely", "unlikely"),
        ({"flags": ["qr_pin_differs"]}, OWN, "qr_differs", "check", "check"),
        ({"day": None}, OWN, "date_unknown", "check", "check"),
        ({"day": date(2026, 7, 1)}, OWN, "date_in_future", "check", "check"),
        ({"day": date(2025, 12, 1)}, OWN, "vat_too_old", "likely", "unlikely"),
        ({"bands": [(14_00, 14_246)], "tax_cents": 14_246}, OWN, "rate_of_another_day", "likely", "check"),
        ({"bands": [], "tax_cents": 18_560}, OWN, "tax_above_rate", "likely", "check"),
        ({"tax_cents": 0, "bands": []}, OWN, "no_vat", "likely", "unlikely"),
        (
            {"cu_invoice": "", "text": "UF1ABCDE12 Confirmed. Ksh1,160.00 paid to MAMA MBOGA."},
            OWN,
            "mpesa_message",
            "unlikely",
            "unlikely",
        ),
        ({"cu_invoice": "", "day": date(2023, 5, 1)}, OWN, "no_etims_invoice", "check", "unlikely"),
    ],
)
def test_each_reason_moves_what_it_speaks_of(
    change: dict[str, object], own: str, code: str, deductible: str, input_vat: str
) -> None:
    facts = replace(GOOD, **change)  # type: ignore[arg-type]
    verdict = tax_verdict(facts, own, TODAY)
    assert (verdict.deductible, verdict.input_vat) == (deductible, input_vat)
    assert code in [reason.code for reason in verdict.reasons] if code else not verdict.reasons
    assert verdict.claimable_cents == (facts.tax_cents if input_vat == "likely" else 0)
    assert all(reason.text.endswith(".") for reason in verdict.reasons)


def test_fuel_has_rates_of_its_own() -> None:
    at_eight = replace(GOOD, bands=[(8_00, 8_593)], tax_cents=8_593)
    assert "rate_of_another_day" in codes(at_eight)
    assert codes(replace(at_eight, goods="SUPER PETROL")) == []
    assert "rate_of_another_day" in codes(replace(at_eight, goods="DIESEL", day=date(2026, 3, 1)))


@pytest.mark.parametrize(
    ("day", "fuel", "rates"),
    [
        (date(2020, 3, 31), False, {16}),
        (date(2020, 4, 1), False, {14}),
        (date(2021, 1, 1), False, {16}),
        (date(2018, 8, 31), True, set()),
        (date(2018, 9, 20), True, {16}),
        (date(2018, 9, 21), True, {8}),
        (date(2023, 7, 1), True, {16}),
        (date(2026, 4, 15), True, {8}),
        (date(2026, 8, 1), True, {8, 16}),
        (date(2026, 10, 12), True, {16}),
        (date(2000, 1, 1), False, set()),
    ],
)
def test_a_rate_is_that_of_its_day(day: date, fuel: bool, rates: set[int]) -> None:
    assert rates_on(day, fuel=fuel) == rates
