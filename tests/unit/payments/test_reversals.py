"""Money that the provider took back: once, however often and in whatever order it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.access import add_business
from shared.bus.consume import DEAD_LETTERS
from shared.core.errors import Refused
from shared.payments.gateways.port import Evidence, Outcome, PayerHint
from shared.payments.reversals import apply_kept, reverse, reverse_by_receipt
from shared.payments.settlement import apply_notice, prove
from shared.payments.sweep import sweep
from shared.store import Key
from tests.unit.payments.collecting import NOW, RECEIPT, evidence
from tests.unit.payments.paying import CLEARING, Till
from tests.unit.payments.test_refunds import allocated, books_of, state

OWN = "UC2REV0001"


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.close()


def told(kind: str, cents: int | None = None, receipt: str = OWN) -> Evidence:
    return Evidence("mpesa", kind, Outcome.SUCCESS, "0", receipt=receipt, amount_cents=cents, at=NOW)


def take(till: Till, payment: str, evidence_of: Evidence, identity: str = "") -> None:
    def apply(tx):  # type: ignore[no-untyped-def]
        found = tx.require(Key("payments", payment))
        return reverse(tx, found, evidence_of, identity or f"{evidence_of.kind}-1", evidence_of.kind)

    till.outbox.run(till.business, apply)


def test_a_matched_payment_is_unmatched_and_its_entry_reversed_exactly(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 60_000)
    payment = till.paid(70_000)
    allocated(till, payment, (invoice, 60_000), customer="cus_a")
    take(till, payment, told("statement"))
    assert state(till, payment) == ("reversed", "none", 0, 0)
    assert till.doc("invoices", invoice)["balance_cents"] == 60_000
    assert till.doc("customers", "cus_a")["credit_cents"] == 0
    entries = {entry["kind"]: entry for entry in till.docs("journal", "recorded_at")}
    came, went = entries["payment_received"]["legs"], entries["payment_received_reversed"]["legs"]
    assert {leg["account"]: -leg["amount"] for leg in came} == {leg["account"]: leg["amount"] for leg in went}
    assert entries["payment_received_reversed"]["reverses"] == f"pay-{RECEIPT}"
    assert books_of(till)["ar:inv_1"] == 60_000
    assert [event["data"] for event in till.events("payment.reversed.v1")] == [{"payment_id": payment}]


def test_a_reversal_told_five_ways_counts_once(till: Till) -> None:
    payment = till.paid(70_000)
    for n, way in enumerate(
        (told("c2b"), told("statement"), told("pull", 70_000), told("status", receipt=RECEIPT))
    ):
        take(till, payment, way, f"evd_{n}")
        take(till, payment, way, f"evd_{n}")
    assert state(till, payment)[0] == "reversed"
    assert len(till.docs("journal", "recorded_at")) == 2
    assert len(till.events("payment.reversed.v1")) == 1


def test_parts_are_taken_back_and_told_apart(till: Till) -> None:
    till.customer()
    invoice = till.invoice("inv_1", 60_000)
    payment = till.paid(60_000)
    allocated(till, payment, (invoice, 60_000))
    take(till, payment, told("c2b", 10_000, RECEIPT), "evd_1")
    assert state(till, payment)[0] == "partially_refunded"
    take(till, payment, told("statement", 10_000), "evd_2")  # the same one, now by its own number
    take(till, payment, told("statement", 10_000), "evd_2")
    assert till.doc("payments", payment)["returned_cents"] == 10_000
    take(till, payment, told("statement", 10_000, "UC2REV0002"), "evd_3")  # another one
    assert till.doc("payments", payment)["returned_cents"] == 20_000
    assert till.doc("invoices", invoice)["balance_cents"] == 20_000
    assert books_of(till) == {CLEARING: 40_000, "ar:inv_1": 20_000, "sales": -60_000}
    take(till, payment, told("statement", 40_000, "UC2REV0003"), "evd_4")
    assert state(till, payment)[:2] == ("reversed", "none")
    assert CLEARING not in books_of(till)


def test_more_than_the_payment_brought_is_refused(till: Till) -> None:
    payment = till.paid(60_000)
    for cents in (60_001, 0, -5):
        with pytest.raises(Refused):
            take(till, payment, told("statement", cents))
    assert state(till, payment)[0] == "settled"


@pytest.mark.parametrize("first", ["reversal", "payment"])
def test_a_reversal_that_comes_before_its_payment_waits_for_it(till: Till, first: str) -> None:
    def told_back() -> object:
        return reverse_by_receipt(till, till.business, RECEIPT, told("statement"), "evd_1", actor="statement")

    if first == "payment":
        till.paid(70_000)
        assert told_back() is not None
    else:
        for _ in range(2):
            assert told_back() is None
        assert apply_kept(till, till.business) == 0
        till.paid(70_000)
        assert apply_kept(till, till.business) == 1
    assert told_back() is not None
    assert apply_kept(till, till.business) == 0
    assert state(till, f"mpesa-{RECEIPT}")[0] == "reversed"
    assert books_of(till) == {}


def test_money_that_was_only_announced_came_and_went(till: Till) -> None:
    notice = evidence("c2b", payer=PayerHint(), account="NOBODY")
    apply_notice(till, till.business, notice, "c2b-1")
    take(till, f"mpesa-{RECEIPT}", told("statement"))
    assert state(till, f"mpesa-{RECEIPT}")[0] == "reversed"
    assert len(till.docs("journal", "recorded_at")) == 2
    prove(till, till.business, evidence("pull"), "pull-1")  # listed late: it is not booked again
    assert state(till, f"mpesa-{RECEIPT}")[0] == "reversed"
    assert books_of(till) == {}


@pytest.mark.parametrize("order", ["row first", "result first"])
def test_a_reversal_that_we_asked_for_is_our_refund(till: Till, order: str) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment, method="reverse")
    till.approve(refund)
    till.gateway.finish(refund)
    row = told("statement", 60_000, till.gateway.ledger[refund].receipt)
    steps = [lambda: take(till, payment, row), lambda: till.tell(refund, till.gateway.result(refund))]
    for step in steps if order == "row first" else reversed(steps):
        step()
        step()
    assert (till.status(refund), state(till, payment)[0]) == ("succeeded", "refunded")
    assert books_of(till) == {CLEARING: -2240, "fees:mpesa": 2240}
    assert sorted(entry["kind"] for entry in till.docs("journal", "recorded_at")) == [
        "gateway_fee",
        "payment_received",
        "refund_sent",
    ]
    assert till.docs(DEAD_LETTERS, "recorded_at") == []


def test_money_taken_back_after_it_was_refunded_is_lost_and_a_question(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment)
    till.approve(refund)
    till.finish(refund)
    take(till, payment, told("statement", 60_000))
    take(till, payment, told("pull", 60_000))
    assert books_of(till) == {CLEARING: -62_240, "fees:mpesa": 2240, "bad_debt": 60_000}
    assert len(till.events("payment.review.v1")) == 1


def test_money_taken_back_while_its_refund_is_on_its_way_is_lost_once_the_refund_went(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment)
    till.approve(refund)
    take(till, payment, told("statement", 60_000))
    assert books_of(till) == {}
    till.finish(refund)
    assert (till.status(refund), state(till, payment)[0]) == ("succeeded", "reversed")
    assert books_of(till) == {CLEARING: -62_240, "fees:mpesa": 2240, "bad_debt": 60_000}
    assert till.questions() == [("given_back_twice", "open")]


def test_a_refund_that_failed_after_the_provider_took_it_back_lets_nothing_go(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment)
    till.approve(refund)
    take(till, payment, told("statement", 60_000))
    till.finish(refund, done=False)
    assert state(till, payment) == ("reversed", "none", 0, 0)
    assert books_of(till) == {}


def test_a_part_taken_back_while_a_refund_is_on_its_way_holds_nothing_for_ever(till: Till) -> None:
    payment = till.paid(60_000)
    refund = till.refund(payment, 50_000)
    till.approve(refund)
    take(till, payment, told("statement", 20_000))
    assert till.doc("payments", payment)["held_cents"] == 40_000
    till.finish(refund, done=False)
    assert till.doc("payments", payment)["held_cents"] == 0
    assert state(till, payment)[2] == 40_000
    books_of(till)


def test_money_that_came_to_another_shortcode_is_not_given_back_from_ours(till: Till) -> None:
    payment = till.paid(60_000, shortcode="600999")
    with pytest.raises(Refused) as refused:
        till.refund(payment)
    assert refused.value.code == "shortcode_not_served"


def test_the_sweep_applies_what_was_kept_and_sends_what_was_left(till: Till) -> None:
    add_business(till.store, till.business, {"name": "Duka"})
    reverse_by_receipt(till, till.business, RECEIPT, told("statement"), "evd_1", actor="statement")
    till.gateway.faults = ["away"]
    payout = till.ask()
    till.approve(payout)
    till.paid(70_000)
    till.clock.advance(61)
    done = sweep(till)
    assert (done.reversed, done.paid_out, done.failed) == (1, 1, 0)
    assert (state(till, f"mpesa-{RECEIPT}")[0], till.status(payout)) == ("reversed", "sent")


def test_a_kept_reversal_that_cannot_be_is_a_question_and_stops_no_sweep(till: Till) -> None:
    too_much = told("statement", 70_001)
    reverse_by_receipt(till, till.business, RECEIPT, too_much, "evd_1", actor="statement")
    till.paid(70_000)
    assert apply_kept(till, till.business) == 1
    assert apply_kept(till, till.business) == 0
    assert state(till, f"mpesa-{RECEIPT}")[0] == "settled"
    assert len(till.events("payment.review.v1")) == 1
