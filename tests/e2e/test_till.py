"""The same on a till, whose notices carry no reference: twins are told by payer, amount and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.snapshot import Left, left_by
from tests.e2e.world import PAYBILL, PHONE, World, furnish, running

TILL = "5421890"
CLEARING, SUSPENSE = f"clearing:mpesa:{PAYBILL}", "suspense:unmatched"
BY_QUERY = Left(
    attempts=[("succeeded", "")],
    payments=[("mpesa-Q1/R1", "settled", "stk", "auto", 116_000, "query c2b")],
    journal={
        "pay-Q1": {CLEARING: 116_000, SUSPENSE: -116_000},
        "alloc-mpesa-Q1-1": {SUSPENSE: 116_000, "ar:INV": -116_000},
    },
    invoice=("paid", 0),
    messages=[("payment.received", PHONE), ("payment.received", "wanjiku@example.com")],
)
BY_RECEIPT = {
    "pay-R1": {CLEARING: 116_000, SUSPENSE: -116_000},
    "alloc-mpesa-R1-1": {SUSPENSE: 116_000, "ar:INV": -116_000},
}


@pytest.fixture
def till(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, daraja_till=TILL) as world:
        furnish(world)
        world.phone("pay")
        yield world


def collect(till: World) -> None:
    till.post("/v1/attempts", {"phone": PHONE, "invoice_id": till.invoice_id})


def test_a_late_twin_brings_the_receipt_of_what_a_query_settled(till: World) -> None:
    till.fault("lost_callback")
    till.fault("late_callback", target="c2b", seconds=60)
    collect(till)
    till.advance(120)
    assert left_by(till) == BY_QUERY


def test_a_twin_before_everything_is_the_attempts_money(till: World) -> None:
    till.fault("lost_callback")
    collect(till)
    till.advance(120)
    payments = [("mpesa-R1/R1", "settled", "stk", "auto", 116_000, "c2b query")]
    assert left_by(till) == replace(BY_QUERY, payments=payments, journal=BY_RECEIPT)


def test_the_list_alone_brings_the_receipt_of_what_a_query_settled(till: World) -> None:
    till.fault("lost_callback")
    till.fault("lost_callback", target="c2b")
    collect(till)
    till.advance(20 * 60)
    payments = [("mpesa-Q1/R1", "settled", "stk", "auto", 116_000, "query pull")]
    assert left_by(till) == replace(BY_QUERY, payments=payments)


def test_money_paid_at_the_till_unasked_is_matched_by_its_payer(till: World) -> None:
    till.pay_by_hand(1160, "")
    till.advance(60)
    payments = [("mpesa-R1/R1", "settled", "till", "auto", 116_000, "c2b pull")]
    assert left_by(till) == replace(BY_QUERY, attempts=[], payments=payments, journal=BY_RECEIPT, prompts=0)
