"""What decides, in which order, and when a person is asked."""

from __future__ import annotations

import pytest

from shared.categories.codes import CODES, UNCATEGORISED
from shared.categories.decide import judge
from shared.categories.numbers import PAYBILLS, SHARED
from shared.categories.subject import Subject, payee_name


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Pay Bill Online to 888880 - KPLC PREPAID Acc. 54401234567", "utilities"),
        ("Merchant Payment to 712399 - RUBIS ENERGY KAREN", "fuel"),
        ("mshahara wa wafanyakazi wiki ya pili", "wages_salaries"),
        ("kodi ya duka mwezi wa tano", "rent"),
        ("kodi ya mapato KRA", "taxes"),
        ("mafuta ya kupika lita 20 za kuuza", "stock_cogs"),
        ("mafuta ya pikipiki", "fuel"),
        ("fundi wa bomba kurekebisha sink", "premises_upkeep"),
        ("boda ya kupeleka mzigo Githurai delivery", "transport_delivery"),
        ("credo ya simu", "airtime_internet"),
        ("makato ya M-Pesa", "bank_mpesa_fees"),
        ("Pay Bill charge 23.00", "bank_mpesa_fees"),
        ("Customer Transfer of Funds Charge 57.00", "bank_mpesa_fees"),
        ("marejesho ya mkopo Faulu", "loans_finance"),
        ("bima ya pikipiki", "insurance"),
        ("leseni ya biashara kanjo", "licences_permits"),
        ("NSSF contribution March", "payroll_statutory"),
        ("wakili ada ya mkataba", "professional_fees"),
        ("mabango na matangazo ya redio", "marketing"),
        ("Funds transfer own account savings", "owner_transfers"),
    ],
)
def test_lines_in_english_and_swahili_are_filed(text: str, category: str) -> None:
    said = judge(Subject(text))
    assert said.category == category, said
    assert said.top3[0][0] == category
    assert said.confidence_milli > 500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Pay Bill to 400200 Acc. 0114****",
        "Merchant Payment to 765432",
        "Customer Transfer to 2547******110 MERCY A",
        "Sent to 2547******321",
        "Sent to KIPLIMO 2547******113",
        "CHQ NO 001928",
        "RTGS REF 88231",
        "CASH WITHDRAWAL KIMATHI ST",
        "salio la jana",
        "TOTAL 500.00 ASANTE",
        "POS 99231 NAIROBI",
        "TRF 0092817",
        "****",
        "🧾🧾",
    ],
)
def test_a_line_that_tells_nothing_is_asked_about(text: str) -> None:
    said = judge(Subject(text))
    assert (said.category, said.source, said.confidence_milli) == (UNCATEGORISED, "ask", 0)


def test_an_unsure_line_is_asked_with_three_to_choose_from() -> None:
    said = judge(Subject("XYLOQ ZZWUKA"))
    assert (said.category, said.source, said.reason) == (UNCATEGORISED, "ask", "unsure")
    assert len(said.top3) == 3
    assert said.model_version


def test_a_known_number_decides_unless_the_words_speak_for_something_else() -> None:
    assert judge(Subject("Pay Bill to 572572 Acc. 20251130")).source == "number"
    assert judge(Subject("kuku wa kuuza", number="888880")).category == "stock_cogs"
    assert not set(PAYBILLS) & SHARED
    assert set(PAYBILLS.values()) <= set(CODES)


def test_a_bank_number_says_nothing_of_who_was_paid() -> None:
    assert Subject("Pay Bill to 247247 Acc. 0110456").marks == ("account 247247 0110456",)
    assert Subject("Pay Bill to 512345 Acc. H77").marks == ("account 512345 h77", "number 512345")


def test_the_same_payee_is_known_by_the_same_marks() -> None:
    first = Subject("Merchant Payment to 529144 - NYOTA HARDWARE THIKA 2,300")
    later = Subject("merchant payment to 529144 - Nyota Hardware  Thika Road")
    assert first.marks == later.marks
    assert (
        payee_name("NYOTA HARDWARE LTD, Nairobi")
        == payee_name("Nyota hardware 0722******12")
        == "nyota hardware"
    )
    assert Subject("Sent to MAMA NJERI 2547******402").marks == ("person 402 mama njeri",)
    assert Subject("Sent to MAMA NJERI 2547******402 kodi ya duka").marks == ("person 402 mama njeri",)
    assert Subject("Customer Transfer to 2547******402 MAMA NJERI").marks == ("person 402 mama njeri",)
    assert Subject("CHEQUE NO 88").marks == ()


def test_a_pin_is_the_surest_mark() -> None:
    assert Subject("cement", payee="Nyota", pin="P051234567Q").marks[0] == "pin P051234567Q"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("RUB1S ENERGY KAREN", "fuel"),
        ("PETR0L STATI0N", "fuel"),
        ("INSURANCEPREMIUM renewal", "insurance"),
        ("monthly subscripti", "software_cloud"),
        ("ELECTRICI", "utilities"),
        ("saIary advancc", "wages_salaries"),
    ],
)
def test_misread_glued_and_cut_words_are_mended(text: str, category: str) -> None:
    assert judge(Subject(text)).category == category
