"""Who paid, as the networks show it."""

from __future__ import annotations

import pytest
from matching_world import ACCOUNTS, NAMES, PHONES, WANJIKU

from shared.core.phone import fits_mask, mask, phone_hash
from shared.matching.identity import identify, payer_key, typed_phones
from shared.matching.model import CustomerFacts, PaymentFacts
from shared.matching.names import shared_words

CUSTOMER = CustomerFacts(WANJIKU, NAMES[WANJIKU], (PHONES[WANJIKU],), ACCOUNTS[WANJIKU])
OTHER = "254700000001"


@pytest.mark.parametrize(
    ("shown", "phone"),
    [
        ({"phone": PHONES[WANJIKU]}, "known"),
        ({"phone_hash": phone_hash(PHONES[WANJIKU])}, "known"),
        ({"masked": mask(PHONES[WANJIKU]), "payer_name": "GRACE"}, "masked_named"),
        ({"masked": mask(PHONES[WANJIKU]), "payer_name": "JOHN"}, "masked"),
        ({"masked": "2547 ***** 678"}, "masked"),
        ({"masked": mask(OTHER)}, "other"),
        ({"phone_hash": phone_hash(OTHER)}, "other"),
        ({"phone": OTHER, "masked": mask(PHONES[WANJIKU])}, "other"),
        ({}, "unseen"),
    ],
)
def test_phones_full_masked_and_hashed(shown: dict[str, str], phone: str) -> None:
    assert identify(PaymentFacts("p", 100, **shown), CUSTOMER, {}).phone == phone


@pytest.mark.parametrize(
    ("typed", "account"),
    [
        ("HW-17A", "exact"),
        ("hw17a", "exact"),
        ("HW 17A", "exact"),
        ("HW-71A", "edit"),
        ("HW-99Z", ""),
        ("", ""),
    ],
)
def test_account_numbers(typed: str, account: str) -> None:
    assert identify(PaymentFacts("p", 100, reference=typed), CUSTOMER, {}).account == account


def test_a_typed_phone_is_read_in_every_form() -> None:
    for typed in ("0712345678", "0712 345 678", "+254712345678", "FROM 254712345678"):
        assert typed_phones(typed) == ("254712345678",)
    assert typed_phones("99999") == ()


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("GRACE WANJIKU KAMAU", "Kamau Grace", 2),
        ("GRACE WANJKU KAMAU", "Grace Wanjiku Kamau", 3),
        ("JANE", "ANNE", 0),
        ("PETER O ODHIAMBO", "Peter Otieno Odhiambo", 2),
        ("ELGON CONSULTANTS LTD", "Elgon Traders Ltd", 1),
    ],
)
def test_shared_names(one: str, other: str, common: int) -> None:
    assert shared_words(one, other) == common


def test_a_payer_is_remembered_by_what_is_shown() -> None:
    full = PaymentFacts("p", 100, phone=PHONES[WANJIKU])
    hashed = PaymentFacts("p", 100, phone_hash=phone_hash(PHONES[WANJIKU]))
    assert payer_key(full) == payer_key(hashed) != ""
    masked = PaymentFacts("p", 100, masked="2547*****678", payer_name="GRACE")
    assert payer_key(masked) == "2547*****678|GRACE"
    assert payer_key(PaymentFacts("p", 100, masked="2547*****678")) == ""
    assert payer_key(PaymentFacts("p", 100, payer_name="GRACE")) == ""


def test_a_mask_hides_only_what_it_fits() -> None:
    assert fits_mask("2547*****678", PHONES[WANJIKU])
    assert not fits_mask("2547*****679", PHONES[WANJIKU])
    assert not fits_mask(PHONES[WANJIKU], PHONES[WANJIKU])
    assert not fits_mask("", PHONES[WANJIKU])
