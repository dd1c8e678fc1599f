"""Receipts and the money that paid them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matching_world import Shop

from shared.core.ids import derived_id
from shared.matching.places import review_place
from shared.matching.receipt_rules import ReceiptFacts, TransactionFacts, choose, compare, folded
from shared.matching.receipts import receipt_arrived, transaction_recorded

RECEIPT = ReceiptFacts("rcp_1", 348_000, "KES", "NAIVAS SUPERMARKET LTD", "2026-02-10")
LINE = TransactionFacts("txn_1", 348_000, "KES", "Naivas Supermarket", "2026-02-10", "SJB81KO22Z")


@pytest.mark.parametrize(
    ("day", "fits"),
    [("2026-02-06", False), ("2026-02-07", True), ("2026-02-15", True), ("2026-02-16", False)],
)
def test_the_window_is_three_days_before_to_five_after(day: str, fits: bool) -> None:
    assert (compare(RECEIPT, replace(LINE, day=day)) is not None) is fits


def test_the_amount_must_be_exact_unless_the_code_is_on_the_receipt() -> None:
    other = replace(LINE, amount_cents=348_100)
    assert compare(RECEIPT, other) is None
    coded = compare(replace(RECEIPT, code="SJBB1K0222"), other)
    assert coded is not None
    assert choose([coded], []).verdict == "review"
    assert compare(RECEIPT, replace(LINE, currency="USD")) is None


def test_look_alike_characters_are_one_class() -> None:
    assert folded("SJB81KO22Z") == folded("sjbB1K0222") != folded("SJB81KO227")


@pytest.mark.parametrize(
    ("party", "day", "verdict"),
    [
        ("Naivas Supermarket", "2026-02-10", "auto"),
        ("NAIVAS 2031 MOI AVENUE", "2026-02-10", "review"),
        ("Naivas Supermarket", "2026-02-11", "auto"),
        ("Naivas Supermarket", "2026-02-15", "review"),
        ("", "2026-02-10", "review"),
        ("Shell Langata", "2026-02-10", "review"),
    ],
)
def test_amount_day_and_merchant_decide_together(party: str, day: str, verdict: str) -> None:
    pair = compare(RECEIPT, replace(LINE, party=party, day=day))
    assert pair is not None
    assert choose([pair], []).verdict == verdict


def test_a_rival_on_either_side_is_asked() -> None:
    one, two = compare(RECEIPT, LINE), compare(RECEIPT, replace(LINE, id="txn_2"))
    twin = compare(replace(RECEIPT, id="rcp_2"), LINE)
    assert one is not None
    assert two is not None
    assert twin is not None
    assert choose([one, two], []).verdict == "review"
    assert choose([one], [twin]).verdict == "review"
    assert choose([one], []).verdict == "auto"
    assert choose([], []).verdict == "none"


def state(shop: Shop, receipt: str) -> tuple[str, str]:
    doc = shop.doc("receipts", receipt)
    return doc["matching"], doc["transaction_id"]


def expense(shop: Shop, receipt: str) -> dict[str, object]:
    return shop.doc("expenses", derived_id("exp", "receipt", receipt))


def test_a_receipt_finds_the_line_that_paid_it(shop: Shop) -> None:
    line = shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-10")
    shop.spend("SJB2", 120_000, "Naivas Supermarket", "2026-02-10")
    receipt = shop.receipt("rcp_1", 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10")
    receipt_arrived(shop, shop.business, receipt)
    receipt_arrived(shop, shop.business, receipt)
    assert state(shop, receipt) == ("auto", line)
    assert shop.doc("transactions", line)["receipt_id"] == receipt
    assert expense(shop, receipt)["transaction_id"] == line
    assert shop.bus.types.count("receipt.matched.v1") == 1


def test_a_line_that_comes_later_finds_its_receipt(shop: Shop) -> None:
    receipt = shop.receipt("rcp_1", 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10")
    receipt_arrived(shop, shop.business, receipt)
    assert state(shop, receipt) == ("none", "")
    assert expense(shop, receipt)["amount_cents"] == 348_000
    assert expense(shop, receipt)["vat_cents"] == 48_000
    line = shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-11")
    transaction_recorded(shop, shop.business, line)
    assert state(shop, receipt) == ("auto", line)
    assert expense(shop, receipt)["transaction_id"] == line


def test_two_lines_alike_are_asked(shop: Shop) -> None:
    for code in ("SJB1", "SJB2"):
        shop.spend(code, 348_000, "Naivas Supermarket", "2026-02-10")
    receipt = shop.receipt("rcp_1", 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10")
    receipt_arrived(shop, shop.business, receipt)
    assert state(shop, receipt) == ("review", "")
    item = shop.store.require(shop.business, review_place("receipt", receipt)).data
    assert item["reasons"][0] == "rival"
    assert len(item["suggestions"]) == 2


def test_two_receipts_alike_are_asked(shop: Shop) -> None:
    shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-10")
    for name in ("rcp_1", "rcp_2"):
        shop.receipt(name, 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10")
    receipt_arrived(shop, shop.business, "rcp_1")
    receipt_arrived(shop, shop.business, "rcp_2")
    assert state(shop, "rcp_1")[0] == state(shop, "rcp_2")[0] == "review"


def test_the_code_on_the_receipt_decides_between_lines_alike(shop: Shop) -> None:
    shop.spend("SJB81KO22Z", 348_000, "Naivas Supermarket", "2026-02-10")
    meant = shop.spend("SJB99QQ777", 348_000, "Naivas Supermarket", "2026-02-10")
    receipt = shop.receipt("rcp_1", 348_000, "NAIVAS", "2026-02-10", reading={"mpesa_code": "SJB99QQ777"})
    receipt_arrived(shop, shop.business, receipt)
    assert state(shop, receipt) == ("auto", meant)


@pytest.mark.parametrize("status", ["needs_review", "duplicate", "refused"])
def test_only_accepted_receipts_become_expenses(shop: Shop, status: str) -> None:
    line = shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-10")
    receipt = shop.receipt("rcp_1", 348_000, "NAIVAS SUPERMARKET LTD", "2026-02-10", status=status)
    receipt_arrived(shop, shop.business, receipt)
    transaction_recorded(shop, shop.business, line)
    assert state(shop, receipt) == ("waiting", "")
    assert shop.find("expenses", derived_id("exp", "receipt", receipt)) is None


def test_a_line_without_any_receipt_asks_nobody(shop: Shop) -> None:
    line = shop.spend("SJB1", 348_000, "Naivas Supermarket", "2026-02-10")
    transaction_recorded(shop, shop.business, line)
    assert shop.doc("transactions", line)["matching"] == "waiting"
