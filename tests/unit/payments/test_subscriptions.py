"""Subscriptions: one prompt a period whatever happens, and an end to trying."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.core.clock import parse_rfc3339
from shared.core.errors import Unavailable
from shared.payments.gateways.port import CollectRequest, InitiateAnswer, Rejected, Unknown
from shared.payments.settlement import apply_to_attempt
from shared.payments.subscriptions.running import run_due
from shared.payments.sweep import sweep
from shared.store import Data, Key, Query, Where
from tests.unit.payments.collecting import Desk, evidence
from tests.unit.payments.paylinks_world import Shop

HOUR, DAY = 3600, 86_400


@pytest.fixture
def shop(desk: Desk) -> Shop:
    return Shop(desk, email="juma@duka.example")


class Case:
    """One subscription of a shop; the clock stands at ten in the morning of 2 March 2026 in Nairobi."""

    def __init__(self, shop: Shop, **changes: Any) -> None:
        self.shop, self.desk = shop, shop.desk
        body = {
            "customer_id": "cus_1",
            "phone": "0712345678",
            "amount_cents": 250_000,
            "description": "Rent",
            "unit": "month",
            "start": "2026-03-02",
            "at": "12:00",
            **changes,
        }
        if "lines" in changes:
            del body["amount_cents"]
        self.made = shop.ask("POST", "/v1/subscriptions", body)
        self.id = self.body(self.made).get("id", "")

    def body(self, answer: Any) -> Data:
        return dict(json.loads(answer.get_data()))

    def read(self) -> Data:
        return self.body(self.shop.ask("GET", f"/v1/subscriptions/{self.id}"))

    def act(self, what: str) -> Data:
        return self.body(self.shop.ask("POST", f"/v1/subscriptions/{self.id}/{what}"))

    def sweep(self, seconds: float = 0) -> None:
        """Let time pass, then look once."""
        self.desk.clock.advance(seconds)
        run_due(self.desk, "biz_1", self.desk.clock.now() + timedelta(seconds=60))

    def until(self, seconds: float, step: float = HOUR / 2) -> None:
        """Let time pass in steps, looking at each."""
        while seconds > 0:
            self.sweep(min(step, seconds))
            seconds -= step

    def prompts(self) -> int:
        return self.shop.prompts()

    def attempt(self) -> str:
        return str(self.read()["runs"][0]["attempt_id"])

    def ends(self, code: str = "0", receipt: str = "UC2ABC1234") -> None:
        """The last attempt ends with a result code, proven."""
        attempt_id = self.attempt()
        cents = self.desk.doc("attempts", attempt_id)["amount_cents"]
        paid = {"amount_cents": cents, "receipt": receipt} if code == "0" else {}
        told = evidence("callback", code, request_id="", **paid)
        apply_to_attempt(self.desk, "biz_1", attempt_id, told, f"evd-{attempt_id}")
        if code == "0":
            proof = evidence("query", request_id="")
            apply_to_attempt(self.desk, "biz_1", attempt_id, proof, f"query-{attempt_id}")


@pytest.fixture
def case(shop: Shop) -> Case:
    return Case(shop)


# --- the calendar at work
def test_a_period_is_asked_for_when_it_is_due_and_not_before(case: Case) -> None:
    assert (case.made.status_code, case.read()["next_day"]) == (201, "2026-03-02")
    case.sweep(2 * HOUR - 1)
    assert case.prompts() == 0
    case.sweep(1)
    assert case.prompts() == 1
    attempt = case.desk.doc("attempts", case.attempt())
    assert (attempt["phone"], attempt["amount_cents"]) == ("254712345678", 250_000)
    assert (attempt["subscription_id"], attempt["customer_id"]) == (case.id, "cus_1")
    case.ends()
    case.sweep(60)
    told = case.read()
    assert (told["sequence"], told["next_day"], told["runs"][0]["status"]) == (1, "2026-04-02", "paid")
    case.sweep(31 * DAY)
    assert case.prompts() == 2


def test_a_scheduled_payment_is_a_subscription_of_one(shop: Shop) -> None:
    case = Case(shop, count=1)
    case.sweep(2 * HOUR)
    case.ends()
    case.sweep(60)
    assert (case.read()["status"], case.read()["next_day"]) == ("finished", "")
    case.until(40 * DAY, step=DAY)
    assert case.prompts() == 1


def test_after_an_outage_one_period_is_asked_for_and_the_others_are_counted(shop: Shop) -> None:
    case = Case(shop, unit="day")
    case.sweep(5 * DAY + 2 * HOUR)
    case.sweep()
    case.sweep(30)
    assert case.prompts() == 1
    told = case.read()
    assert (told["sequence"], told["missed"], told["runs"][0]["missed"]) == (6, 5, 5)
    assert told["runs"][0]["day"] == "2026-03-07"


def test_a_start_in_the_past_asks_for_nothing_that_is_over(shop: Shop) -> None:
    case = Case(shop, start="2026-01-31")
    assert (case.read()["sequence"], case.read()["next_day"]) == (2, "2026-03-31")
    case.sweep(DAY)
    assert case.prompts() == 0


def test_nobody_is_asked_at_night_for_what_was_missed_by_day(case: Case) -> None:
    case.sweep(14 * HOUR)  # midnight
    assert case.prompts() == 0
    case.sweep(6 * HOUR)
    assert case.prompts() == 1


# --- once
def test_two_sweeps_at_a_time_prompt_once(case: Case) -> None:
    inner: list[int] = []
    push = case.desk.gateway.initiate

    def meanwhile(request: CollectRequest) -> InitiateAnswer:
        if not inner:
            inner.append(1)
            case.sweep()
            case.sweep(61)
        return push(request)

    case.desk.gateway.initiate = meanwhile  # type: ignore[method-assign]
    case.sweep(2 * HOUR)
    assert inner == [1]
    assert case.prompts() == 1


def test_a_crash_before_the_prompt_is_made_up_for_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: Any) -> None:
        raise Unavailable("killed")

    with monkeypatch.context() as patch:
        patch.setattr("shared.payments.subscriptions.running._prompt", dies)
        with pytest.raises(Unavailable):
            case.sweep(2 * HOUR)
    assert (case.prompts(), case.read()["runs"][0]["status"]) == (0, "collecting")
    case.sweep(30)
    assert case.prompts() == 0
    case.sweep(31)
    case.sweep(61)
    assert case.prompts() == 1


def test_a_crash_in_the_middle_of_the_prompt_never_prompts_again(case: Case) -> None:
    def dies(request: CollectRequest) -> InitiateAnswer:
        case.desk.gateway.asked.append(request.callback_url)
        raise Unavailable("killed")

    push, case.desk.gateway.initiate = case.desk.gateway.initiate, dies  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        case.sweep(2 * HOUR)
    case.desk.gateway.initiate = push  # type: ignore[method-assign]
    for _ in range(20):
        case.sweep(61)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["tries"] == 1


@pytest.mark.parametrize("unsure", ["unknown", "claimed", "review"])
def test_nothing_is_asked_for_while_the_last_prompt_may_have_been_paid(shop: Shop, unsure: str) -> None:
    case = Case(shop, unit="day")
    if unsure == "unknown":
        shop.desk.gateway.to_push = Unknown("cut off")
    case.sweep(2 * HOUR)
    told = evidence("callback", amount_cents=250_000 if unsure == "claimed" else 99_900, request_id="")
    if unsure != "unknown":
        apply_to_attempt(shop.desk, "biz_1", case.attempt(), told, "evd-1")
    case.until(3 * DAY)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["status"] == "collecting"


def test_an_expired_attempt_is_tried_again_only_when_nobody_is_asked_about_it_any_more(case: Case) -> None:
    case.sweep(2 * HOUR)
    for _ in range(20):
        case.desk.clock.advance(300)
        sweep(case.desk)
    attempt = case.desk.doc("attempts", case.attempt())
    assert (attempt["status"], attempt["polling"]) == ("expired", False)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["because"] == "expired"
    case.until(DAY)
    assert case.prompts() == 2


# --- failures
def test_an_empty_account_is_asked_again_the_next_days_and_then_let_be(case: Case) -> None:
    case.sweep(2 * HOUR)
    for expected in (2, 3):
        case.ends("1")
        case.until(2 * DAY + HOUR)
        assert case.prompts() == expected
    case.ends("1")
    case.until(5 * DAY)
    assert case.prompts() == 3
    told = case.read()
    assert (told["failures"], told["status"]) == (1, "active")
    assert (told["runs"][0]["status"], told["runs"][0]["because"]) == ("failed", "1")


def test_what_cannot_work_unchanged_is_not_tried_again(case: Case) -> None:
    case.sweep(2 * HOUR)
    attempt_id = case.attempt()
    final = {"status": "failed", "result_code": "8", "result_class": "failed_final", "polling": False}
    case.desk.store.update("biz_1", Key("attempts", attempt_id), final)
    case.until(5 * DAY)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["status"] == "failed"


def test_a_late_success_of_a_failed_try_ends_the_trying(case: Case) -> None:
    case.sweep(2 * HOUR)
    case.ends("1037")
    case.sweep(61)
    case.ends()
    case.until(2 * DAY)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["status"] == "paid"


def test_after_three_failed_periods_it_pauses_and_the_business_is_told(shop: Shop) -> None:
    shop.desk.gateway.to_push = Rejected("400.002.02", "bad request")
    case = Case(shop, unit="day")
    case.until(4 * DAY)
    told = case.read()
    assert (told["status"], told["failures"], told["because"]) == ("paused", 3, "rejected")
    (event,) = shop.desk.events("subscription.paused.v1")
    assert event["data"] == {"subscription_id": case.id}
    prompts = case.prompts()
    case.until(4 * DAY)
    assert case.prompts() == prompts
    shop.desk.gateway.to_push = type(shop.desk.gateway)().to_push
    again = case.act("resume")
    assert (again["status"], again["failures"]) == ("active", 0)
    case.until(DAY)
    assert case.prompts() == prompts + 1


def test_a_period_that_still_fails_when_the_next_falls_due_gives_way(shop: Shop) -> None:
    case = Case(shop, unit="day")
    case.sweep(2 * HOUR)
    case.ends("1")  # would be tried again in a day, when the next is due
    case.sweep(61)
    told = case.read()
    assert (told["runs"][0]["status"], told["next_day"]) == ("failed", "2026-03-03")
    case.until(DAY)
    assert (case.prompts(), case.read()["sequence"]) == (2, 2)


def test_a_phone_that_somebody_else_just_asked_is_asked_later(case: Case) -> None:
    case.desk.clock.advance(2 * HOUR - 30)
    case.desk.ask("by hand", cents=250_000)
    case.sweep(30)
    assert case.prompts() == 1
    case.sweep(601)
    assert (case.prompts(), case.read()["runs"][0]["tries"]) == (2, 1)


# --- invoices
def test_each_period_gets_its_invoice_and_the_prompt_is_for_it(shop: Shop) -> None:
    case = Case(shop, lines=[{"description": "Rent", "unit_cents": 250_050}])
    case.sweep(2 * HOUR)
    case.sweep(61)
    run = case.read()["runs"][0]
    invoice = shop.desk.doc("invoices", run["invoice_id"])
    assert (invoice["status"], invoice["total_cents"], invoice["due_date"]) == ("open", 250_050, "2026-03-02")
    attempt = shop.desk.doc("attempts", run["attempt_id"])
    assert (attempt["invoice_id"], attempt["amount_cents"]) == (run["invoice_id"], 250_100)
    assert attempt["reference"] == invoice["number"]
    made = shop.desk.store.all("biz_1", Query("invoices", (Where("customer_id", "==", "cus_1"),), "due_date"))
    assert len(made) == 2, "the shop's own and one of the period"


def test_an_invoice_that_was_paid_otherwise_is_not_asked_for_again(shop: Shop) -> None:
    case = Case(shop, lines=[{"description": "Rent", "unit_cents": 250_000}])
    case.sweep(2 * HOUR)
    case.ends("1037")
    run = case.read()["runs"][0]
    paid = {"status": "paid", "balance_cents": 0}
    shop.desk.store.update("biz_1", Key("invoices", run["invoice_id"]), paid)
    case.until(5 * HOUR)
    assert case.prompts() == 1
    assert case.read()["runs"][0]["because"] == "paid_otherwise"
    assert case.read()["failures"] == 0


# --- people
def test_paused_asks_for_nothing_and_resumed_goes_on_with_the_next(shop: Shop) -> None:
    case = Case(shop, unit="week")
    assert case.act("pause")["status"] == "paused"
    assert case.act("pause")["code"] == "subscription_not_active"
    case.until(15 * DAY, step=DAY)
    assert case.prompts() == 0
    told = case.act("resume")
    assert (told["status"], told["missed"], told["next_day"]) == ("active", 3, "2026-03-23")
    assert case.act("resume")["code"] == "subscription_not_paused"


def test_cancelled_is_for_good(case: Case) -> None:
    assert case.act("cancel")["status"] == "cancelled"
    assert case.act("cancel")["status"] == "cancelled"
    assert case.act("resume")["code"] == "subscription_not_paused"
    case.until(3 * DAY)
    assert case.prompts() == 0


def test_pausing_in_the_middle_keeps_the_open_period_in_view(case: Case) -> None:
    case.sweep(2 * HOUR)
    case.act("pause")
    case.ends()
    case.until(DAY)
    assert case.read()["runs"][0]["status"] == "collecting"
    case.act("resume")
    case.sweep()
    assert case.read()["runs"][0]["status"] == "paid"
    assert case.prompts() == 1


def test_lists_are_by_status(shop: Shop) -> None:
    first, second = Case(shop), Case(shop, unit="day")
    second.act("pause")
    for status, expected in (("active", first), ("paused", second)):
        listed = json.loads(shop.ask("GET", f"/v1/subscriptions?status={status}").get_data())["data"]
        assert [row["id"] for row in listed] == [expected.id]
        assert listed[0]["phone"] == "2547*****678"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone": "0123456789012"}, "phone_invalid"),
        ({"start": "2036-01-01"}, "start_invalid"),
        ({"start": "2026-02-30"}, "body_invalid"),
        ({"start": ""}, "body_invalid"),
        ({"start": "2026-01-01", "count": 2}, "no_period"),
        ({"end": "2026-03-01"}, "body_invalid"),
        ({"amount_cents": None}, "body_invalid"),
        ({"amount_cents": 50}, "body_invalid"),
        ({"every": 0}, "body_invalid"),
        ({"unit": "year"}, "body_invalid"),
        ({"at": "23:00"}, "body_invalid"),
        ({"count": 0}, "body_invalid"),
        ({"customer_id": "cus_none"}, "not_found"),
        ({"lines": [{"description": "free", "unit_cents": 0}]}, "amount_out_of_range"),
        ({"lines": [{"description": "a house", "unit_cents": 900_000_000}]}, "amount_out_of_range"),
    ],
)
def test_what_cannot_be_kept_is_refused(shop: Shop, changes: dict[str, Any], code: str) -> None:
    case = Case(shop, **changes)
    assert case.body(case.made)["code"] == code
    assert json.loads(shop.ask("GET", "/v1/subscriptions").get_data())["data"] == []


def test_one_that_is_stuck_holds_up_no_other(shop: Shop) -> None:
    stuck = Case(shop, lines=[{"description": "Rent", "unit_cents": 100_000}])
    shop.desk.store.update("biz_1", Key("subscriptions", stuck.id), {"customer_id": "cus_gone"})
    other = Case(shop, amount_cents=300_000)
    other.sweep(2 * HOUR)
    assert other.prompts() == 1
    due_at = shop.desk.doc("subscriptions", stuck.id)["due_at"]
    assert parse_rfc3339(due_at) > shop.desk.clock.now()
