"""Whatever is done in whatever order, simulated Safaricom's ledger stays true."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.safaricom import Answer, Fault, Merchant, Safaricom, State, add_fault, build_safaricom
from local.safaricom.due import run_due
from local.safaricom.ledger import org_balance, transactions
from local.safaricom.prompts import answer, begin
from local.safaricom.stk import new_push
from shared.core.clock import ManualClock
from shared.core.ids import SeededIds
from shared.payments.gateways.daraja.payloads import parse_stk_callback
from tests.unit.local.safaricom_world import START

PHONES = ("254700000001", "254700000002")
CALLBACKS = ("lost_callback", "duplicate_callback", "late_callback", "reordered_callback", "amount_mismatch")


class Desk:
    """A simulator without HTTP, and everything that it posted."""

    def __init__(self, state: State | None = None) -> None:
        self.clock = ManualClock(START)
        self.posted: list[bytes] = []
        self.app: Safaricom = build_safaricom(
            state or State(), self.clock, self._deliver, ids=SeededIds(3), merchants=[Merchant()]
        )
        self.sim = self.app.sim
        self.checkouts: list[str] = []

    def _deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.posted.append(body)
        return Answer(200)

    def push(self, phone: str = PHONES[0], amount: int = 100) -> str:
        body: dict[str, Any] = {
            "BusinessShortCode": "174379",
            "PartyB": "174379",
            "PhoneNumber": phone,
            "Amount": amount,
            "AccountReference": "INV1",
            "CallBackURL": "https://pay.example.co.ke/ipn",
        }
        push = new_push(self.sim, body)
        begin(self.sim, push)
        self.checkouts.append(push.checkout)
        return push.checkout

    def settle(self) -> None:
        for _ in range(3):
            self.clock.advance(600)
            run_due(self.sim)


_STEP = st.one_of(
    st.tuples(st.just("push"), st.sampled_from(PHONES), st.sampled_from([1, 50, 60_000])),
    st.tuples(
        st.just("answer"), st.sampled_from(["pin", "cancel", "ignore"]), st.sampled_from(["1234", "0000"])
    ),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 90]), st.none()),
    st.tuples(st.just("fault"), st.sampled_from([*CALLBACKS, "success_after_failure"]), st.none()),
)


def take(desk: Desk, step: tuple[str, Any, Any]) -> None:
    match step:
        case ("push", phone, amount):
            desk.push(phone, amount)
        case ("answer", action, pin) if desk.checkouts:
            answer(desk.sim, desk.checkouts[-1], action, pin)
        case ("wait", seconds, _):
            desk.clock.advance(seconds)
            run_due(desk.sim)
        case ("fault", name, _):
            add_fault(desk.sim, Fault(name))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, max_size=25))
def test_money_is_neither_made_nor_lost_and_every_push_ends_once(steps: list[tuple[str, Any, Any]]) -> None:
    desk = Desk()
    for step in steps:
        take(desk, step)
    desk.settle()
    accounts = [fact for _, fact in desk.sim.state.all("account")]
    gone = sum(desk.sim.options.balance_cents - account["balance_cents"] for account in accounts)
    made = transactions(desk.sim)
    assert gone == org_balance(desk.sim, "174379") == sum(t.amount_cents for t in made)
    assert all(account["balance_cents"] >= 0 for account in accounts)
    receipts = Counter(t.receipt for t in made)
    pushes = [desk.sim.push(checkout) for checkout in desk.checkouts]
    assert all(push is not None and push.code is not None for push in pushes)
    assert Counter(p.receipt for p in pushes if p and p.receipt) == receipts
    assert set(receipts.values()) <= {1}
    desk.app.close()


def test_a_success_callback_names_a_payment_that_was_made() -> None:
    desk = Desk()
    for name in CALLBACKS:
        add_fault(desk.sim, Fault(name, seconds=1))
        answer(desk.sim, desk.push(PHONES[1], len(desk.checkouts) + 1), "pin", "1234")
        run_due(desk.sim)
    desk.settle()
    made = {t.receipt for t in transactions(desk.sim)}
    named = {parse_stk_callback(body).receipt for body in desk.posted}
    assert named < made  # one callback was lost, none invents a payment
    assert len(made) == len(CALLBACKS)


@pytest.mark.parametrize("workers", [8])
def test_a_prompt_answered_by_many_threads_is_paid_once_and_posted_once(workers: int) -> None:
    desk = Desk()
    for amount in range(1, 21):
        desk.push(amount=amount)
    start = threading.Barrier(workers)

    def work() -> None:
        start.wait()
        for checkout in desk.checkouts:
            answer(desk.sim, checkout, "pin", "1234")
            run_due(desk.sim)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(transactions(desk.sim)) == 20
    posted = Counter(parse_stk_callback(body).checkout_request_id for body in desk.posted)
    assert posted == dict.fromkeys(desk.checkouts, 1)


def test_a_receiver_may_ask_back_while_it_is_being_told() -> None:
    desk = Desk()
    seen: list[str | None] = []

    def ask_back(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        def other_thread() -> None:
            push = desk.sim.push(desk.checkouts[0])
            seen.append(push.code if push else None)

        thread = threading.Thread(target=other_thread)
        thread.start()
        thread.join(timeout=5)
        return Answer(200)

    app = build_safaricom(desk.sim.state, desk.clock, ask_back, ids=SeededIds(4))
    answer(desk.sim, desk.push(), "pin", "1234")
    app.deliver_due()
    assert seen == ["0"]
