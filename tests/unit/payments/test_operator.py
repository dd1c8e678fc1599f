"""A person's word on money in doubt: booked or put aside, once, and overruled only by the provider's list."""

from __future__ import annotations

import pytest

from shared.core.errors import Refused
from shared.payments.operator import decide
from shared.payments.settlement import apply_notice, apply_to_attempt, prove
from shared.store import Doc, Query, Where
from tests.unit.payments.collecting import CENTS, RECEIPT, Desk, evidence

PAYMENT = f"mpesa-{RECEIPT}"


def say(desk: Desk, received: bool, cents: int | None = None) -> Doc:
    return desk.outbox.run(
        desk.business,
        lambda tx: decide(
            tx, PAYMENT, received=received, cents=cents, actor="usr_1", note="called the payer"
        ),
    )


def open_items(desk: Desk) -> list[Doc]:
    where = (Where("status", "==", "open"),)
    return desk.store.all(desk.business, Query("review", where, "created_on"))


def mismatch(desk: Desk) -> str:
    attempt = desk.ask()
    told = evidence("callback", amount_cents=CENTS + 500)
    apply_to_attempt(desk, desk.business, attempt, told, "callback-1")
    assert [item.data["reasons"] for item in open_items(desk)] == [["amount_differs"]]
    return attempt


def test_received_money_is_booked_with_the_amount_that_was_found(desk: Desk) -> None:
    attempt = mismatch(desk)
    payment = say(desk, True, CENTS).data
    assert (payment["status"], payment["amount_cents"], payment["unallocated_cents"]) == (
        "settled",
        CENTS,
        CENTS,
    )
    assert payment["decided"]["by"] == "usr_1"
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert len(desk.docs("journal", "recorded_at")) == len(desk.events("payment.settled.v1")) == 1
    assert open_items(desk) == []


def test_money_that_never_came_is_put_aside_and_books_nothing(desk: Desk) -> None:
    attempt = mismatch(desk)
    assert say(desk, False).data["status"] == "reversed"
    found = desk.doc("attempts", attempt)
    assert (found["status"], found["failure"]) == ("failed", "not_received")
    assert desk.docs("journal", "recorded_at") == []
    assert open_items(desk) == []


def test_a_word_is_given_once(desk: Desk) -> None:
    mismatch(desk)
    say(desk, True)
    with pytest.raises(Refused) as refused:
        say(desk, False)
    assert refused.value.code == "payment_decided"


def test_the_list_brings_back_what_a_person_put_aside_and_never_twice(desk: Desk) -> None:
    attempt = mismatch(desk)
    say(desk, False)
    for _ in range(2):
        prove(desk, desk.business, evidence("pull"), "pull-1")
    (payment,) = desk.docs("payments", "paid_at")
    assert (payment["status"], payment["matching"], payment["amount_cents"]) == ("settled", "waiting", CENTS)
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert len(desk.docs("journal", "recorded_at")) == 1


def test_a_receipt_beside_money_booked_without_one_waits_for_a_person(desk: Desk) -> None:
    """The list alone must not book it: it may be the very money that a query has settled already."""
    attempt = desk.ask()
    apply_notice(desk, desk.business, evidence("c2b", account="TYPO", amount_cents=CENTS), "c2b-1")
    apply_to_attempt(desk, desk.business, attempt, evidence("query"), "query-1")
    apply_to_attempt(desk, desk.business, attempt, evidence("callback"), "callback-1")
    prove(desk, desk.business, evidence("pull", account="TYPO"), "pull-1")
    booked = [p["amount_cents"] for p in desk.docs("payments", "paid_at") if p["status"] == "settled"]
    assert booked == [CENTS]
    assert len(desk.docs("journal", "recorded_at")) == 1
