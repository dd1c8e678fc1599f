"""The seller: a legal name where one is printed, never the buyer, the address or a heading."""

from __future__ import annotations

import pytest

from shared.receipts.extract.merchant import find_merchant
from tests.unit.receipts.support import rows


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ("MAJI PLUMBING SUPPLIES LIMITED", "DUBOIS ROAD", "TEL 0733 615 082"),
            "MAJI PLUMBING SUPPLIES LIMITED",
        ),
        (("CITY MILK", "R&C DAIRIES LTD (119101)", "NAIROBI"), "R&C DAIRIES LTD"),
        (("31802012", "UPEO STATIONERS LTD", "P.O. BOX 12 NAIROBI"), "UPEO STATIONERS LTD"),
        (("JAMBO HARDWARE &", "GENERAL STORES LTD", "GIKOMBA"), "JAMBO HARDWARE & GENERAL STORES LTD"),
        (("TAMU VEGETARIAN", "RESTAURANT LTD", "TEL 020 123456"), "TAMU VEGETARIAN RESTAURANT LTD"),
        (("HEWANI TELECOM SHOP", "RIVER ROAD, NAIROBI", "CASHSALE"), "HEWANI TELECOM SHOP"),
        (("KARIBU SANA", "NYOTA CAFE", "MOI AVENUE"), "NYOTA CAFE"),
        (("THE NAIROBI HOSPITAL", "ARGWINGS KODHEK RD"), "THE NAIROBI HOSPITAL"),
        (("THANK YOU, COME AGAIN", "CALL 0722 000 111", "MAMA NJERI KITCHEN"), "MAMA NJERI KITCHEN"),
        (("OWNED BY: KIPKEMBOI TRADERS LTD", "ELDORET"), "KIPKEMBOI TRADERS LTD"),
    ],
)
def test_names(texts: tuple[str, ...], expected: str) -> None:
    found = find_merchant(rows(*texts))
    assert found is not None
    assert found.name == expected


def test_the_buyer_is_not_the_seller() -> None:
    found = find_merchant(rows("DUKA LA MAMA", "BILL TO:", "NYUMBA STEEL & CEMENT LTD"))
    assert found is not None
    assert found.name == "DUKA LA MAMA"


def test_a_legal_name_far_below_the_address_loses_to_the_one_on_top() -> None:
    found = find_merchant(
        rows("KEDAI ZHENG HUI", "NO.59 JALAN PERMAS", "TEL 386 7524", "GOGIANT (M) SDN BHD")
    )
    assert found is not None
    assert found.name == "KEDAI ZHENG HUI"


def test_numbers_alone_are_no_name() -> None:
    assert find_merchant(rows("0722 418 365", "12/03/2026", "1,250.00")) is None
