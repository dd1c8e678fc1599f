"""Every fault switch does what it says and leaves the true ledger true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from mpesa_mcp.helpers import parse_callback as judge

from local.safaricom import FAULTS, State
from local.safaricom.callbacks import sent
from local.safaricom.ledger import org_balance, transactions
from shared.payments.gateways.daraja.payloads import parse_stk_callback
from shared.payments.gateways.port import NoAnswer, QueryAnswer
from tests.unit.local.safaricom_world import PHONE, World, world


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def codes(w: World) -> list[str]:
    return [parse_stk_callback(raw).code for raw in w.receiver.bodies()]


def asked(w: World, checkout: str) -> str:
    answer = w.gateway().query(checkout)
    return answer.evidence.code if isinstance(answer, QueryAnswer) else "none"


def paid(w: World) -> int:
    return len(transactions(w.safaricom.sim))


def test_lost_callback(w: World) -> None:
    w.fault("lost_callback")
    checkout = w.pay()
    assert w.receiver.posts == []
    assert (paid(w), asked(w, checkout)) == (1, "0")
    assert [delivery.status for delivery in sent(w.safaricom.sim)] == ["lost"]
    w.clock.advance(200)
    w.pay()
    assert codes(w) == ["0"]


def test_duplicate_callback(w: World) -> None:
    w.fault("duplicate_callback", count=10)
    w.pay()
    assert len(w.receiver.posts) == 10
    assert len({post.body for post in w.receiver.posts}) == 1
    assert paid(w) == 1


def test_late_callback_waits_for_the_clock_or_a_flush(w: World) -> None:
    w.fault("late_callback", seconds=90, times=2)
    w.pay()
    w.deliver(89)
    assert codes(w) == []
    w.deliver(1)
    assert codes(w) == ["0"]
    w.pay(amount=7)
    assert codes(w) == ["0"]
    assert requests.post(w.url + "/control/flush", timeout=5).json()["done"] >= 1
    assert codes(w) == ["0", "0"]


def test_reordered_callback_comes_after_the_next_one(w: World) -> None:
    w.fault("reordered_callback")
    first, second = w.pay(), w.pay(amount=7)
    order = [parse_stk_callback(raw).checkout_request_id for raw in w.receiver.bodies()]
    assert order == [second, first]


def test_reordered_callback_comes_alone_in_the_end(w: World) -> None:
    w.fault("reordered_callback", seconds=30)
    w.pay()
    assert codes(w) == []
    w.deliver(30)
    assert codes(w) == ["0"]


def test_a_reordered_callback_comes_after_its_own_c2b_twin(w: World) -> None:
    w.register()
    w.fault("reordered_callback")
    w.pay()
    assert ["/c2b/" in post.path for post in w.receiver.posts] == [True, False]


def test_contradictory_callbacks(w: World) -> None:
    w.fault("failure_then_success")
    checkout = w.pay()
    assert codes(w) == ["1032", "0"]
    assert (asked(w, checkout), paid(w)) == ("0", 1)


def test_the_query_contradicts_the_callback(w: World) -> None:
    w.fault("query_contradicts")
    checkout = w.pay()
    assert codes(w) == ["0"]
    assert [asked(w, checkout), asked(w, checkout)] == ["1", "0"]


def test_amount_mismatch(w: World) -> None:
    w.fault("amount_mismatch")
    w.fault("amount_mismatch", amount_cents=1_00)
    w.pay(amount=100)
    w.pay(amount=300)
    assert [parse_stk_callback(raw).amount_cents for raw in w.receiver.bodies()] == [101_00, 1_00]
    assert org_balance(w.safaricom.sim, w.merchant.shortcode) == 400_00


def test_success_after_failure(w: World) -> None:
    w.fault("success_after_failure", seconds=20)
    checkout = w.pay()
    assert (codes(w), asked(w, checkout), paid(w)) == (["1037"], "1037", 0)
    w.deliver(20)
    assert (codes(w), asked(w, checkout), paid(w)) == (["1037", "0"], "0", 1)


def test_query_in_flight_after_the_end(w: World) -> None:
    checkout = w.pay()
    w.fault("query_in_flight")
    w.fault("query_in_flight", mode="envelope_200")
    assert [asked(w, checkout) for _ in range(3)] == ["none", "none", "0"]


def test_spike_arrest_prompts_nobody(w: World) -> None:
    w.fault("spike_arrest")
    w.gateway().initiate(w.request())
    assert w.safaricom.sim.state.all("push") == []


def test_a_fault_for_one_phone_leaves_others_alone(w: World) -> None:
    w.fault("lost_callback", phone="254700000001", times=None)
    w.pay(phone="254700000002")
    w.pay(phone="254700000001")
    assert [parse_stk_callback(raw).phone for raw in w.receiver.bodies()] == ["254700000002"]


def test_the_twin_can_be_lost_alone(w: World) -> None:
    w.register()
    w.fault("lost_callback", target="c2b")
    w.pay()
    assert ["/c2b/" in post.path for post in w.receiver.posts] == [False]


def test_a_receiver_that_fails_is_not_asked_again(w: World) -> None:
    w.receiver.status = 500
    w.pay()
    w.deliver(3600)
    assert len(w.receiver.posts) == 1


def test_a_receiver_that_is_down_loses_the_callback(w: World) -> None:
    w.receiver.url = "http://127.0.0.1:1"
    checkout = w.pay()
    assert [delivery.status for delivery in sent(w.safaricom.sim)] == ["no answer"]
    assert asked(w, checkout) == "0"


def test_everything_emitted_under_faults_is_readable_to_an_outside_parser(w: World) -> None:
    w.register("v1")
    for name in ("duplicate_callback", "failure_then_success", "amount_mismatch", "success_after_failure"):
        w.fault(name, seconds=5)
        w.pay(amount=len(w.receiver.posts) + 1)
        w.deliver(5)
    kinds = {judge(json.loads(post.body))["kind"] for post in w.receiver.posts}
    assert kinds == {"stk", "c2b"}
    assert len(w.receiver.posts) >= 8


def test_faults_over_http_and_their_mistakes(w: World) -> None:
    url = w.url + "/control/faults"
    assert requests.post(url, json={"name": "lost_callback", "times": None}, timeout=5).status_code == 201
    assert requests.get(url, timeout=5).json()["known"] == FAULTS
    w.pay()
    assert w.receiver.posts == []
    assert requests.delete(url, timeout=5).json() == {"on": {}}
    w.pay(amount=3)
    assert codes(w) == ["0"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "no_such"},
        {"name": ["lost_callback"]},
        {"name": "lost_callback", "phone": 254},
        {"name": "amount_mismatch", "amount_cents": "1"},
        {"name": "success_after_failure", "code": 1037},
        {"name": "late_callback", "seconds": -1},
        {"name": "late_callback", "seconds": "5"},
        {"name": "success_after_failure", "code": "late"},
        {"name": "late_callback", "seconds": True},
        {"name": "duplicate_callback", "count": 2.5},
        {"name": "duplicate_callback", "count": 0},
        {"name": "lost_ack", "mode": "explode"},
        {"name": "lost_callback", "target": "b2c"},
        {"name": "lost_callback", "times": 0},
        {"name": "lost_callback", "surprise": 1},
        [],
    ],
)
def test_a_wrong_fault_is_refused(w: World, fields: Any) -> None:
    answer = requests.post(w.url + "/control/faults", json=fields, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["errors"]


# --- the truth survives ----------------------------------------------------------------------------------


def test_what_was_paid_is_known_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "safaricom.db"
    with world(State(file)) as before:
        done = before.pay()
        waiting = before.push(amount=5, phone="254700000009")
    with world(State(file)) as after:
        after.clock.advance(30)
        assert paid(after) == 1
        assert asked(after, done) == "0"
        assert asked(after, waiting) == "none"
        after.deliver(60)
        assert asked(after, waiting) == "1037"
        assert after.pay(amount=6) not in {done, waiting}
        receipts = {t.receipt for t in transactions(after.safaricom.sim)}
        assert len(receipts) == 2


def test_a_delivery_cut_off_by_a_kill_is_lost_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "safaricom.db"
    with world(State(file)) as before:
        checkout = before.push()
        before.answer(checkout)
        sim = before.safaricom.sim
        id_, job = sim.state.all("job")[0]
        with sim.state.unit():  # as the process leaves it when it dies inside of the post
            sim.state.delete("job", id_)
            sim.state.put("sending", id_, job["data"])
    with world(State(file)) as after:
        after.deliver(3600)
        assert after.receiver.posts == []
        assert [delivery.status for delivery in sent(after.safaricom.sim)] == ["interrupted"]
        assert asked(after, checkout) == "0"


def test_a_failing_unit_leaves_nothing_behind() -> None:
    state = State()

    def half() -> None:
        with state.unit():
            state.put("account", PHONE, {"a": 1})
            state.count("receipt")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert state.get("account", PHONE) is None
    assert state.count("receipt") == 1


def test_the_query_of_a_dead_simulator_is_no_answer(w: World) -> None:
    gateway = w.gateway(base_url="http://127.0.0.1:1")
    assert isinstance(gateway.query("ws_CO_1"), NoAnswer)
