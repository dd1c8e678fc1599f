"""Events over a real store: what is raised, once, told within the budget, and for its own business alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from alerts_world import BUSINESS, MONDAY, OTHER, Desk, line, payment, payout

from shared.alerts.moves import payment_move, transaction_move
from shared.alerts.observing import observe, seen_once
from shared.alerts.places import party_key
from shared.core.clock import rfc3339
from shared.events import (
    AttemptFailed,
    PaymentNeedsReview,
    PaymentReversed,
    PaymentSettled,
    PayoutRequested,
    ReceiptRead,
    RefundSent,
    TransactionRecorded,
)
from shared.store import Doc, Key, Query, Tx

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_payment_made_twice_is_one_alert_with_its_reason(desk: Desk) -> None:
    desk.paid("AAA1", 4321, payer_name="WANJIRU KAMAU")
    desk.paid("AAA2", 4321, MONDAY + 5 * MINUTE, payer_name="WANJIRU KAMAU")
    (alert,) = desk.alerts()
    data = alert.data
    assert (data["detector"], data["state"], data["told"], data["severity"]) == (
        "duplicate_payment", "open", True, "high",
    )  # fmt: skip
    assert data["records"] == ["payments/mpesa-AAA2", "payments/mpesa-AAA1"]
    assert data["reasons"][0]["facts"]["minutes_apart"] == 5
    assert (data["party_label"], data["cents"], data["day"]) == ("WANJIRU KAMAU", 432_100, "2026-03-02")
    assert desk.told() == [alert.id]


def test_the_same_event_again_changes_nothing(desk: Desk) -> None:
    desk.paid("AAA1", 4321)
    desk.paid("AAA2", 4321, MONDAY + 5 * MINUTE)
    key = party_key("in", "payer " + "a" * 64)
    before = desk.store.require(BUSINESS, key)
    alert = desk.alerts()[0]
    for version in (1, 1, 2, 7):
        desk.tell(PaymentSettled(payment_id="mpesa-AAA2"), version=version)
        desk.tell(PaymentSettled(payment_id="mpesa-AAA1"), version=version)
    assert desk.store.require(BUSINESS, key).etag == before.etag
    assert desk.alerts()[0].etag == alert.etag
    assert before.data["count"] == 2
    assert len(desk.told()) == 1


def test_the_later_payment_may_be_told_first(desk: Desk) -> None:
    desk.paid("AAA2", 4321, MONDAY + 5 * MINUTE)
    desk.paid("AAA1", 4321, MONDAY)
    assert desk.raised() == ["duplicate_payment"]


def test_one_receipt_number_told_twice_is_no_alert(desk: Desk) -> None:
    desk.spent("SAME", 4321)
    desk.put("transactions", "txn_again", **line("SAME", 4321, MONDAY + MINUTE))
    desk.tell(TransactionRecorded(transaction_id="txn_again"))
    assert desk.alerts() == []


def test_more_of_the_same_that_day_joins_the_alert_and_the_next_day_is_another(desk: Desk) -> None:
    for n in range(4):
        desk.spent(f"B{n}", 1000 + n, MONDAY + 7 * n * MINUTE)
    (alert,) = desk.alerts()
    assert (alert.data["detector"], alert.data["count"]) == ("velocity", 2)
    assert len(alert.data["records"]) == 4
    assert len(desk.told()) == 1, "a day's alert about a party is told once"
    for n in range(3):
        desk.spent(f"C{n}", 1500 + n, MONDAY + DAY + 7 * n * MINUTE)
    assert len(desk.alerts()) == 2


def test_another_business_has_a_past_of_its_own(desk: Desk) -> None:
    desk.paid("AAA1", 4321)
    desk.paid("AAA2", 4321, MONDAY + 5 * MINUTE, business=OTHER)
    assert desk.alerts() == []
    assert desk.alerts(OTHER) == []


def test_our_own_money_and_other_currencies_are_not_watched(desk: Desk) -> None:
    for n in range(2):
        desk.paid(f"OWN{n}", 4321, MONDAY + n * MINUTE, own_transfer=True)
        desk.paid(f"USD{n}", 4321, MONDAY + n * MINUTE, currency="USD")
        desk.spent(f"EUR{n}", 4321, MONDAY + n * MINUTE, currency="EUR")
    assert desk.alerts() == []


def test_five_alerts_a_day_are_told_and_the_rest_kept(desk: Desk) -> None:
    for n in range(7):
        desk.paid(f"X{n}A", 4321, payer_hash=f"{n}" * 64)
        desk.paid(f"X{n}B", 4321, MONDAY + MINUTE, payer_hash=f"{n}" * 64)
    assert [doc.data["told"] for doc in desk.alerts()].count(True) == 5
    assert len(desk.told()) == 5
    assert len(desk.alerts()) == 7
    desk.until(MONDAY + DAY)
    desk.paid("YA", 777, MONDAY + DAY, payer_hash="y" * 64)
    desk.paid("YB", 777, MONDAY + DAY + MINUTE, payer_hash="y" * 64)
    assert len(desk.told()) == 6, "the next day has a budget of its own"


def test_the_past_that_somebody_imports_is_listed_and_not_told(desk: Desk) -> None:
    desk.until(MONDAY)
    long_ago = MONDAY - 60 * DAY
    desk.spent("OLD1", 4321, long_ago)
    desk.spent("OLD2", 4321, long_ago + MINUTE)
    (alert,) = desk.alerts()
    assert not alert.data["told"]
    assert desk.told() == []


def test_a_crash_after_the_commit_leaves_the_event_for_the_relay(desk: Desk) -> None:
    desk.paid("AAA1", 4321)
    desk.bus.down = True
    desk.paid("AAA2", 4321, MONDAY + MINUTE)
    assert desk.raised() == ["duplicate_payment"]
    assert desk.told() == []
    desk.bus.down = False
    desk.clock.advance(60)
    assert desk.outbox.relay(BUSINESS) == 1
    assert desk.told() == [desk.alerts()[0].id]


def test_a_payout_is_judged_before_it_is_approved(desk: Desk) -> None:
    for n in range(3):
        at = MONDAY + n * 9 * MINUTE
        desk.until(at)
        desk.put("payouts", f"pyo_{n}", **payout(900 + n, at, kind="payout"))
        desk.tell(PayoutRequested(payout_id=f"pyo_{n}"))
    assert desk.raised() == ["velocity"]
    desk.put("payouts", "pyo_9", **payout(900, MONDAY, kind="payout", status="rejected"))
    desk.tell(PayoutRequested(payout_id="pyo_9"))
    assert desk.store.require(BUSINESS, desk.alerts()[0].key).data["count"] == 1


def test_a_refund_is_judged_beside_its_payment_whichever_event_comes_first(desk: Desk) -> None:
    desk.paid("AAA1", 1000, refunding_cents=150_000)
    desk.put("payouts", "pyo_1", **payout(1500, MONDAY + 3 * DAY, payment_id="mpesa-AAA1"))
    desk.until(MONDAY + 3 * DAY)
    desk.tell(RefundSent(payout_id="pyo_1"))
    desk.tell(PayoutRequested(payout_id="pyo_1"))
    (alert,) = desk.alerts()
    assert (alert.data["detector"], alert.data["count"]) == ("refund_abuse", 1)
    assert alert.data["reasons"][0]["code"] == "more_than_was_paid"
    assert alert.data["reasons"][0]["facts"]["paid_cents"] == 100_000


def attempt(desk: Desk, name: str, at: object = MONDAY, **fields: object) -> None:
    told = {
        "phone": "254712345678", "amount_cents": 50_000, "created_on": rfc3339(at),  # type: ignore[arg-type]
        "status": "failed", "failure": "cancelled", "polls": 3, "provider": "mpesa", "invoice_id": "",
        "polling": False, "poll_at": "", "history": [{"signal": "ack"}], **fields,
    }  # fmt: skip
    desk.put("attempts", name, **told)
    desk.tell(AttemptFailed(attempt_id=name))


def test_prompts_to_one_phone_are_counted_however_they_end(desk: Desk) -> None:
    desk.until(MONDAY)
    for n in range(3):
        attempt(desk, f"att_{n}", MONDAY + 2 * n * MINUTE)
    assert desk.alerts() == []
    attempt(desk, "att_3", MONDAY + 6 * MINUTE, status="succeeded", failure="")
    attempt(desk, "att_3", MONDAY + 6 * MINUTE, status="succeeded", failure="")
    assert desk.raised() == ["velocity"]
    assert desk.alerts()[0].data["reasons"][0]["facts"]["count"] == 4


def test_a_paid_attempt_counts_among_the_prompts(desk: Desk) -> None:
    desk.until(MONDAY)
    for n in range(3):
        attempt(desk, f"att_{n}", MONDAY + 2 * n * MINUTE)
    desk.put(
        "attempts", "att_paid", phone="254712345678", amount_cents=50_000, status="succeeded",
        created_on=rfc3339(MONDAY + 7 * MINUTE), invoice_id="", polling=False, poll_at="",
    )  # fmt: skip
    desk.paid("AAA1", 500, MONDAY + 8 * MINUTE, attempt_id="att_paid")
    assert desk.raised() == ["velocity"]


def test_a_request_that_nobody_answered(desk: Desk) -> None:
    desk.until(MONDAY)
    attempt(desk, "att_1", status="expired", failure="expired")
    attempt(desk, "att_1", status="expired", failure="expired")
    (alert,) = desk.alerts()
    assert (alert.data["detector"], alert.data["party_label"]) == ("missing_callback", "mpesa")
    attempt(desk, "att_2", status="expired", failure="expired", phone="254722000111")
    assert desk.alerts()[0].data["count"] == 2, "an outage is one alert a day"
    assert desk.told() == []
    for n in (3, 4):
        attempt(desk, f"att_{n}", status="expired", failure="expired", phone=f"25472200011{n}")
    assert desk.told() == [alert.id], "the third is told, and no more of them"
    assert desk.alerts()[0].data["told"]


@pytest.mark.parametrize("fields", [{"history": []}, {"status": "succeeded"}, {"failure": "cancelled"}])
def test_what_was_never_sent_or_was_answered_is_no_silence(desk: Desk, fields: dict[str, object]) -> None:
    desk.until(MONDAY)
    attempt(desk, "att_1", **{"status": "expired", "failure": "expired", **fields})
    assert desk.alerts() == []


def test_doubtful_evidence_is_an_alert_and_an_unmatched_payment_is_none(desk: Desk) -> None:
    desk.until(MONDAY)
    desk.put(
        "payments", "mpesa-AAA1", **payment("AAA1", 500, MONDAY, doubts=["never_proven"], status="review")
    )
    desk.put("payments", "mpesa-AAA2", **payment("AAA2", 600, MONDAY, matching="review"))
    for code in ("AAA1", "AAA1", "AAA2"):
        desk.tell(PaymentNeedsReview(payment_id=f"mpesa-{code}"))
    (alert,) = desk.alerts()
    assert (alert.data["detector"], alert.data["reasons"][0]["code"]) == (
        "callback_vs_statement",
        "never_proven",
    )
    assert desk.told() == [], "the review of the payment is told by itself"


@pytest.mark.parametrize(
    ("status", "fields", "why"),
    [
        ("duplicate", {"reasons": ["same_cu_invoice"]}, "same_cu_invoice"),
        ("needs_review", {"suspicion": "same_text"}, "same_text"),
    ],
)
def test_a_receipt_seen_before(desk: Desk, status: str, fields: dict[str, object], why: str) -> None:
    desk.until(MONDAY)
    receipt = {
        "status": status, "duplicate_of": "rcp_0", "merchant": "NAIVAS", "total_cents": 349_900,
        "business_day": "2026-03-02", "received_at": rfc3339(MONDAY), "matching": "none", **fields,
    }  # fmt: skip
    desk.put("receipts", "rcp_1", **receipt)
    desk.put("receipts", "rcp_2", **{**receipt, "status": "accepted", "duplicate_of": ""})
    for name in ("rcp_1", "rcp_1", "rcp_2"):
        desk.tell(ReceiptRead(receipt_id=name))
    (alert,) = desk.alerts()
    assert alert.data["records"] == ["receipts/rcp_1", "receipts/rcp_0"]
    assert alert.data["reasons"][0]["facts"]["why"] == why


def test_money_taken_back_again_by_the_provider(desk: Desk) -> None:
    for n in range(2):
        desk.paid(f"R{n}", 1000 * (n + 1), MONDAY + n * DAY)
        desk.tell(PaymentReversed(payment_id=f"mpesa-R{n}"))
        desk.tell(PaymentReversed(payment_id=f"mpesa-R{n}"), version=2)
    assert desk.raised() == ["refund_abuse"]


def test_an_event_of_a_record_that_is_gone_is_buried(desk: Desk) -> None:
    desk.tell(PaymentSettled(payment_id="mpesa-NONE"))
    (letter,) = desk.store.all(BUSINESS, Query("dead_letters", (), "recorded_at"))
    assert letter.data["consumer"] == "alerts"


def test_two_workers_at_once_count_once(desk: Desk) -> None:
    """The loser of two commits reads what the winner learnt, and finds that it was done."""
    desk.paid("AAA1", 4321)
    desk.put("payments", "mpesa-AAA2", **payment("AAA2", 4321, MONDAY + MINUTE))
    move = payment_move(desk.store.require(BUSINESS, Key("payments", "mpesa-AAA2")))
    assert move is not None

    def slowly(tx: object) -> str:
        found = observe(tx, move)  # type: ignore[arg-type]
        if not desk.store.get(BUSINESS, Key("alerts", found)):
            desk.outbox.run(BUSINESS, partial(observe, move=move), once=seen_once(move.subject))
        return found

    desk.outbox.run(BUSINESS, slowly, once=seen_once(move.subject))
    assert desk.store.require(BUSINESS, party_key("in", move.party)).data["count"] == 2
    assert len(desk.told()) == 1


def test_a_movement_costs_the_same_whatever_the_past(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point reads only, as many after three hundred movements as after ten, in documents that end."""
    read: list[int] = []
    get_many = desk.store.get_many

    def counted(business: str, keys: Sequence[Key]) -> list[Doc | None]:
        read.append(len(keys))
        return get_many(business, keys)

    def never(*_: object) -> None:
        raise AssertionError("no query in the event path")

    def cost(n: int) -> tuple[int, int]:
        read.clear()
        desk.spent(f"N{n}", 1000 + (37 * n) % 400, MONDAY + n * 5 * 60 * MINUTE)
        return len(read), sum(read)

    def after(start: int, stop: int) -> list[tuple[int, int]]:
        with monkeypatch.context() as patch:
            for n in range(start, stop - 3):
                desk.spent(f"N{n}", 1000 + (37 * n) % 400, MONDAY + n * 5 * 60 * MINUTE)
            patch.setattr(desk.store, "get_many", counted)
            patch.setattr(desk.store, "query", never)
            return [cost(n) for n in range(stop - 3, stop)]

    early, late = after(0, 10), after(10, 300)
    assert min(early) == min(late) == (4, 5), "the record, the mark and three profiles"
    assert max(*early, *late) <= (6, 7), "and people's word, where something was found"
    for key in (party_key("out", "number 712345"), Key("alert_profiles", "business-out")):
        kept = get_many(BUSINESS, [key])[0]
        assert kept is not None
        assert len(json.dumps(kept.data)) < 12_000


def test_two_that_go_out_at_once_do_not_wait_for_the_business(desk: Desk) -> None:
    """The document of the whole business is no reason for a commit to be repeated."""
    desk.spent("ONE", 1000, party="Merchant Payment to 711111 - ALFA SHOP")
    desk.put("transactions", "t2", **line("T2", 1100, MONDAY, party="Merchant Payment to 722222 - BETA SHOP"))
    move = transaction_move(desk.store.require(BUSINESS, Key("transactions", "t2")))
    assert move is not None
    runs = []

    def meanwhile(tx: Tx) -> str:
        runs.append(1)
        found = observe(tx, move)
        if len(runs) == 1:
            desk.spent("THREE", 1200, party="Merchant Payment to 733333 - GAMA SHOP")
        return found

    desk.outbox.run(BUSINESS, meanwhile, once=seen_once(move.subject))
    assert len(runs) == 1
