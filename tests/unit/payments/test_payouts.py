"""Payouts: asked for, approved by somebody else, sent once whatever is lost, and booked when they went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.books import trial_balance
from shared.core.errors import Forbidden, Invalid, Refused
from shared.events import SYSTEM
from shared.payments import payout_requests as requests
from shared.payments.gateways.port import Outcome, PayoutResult
from shared.payments.payout_requests import PayoutAsk
from shared.payments.payout_sending import send
from shared.store import Key, Once
from tests.unit.payments.collecting import PAYBILL, PHONE, Provider
from tests.unit.payments.paying import CHECKER, CLEARING, MAKER, Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path)
    yield made
    made.close()


def balance_of(till: Till, account: str) -> int:
    balance = trial_balance(till.store, till.business)
    assert balance.totals in ({}, {"KES": 0})
    return balance.of(account)


def test_a_payout_waits_for_somebody_else_and_is_booked_when_it_went(till: Till) -> None:
    payout = till.ask(50_000)
    assert (till.status(payout), till.gateway.calls) == ("requested", [])
    assert till.approve(payout)["status"] == "sent"
    assert balance_of(till, CLEARING) == 0
    till.finish(payout)
    data = till.doc("payouts", payout)
    assert (data["status"], data["receipt"], data["charge_cents"]) == ("succeeded", "UC2OUT0000", 2240)
    assert balance_of(till, CLEARING) == -52_240
    assert balance_of(till, "expense:supplies") == 50_000
    assert balance_of(till, "fees:mpesa") == 2240
    sent = till.gateway.ledger[payout].request
    assert (sent.request_id, sent.phone, sent.amount_cents) == (payout, PHONE, 50_000)
    assert sent.result_url.startswith(f"http://127.0.0.1:8080/ipn/result/biz_1/{payout}/")
    assert sent.timeout_url.startswith(f"http://127.0.0.1:8080/ipn/timeout/biz_1/{payout}/")


def test_nobody_approves_their_own(till: Till) -> None:
    payout = till.ask()
    for decide in (requests.approve, lambda *a: requests.reject(*a, "no")):
        with pytest.raises(Forbidden) as refused:
            decide(till, till.business, payout, MAKER)  # type: ignore[operator]
        assert refused.value.code == "own_payout"
    assert (till.status(payout), till.gateway.calls) == ("requested", [])


def test_decisions_are_kept_with_who_took_them_and_taken_once(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    assert till.approve(payout)["status"] == "sent"
    assert [call for call in till.gateway.calls if call[0] == "payout"] == [("payout", payout)]
    with pytest.raises(Refused) as refused:
        till.approve(payout, "usr_third")
    assert refused.value.code == "payout_decided"
    with pytest.raises(Refused):
        requests.reject(till, till.business, payout, CHECKER, "too late")
    history = till.doc("payouts", payout)["history"]
    assert [(line["signal"], line["actor"]) for line in history] == [
        ("approve", CHECKER),
        ("send", "system"),
        ("ack", "provider"),
    ]


def test_a_rejected_payout_is_never_sent_and_says_why(till: Till) -> None:
    payout = till.ask()
    for _ in range(2):
        done = requests.reject(till, till.business, payout, CHECKER, "no such supplier").data
    assert (done["status"], done["history"][-1]["note"]) == ("rejected", "no such supplier")
    assert len(done["history"]) == 1
    with pytest.raises(Refused):
        till.approve(payout)
    send(till, till.business, payout)
    assert till.gateway.calls == []


def test_who_asked_may_take_it_back_until_it_is_sent(till: Till) -> None:
    payout = till.ask()
    for _ in range(2):
        assert requests.cancel(till, till.business, payout, MAKER).data["status"] == "cancelled"
    sent = till.ask()
    till.approve(sent)
    with pytest.raises(Refused) as refused:
        requests.cancel(till, till.business, sent, MAKER)
    assert refused.value.code == "payout_sent"


def test_a_business_may_let_small_payouts_go_without_a_second_person(till: Till) -> None:
    till.profile(payout_approval_over_cents=50_000)
    small, large = till.ask(50_000), till.ask(50_100)
    assert (till.status(small), till.status(large)) == ("sent", "requested")
    assert till.doc("payouts", small)["approved_by"] == "policy"


def test_the_same_key_sends_nothing_again(till: Till) -> None:
    till.profile(payout_approval_over_cents=50_000)
    once = Once("biz_1/same", "f")
    first = till.ask(once=once)
    assert till.ask(once=Once("biz_1/same", "f")) == first
    assert till.gateway.calls == [("payout", first)]


def test_a_day_has_a_limit_and_what_never_went_does_not_count(till: Till) -> None:
    till.profile(payout_daily_limit_cents=100_000)
    first, second, third = till.ask(60_000), till.ask(40_000), till.ask(60_000)
    till.approve(first)
    till.approve(second)
    with pytest.raises(Refused) as refused:
        till.approve(third)
    assert (refused.value.code, till.status(third)) == ("daily_limit", "requested")
    till.finish(first, done=False)
    till.finish(first, done=False)
    assert till.approve(third)["status"] == "sent"
    till.clock.advance(24 * 3600)
    assert till.approve(till.ask(100_000))["status"] == "sent"


@pytest.mark.parametrize("cents", [999, 50_050, 250_001_00, 0, -1000])
def test_amounts_that_cannot_be_sent_are_refused(till: Till, cents: int) -> None:
    with pytest.raises(Invalid) as refused:
        till.ask(cents)
    assert refused.value.code == "amount_out_of_range"
    assert till.docs("payouts", "created_on") == []


def test_a_refusal_of_the_first_request_ends_it(till: Till) -> None:
    till.gateway.faults = ["refuse"]
    payout = till.ask()
    till.approve(payout)
    data = till.doc("payouts", payout)
    assert (data["status"], data["result_code"], data["failure"]) == ("failed", "400.002.02", "Bad Request")
    assert balance_of(till, CLEARING) == 0


def test_a_provider_that_is_away_gets_it_later(till: Till) -> None:
    till.gateway.faults = ["away", "away"]
    payout = till.ask()
    assert till.approve(payout)["status"] == "approved"
    till.sweep(61)
    assert till.status(payout) == "approved"
    till.sweep(60)
    assert till.status(payout) == "sent"
    assert len(till.gateway.ledger) == 1


@pytest.mark.parametrize("fault", ["lost_ack", "lost_request"])
def test_a_lost_answer_is_asked_about_then_sent_again_under_its_own_id(till: Till, fault: str) -> None:
    till.gateway.faults = [fault]
    payout = till.ask()
    assert till.approve(payout)["status"] == "unknown"
    till.sweep(61)
    assert till.gateway.calls[-1] == ("status", payout)
    till.sweep(60)
    assert till.gateway.calls[-1] == ("payout", payout)
    assert till.status(payout) == "sent"
    assert len(till.gateway.ledger) == 1
    till.finish(payout)
    assert (till.status(payout), balance_of(till, "expense:supplies")) == ("succeeded", 50_000)


def test_a_refusal_of_a_repetition_proves_nothing(till: Till) -> None:
    till.gateway.faults = ["lost_ack", "refuse"]
    payout = till.ask()
    till.approve(payout)
    till.sweep(61)
    till.sweep(60)
    assert till.status(payout) == "unknown"
    till.finish(payout)
    assert till.status(payout) == "succeeded"


def test_a_process_that_dies_between_intent_and_call_leaves_it_to_the_sweep(till: Till) -> None:
    class Killed(BaseException):
        pass

    real = till.gateway.pay_out

    def die(_request: object) -> None:
        raise Killed

    payout = till.ask()
    till.gateway.pay_out = die  # type: ignore[assignment, method-assign]
    with pytest.raises(Killed):
        till.approve(payout)
    till.gateway.pay_out = real  # type: ignore[method-assign]
    assert till.status(payout) == "sending"
    till.sweep(61)
    assert till.status(payout) == "sending"  # whoever sends may still be alive
    till.sweep(60)
    assert till.status(payout) == "unknown"
    till.sweep(61)
    till.sweep(120)
    assert (till.status(payout), len(till.gateway.ledger)) == ("sent", 1)


def test_an_approved_payout_that_nobody_sent_is_sent_by_the_sweep(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout = till.ask()
    monkeypatch.setattr(
        requests,
        "send",
        lambda ports, business, which: ports.store.require(business, requests.Key("payouts", which)),
    )
    assert till.approve(payout)["status"] == "approved"
    till.sweep(61)
    assert till.status(payout) == "sent"


def test_a_queue_timeout_is_not_a_failure(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    till.time_out(payout)
    assert till.status(payout) == "unknown"
    till.time_out(payout)
    till.finish(payout)
    assert till.status(payout) == "succeeded"
    till.time_out(payout)
    assert till.status(payout) == "succeeded"


def test_an_answer_to_our_question_ends_it_and_a_question_that_fails_does_not(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    lost = PayoutResult("mpesa", "status", Outcome.UNKNOWN, "26", request_id=payout)
    still = replace(lost, outcome=Outcome.PENDING)
    wrong = replace(lost, outcome=Outcome.CONFIG, code="2001")
    for answer in (lost, still, wrong):
        till.tell(payout, answer)
        assert till.status(payout) == "sent"
    till.gateway.finish(payout)
    till.tell(payout, till.gateway.result(payout, "status"))
    assert till.status(payout) == "succeeded"
    assert till.doc("payouts", payout)["history"][-1]["signal"] == "proof"


def test_a_second_result_books_nothing_and_adds_what_was_not_known(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    till.gateway.finish(payout)
    result = till.gateway.result(payout)
    assert result is not None
    till.tell(payout, replace(result, kind="status", charge_cents=None, receipt=""))
    for _ in range(3):
        till.tell(payout, result)
    booked = sorted(entry["kind"] for entry in till.docs("journal", "recorded_at"))
    assert booked == ["gateway_fee", "payout_sent"]
    till.tell(payout, replace(result, receipt="UC2OTHER01"))
    assert till.questions() == [("second_receipt", "open")]
    assert till.doc("payouts", payout)["receipt"] == "UC2OUT0000"


def test_a_failure_after_success_is_a_question_and_success_stays(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    till.finish(payout)
    till.tell(payout, PayoutResult("mpesa", "payout", Outcome.FAILED_FINAL, "2040"), "evd_2")
    assert (till.status(payout), till.questions()) == ("succeeded", [("contradiction", "open")])
    assert balance_of(till, "expense:supplies") == 50_000


@pytest.mark.parametrize(("done", "status"), [(True, "succeeded"), (False, "failed")])
def test_a_success_after_failure_is_a_question_that_asking_ends(till: Till, done: bool, status: str) -> None:
    payout = till.ask()
    till.approve(payout)
    till.gateway.finish(payout, done)
    truth = till.gateway.result(payout, "status")
    till.tell(payout, PayoutResult("mpesa", "payout", Outcome.FAILED_FINAL, "2040"), "evd_1")
    till.tell(payout, PayoutResult("mpesa", "payout", Outcome.SUCCESS, "0"), "evd_2")
    assert (till.status(payout), till.questions()) == ("review", [("contradiction", "open")])
    till.sweep(61)
    assert till.gateway.calls[-1] == ("status", payout)
    till.tell(payout, truth)
    assert (till.status(payout), till.questions()) == (status, [("contradiction", "done")])
    assert balance_of(till, "expense:supplies") == (50_000 if done else 0)


def test_another_amount_than_was_asked_for_is_a_question(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    till.tell(payout, PayoutResult("mpesa", "payout", Outcome.SUCCESS, "0", amount_cents=5_000_000))
    assert (till.status(payout), till.questions()) == ("review", [("amount_differs", "open")])
    assert till.docs("journal", "recorded_at") == []


def test_after_a_day_without_an_end_a_person_decides(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    with pytest.raises(Refused):
        requests.decide(till, till.business, payout, CHECKER, went=True, note="portal")
    for _ in range(40):
        till.sweep(3600)
    assert (till.status(payout), till.questions()) == ("sent", [("never_answered", "open")])
    asked = len(till.gateway.calls)
    till.sweep(3600)
    assert len(till.gateway.calls) == asked
    with pytest.raises(Forbidden):
        requests.decide(till, till.business, payout, MAKER, went=True, note="portal")
    done = requests.decide(till, till.business, payout, CHECKER, went=True, note="seen in the portal").data
    assert (done["status"], done["history"][-1]["note"]) == ("succeeded", "seen in the portal")
    assert till.questions() == [("never_answered", "done")]
    assert balance_of(till, CLEARING) == -50_000


def test_a_success_that_comes_after_everybody_gave_up_counts(till: Till) -> None:
    payout = till.ask()
    till.approve(payout)
    till.time_out(payout)
    for _ in range(40):
        till.sweep(3600)
    till.finish(payout)
    assert (till.status(payout), till.questions()) == ("succeeded", [("never_answered", "done")])


def test_a_result_for_what_was_never_sent_is_a_question(till: Till) -> None:
    payout = till.ask()
    till.tell(payout, PayoutResult("mpesa", "payout", Outcome.SUCCESS, "0", amount_cents=50_000))
    assert (till.status(payout), till.questions()) == ("review", [("contradiction", "open")])
    assert till.docs("journal", "recorded_at") == []


def test_nobody_pays_from_the_account_of_another_business(till: Till) -> None:
    till.profile(shortcode="600999")
    with pytest.raises(Refused) as refused:
        till.ask()
    assert refused.value.code == "shortcode_not_served"
    till.profile(shortcode=PAYBILL)
    place = Key("shortcodes", PAYBILL)
    till.store.put(SYSTEM, place, {"business": "biz_2", "since": "2026-01-01T00:00:00.000Z"})
    with pytest.raises(Refused) as refused:
        till.ask()
    assert refused.value.code == "shortcode_taken"
    till.store.update(SYSTEM, place, {"business": till.business})
    assert till.status(till.ask()) == "requested"


def test_a_provider_that_sends_no_money_refuses_at_once(till: Till) -> None:
    till.gateway = Provider()  # type: ignore[assignment]
    payout = requests.ask_payout(
        till, till.business, MAKER, PayoutAsk(PHONE, 1000, "x", "expense:x", "", ""), Once("k", "f")
    ).id
    assert till.approve(payout)["failure"] == "this provider sends no money"
