"""Money going out of a running system, against the simulated Safaricom over HTTP: sent once, booked once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from local.safaricom import State
from local.safaricom.certificate import certificate_pem
from local.safaricom.sending import Outgoing, outgoing
from shared.books import trial_balance
from shared.core.clock import ManualClock
from shared.http.auth import Actor
from tests.e2e.test_kill import free_port, process
from tests.e2e.world import PAYBILL, PHONE, World, furnish, running

INITIATOR = {"daraja_initiator": "demo-initiator", "daraja_initiator_password": "demo-initiator-password"}
CLEARING = f"clearing:mpesa:{PAYBILL}"
RECEIVER = "254722000111"


def may_send(folder: Path) -> dict[str, Any]:
    """Settings of a system that may send money: its operator, and the certificate of simulated Safaricom."""
    state = State(folder / "safaricom.db")
    (folder / "safaricom.pem").write_text(certificate_pem(state))
    state.close()
    return {**INITIATOR, "daraja_certificate": str(folder / "safaricom.pem")}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, **may_send(tmp_path)) as world:
        furnish(world)
        world.phone("pay")
        put_money_on(world, 1_000_000)
        yield world


def put_money_on(world: World, cents: int) -> None:
    """What the shortcode holds from before; M-Pesa pays out no more than that."""
    url = f"{world.system.url}/safaricom/control/organisations/{PAYBILL}"
    assert world.http.put(url, json={"balance_cents": cents}, timeout=20).status_code == 200


def by(world: World, user: str, path: str, body: Any = None, expect: int = 200) -> dict[str, Any]:
    """POST as another user of the business, an accountant."""
    token = world.system.app.tokens.issue(Actor(user, world.business, "accountant"))
    headers = {"Authorization": f"Bearer {token}"}
    answer = world.http.post(world.system.url + path, json=body, headers=headers, timeout=20)
    assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
    return dict(answer.json())


def pay(world: World, cents: int = 50_000) -> str:
    """A payout that a second person has approved; returns its id."""
    body = {"phone": RECEIVER, "amount_cents": cents, "purpose": "cement", "category": "supplies"}
    payout = str(world.post("/v1/payouts", body)["id"])
    by(world, "usr_amina", f"/v1/payouts/{payout}/approve")
    return payout


def received(world: World) -> str:
    """The invoice is paid by STK push; returns the payment's id."""
    world.post("/v1/attempts", {"phone": PHONE, "invoice_id": world.invoice_id})
    world.advance(60)
    (payment,) = world.docs("payments", "paid_at")
    assert (payment.data["status"], payment.data["matching"]) == ("settled", "auto")
    return payment.id


def refunded(world: World, payment: str, **fields: Any) -> str:
    payout = str(world.post("/v1/refunds", {"payment_id": payment, **fields})["id"])
    by(world, "usr_amina", f"/v1/payouts/{payout}/approve")
    return payout


def sent(world: World) -> list[Outgoing]:
    """What really left, by the simulated Safaricom's own ledger."""
    return outgoing(world.system.safaricom.sim)


def account(world: World, name: str) -> int:
    world.trial_balance()  # every document agrees with the journal
    balance = trial_balance(world.system.app.store, world.business)
    assert set(balance.totals.values()) <= {0}
    return balance.of(name)


def check(world: World, payout: str, cents: int = 50_000) -> None:
    """The money went once, and the books say so once."""
    (went,) = sent(world)
    data = world.get(f"/v1/payouts/{payout}")
    assert (data["status"], data["receipt"]) == ("succeeded", went.receipt)
    assert (went.phone, went.amount_cents, went.originator) == (RECEIVER, cents, payout)
    assert account(world, CLEARING) == -cents
    assert account(world, "expense:supplies") == cents
    assert [name for name, _ in world.ledger() if name.startswith("payout")] == [f"payout-{payout}"]
    assert world.docs("dead_letters", "recorded_at") == []


def test_a_payout_is_asked_for_approved_by_another_sent_and_booked(shop: World) -> None:
    body = {"phone": RECEIVER, "amount_cents": 50_000, "purpose": "cement", "category": "supplies"}
    first = shop.post("/v1/payouts", body, key="once")
    assert shop.post("/v1/payouts", body, key="once")["id"] == first["id"]
    own = shop.post(f"/v1/payouts/{first['id']}/approve", expect=403)
    assert own["code"] == "own_payout"
    shop.advance(60)
    assert sent(shop) == []
    told = [m.data for m in shop.docs("messages", "created_on") if m.data["template"] == "payout.waits"]
    assert [(m["subject"], m["recipient"]) for m in told] == [(f"payouts/{first['id']}", "juma@duka.example")]
    assert by(shop, "usr_amina", f"/v1/payouts/{first['id']}/approve")["status"] == "sent"
    shop.advance(30)
    check(shop, first["id"])
    assert [one["id"] for one in shop.get("/v1/payouts?status=succeeded")["data"]] == [first["id"]]


def test_a_rejected_payout_and_one_that_was_taken_back_are_never_sent(shop: World) -> None:
    body = {"phone": RECEIVER, "amount_cents": 50_000, "purpose": "cement"}
    rejected, cancelled = (shop.post("/v1/payouts", body)["id"] for _ in range(2))
    by(shop, "usr_amina", f"/v1/payouts/{rejected}/reject", {"note": "unknown supplier"})
    shop.post(f"/v1/payouts/{cancelled}/cancel", expect=200)
    for payout in (rejected, cancelled):
        assert by(shop, "usr_amina", f"/v1/payouts/{payout}/approve", expect=409)["code"] == "payout_decided"
    shop.advance(300)
    assert sent(shop) == []


@pytest.mark.parametrize("mode", ["close", "http_500"])
def test_a_lost_acknowledgement_pays_once(shop: World, mode: str) -> None:
    """The repetition under the same id is refused as a duplicate: so the provider has it."""
    shop.fault("lost_ack", route="payout", mode=mode)
    shop.fault("lost_callback", target="result")
    payout = pay(shop)
    assert shop.get(f"/v1/payouts/{payout}")["status"] == "sent"
    shop.advance(300)
    check(shop, payout)


def test_a_request_that_never_arrived_is_sent_again_under_its_own_id(shop: World) -> None:
    shop.fault("broken_answer", route="payout", mode="close", times=4)
    payout = pay(shop)
    assert shop.get(f"/v1/payouts/{payout}")["status"] == "unknown"
    shop.advance(400)
    check(shop, payout)


def test_after_a_queue_timeout_the_money_is_asked_about(shop: World) -> None:
    shop.fault("queue_timeout", route="payout")
    payout = pay(shop)
    shop.advance(30)
    assert shop.get(f"/v1/payouts/{payout}")["status"] == "unknown"
    assert len(sent(shop)) == 1
    shop.advance(120)
    check(shop, payout)


def test_a_late_and_a_double_result_count_once(shop: World) -> None:
    shop.fault("late_callback", target="result", seconds=90)
    shop.fault("duplicate_callback", target="result", times=None, count=3)
    payout = pay(shop)
    shop.advance(45)
    assert shop.get(f"/v1/payouts/{payout}")["status"] == "sent"
    shop.advance(120)
    check(shop, payout)


def test_a_failed_payout_moves_nothing(shop: World) -> None:
    put_money_on(shop, 0)
    payout = pay(shop)
    shop.advance(30)
    data = shop.get(f"/v1/payouts/{payout}")
    assert (data["status"], data["result_code"], sent(shop)) == ("failed", "1", [])
    assert account(shop, CLEARING) == 0


def test_a_part_is_refunded_then_the_rest(shop: World) -> None:
    payment = received(shop)
    refused = shop.post("/v1/refunds", {"payment_id": payment, "amount_cents": 116_100}, expect=409)
    assert refused["code"] == "over_refunded"
    first = refunded(shop, payment, amount_cents=16_000, note="one bag torn")
    shop.advance(30)
    assert shop.get(f"/v1/payouts/{first}")["status"] == "succeeded"
    assert shop.doc("invoices", shop.invoice_id)["balance_cents"] == 16_000
    assert shop.get(f"/v1/payments/{payment}")["status"] == "partially_refunded"
    assert account(shop, CLEARING) == 100_000
    second = refunded(shop, payment)
    shop.advance(30)
    assert shop.get(f"/v1/payments/{payment}")["status"] == "refunded"
    assert shop.doc("invoices", shop.invoice_id)["balance_cents"] == 116_000
    assert [(one.phone, one.amount_cents) for one in sent(shop)] == [(PHONE, 16_000), (PHONE, 100_000)]
    assert (account(shop, CLEARING), account(shop, f"ar:{shop.invoice_id}")) == (0, 116_000)
    assert {one["id"] for one in shop.get(f"/v1/refunds?payment_id={payment}")["data"]} == {first, second}
    told = [m.data for m in shop.docs("messages", "created_on") if m.data["template"] == "refund.sent"]
    assert [(m["recipient"], m["status"]) for m in told] == [(PHONE, "sent")] * 2
    assert shop.docs("dead_letters", "recorded_at") == []


def test_a_whole_payment_is_reversed_by_the_provider(shop: World) -> None:
    payment = received(shop)
    shop.fault("lost_ack", route="reversal", mode="close")
    shop.fault("lost_callback", target="result")
    refund = refunded(shop, payment, method="reverse")
    shop.advance(400)
    assert shop.get(f"/v1/payouts/{refund}")["status"] == "succeeded"
    (went,) = sent(shop)
    assert (went.kind, went.amount_cents, went.phone) == ("reversal", 116_000, PHONE)
    assert shop.get(f"/v1/payments/{payment}")["status"] == "refunded"
    assert (account(shop, CLEARING), account(shop, f"ar:{shop.invoice_id}")) == (0, 116_000)


def test_a_kill_while_the_provider_is_called_pays_once(tmp_path: Path) -> None:
    """Two are approved; the provider got one of them and answers neither; then everything is killed."""
    given = may_send(tmp_path)
    with running(tmp_path, ManualClock(datetime.now(UTC)), **given) as world:
        furnish(world)
        put_money_on(world, 1_000_000)
        body = {"phone": RECEIVER, "amount_cents": 50_000, "purpose": "cement", "category": "supplies"}
        payouts = [world.post("/v1/payouts", body)["id"] for _ in range(2)]
        world.fault("lost_ack", route="payout", mode="hold", seconds=30)
        world.fault("broken_answer", route="payout", mode="hold", seconds=30)
        token = world.system.app.tokens.issue(Actor("usr_amina", world.business, "owner"))
    port = free_port()

    def approve(payout: str) -> None:
        url = f"http://127.0.0.1:{port}/v1/payouts/{payout}/approve"
        with pytest.raises(requests.RequestException):
            requests.post(url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    variables = {name.upper(): value for name, value in given.items()}
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as people:
        for name, value in variables.items():
            patch.setenv(name, value)
        with process(tmp_path, port) as running_system:
            waiting = [people.submit(approve, payout) for payout in payouts]
            _wait_for_one(tmp_path)
            running_system.send_signal(signal.SIGKILL)
            running_system.wait(10)
        for one in waiting:
            one.result(60)
    with running(tmp_path, ManualClock(datetime.now(UTC)), seed=12, **given) as world:
        states = {world.doc("payouts", payout)["status"] for payout in payouts}
        assert states == {"sending"}, "the kill came too late or too early: the test shows nothing"
        world.advance(900)
        assert [world.doc("payouts", payout)["status"] for payout in payouts] == ["succeeded"] * 2
        assert sorted(one.originator for one in sent(world)) == sorted(payouts)
        assert account(world, CLEARING) == -100_000


def _wait_for_one(folder: Path) -> None:
    """Until the provider has taken one request, and both payouts are being sent."""
    import sqlite3
    import time

    def count(file: str, sql: str) -> int:
        with sqlite3.connect(f"file:{folder / file}?mode=ro", uri=True) as connection:
            return int(connection.execute(sql).fetchone()[0])

    sending = "SELECT count(*) FROM docs WHERE c = 'payouts' AND json_extract(body, '$.status') = 'sending'"
    taken = "SELECT count(*) FROM facts WHERE kind = 'asked'"
    faults = "SELECT count(*) FROM facts WHERE kind = 'fault'"
    for _ in range(600):
        done = (count("hesabu.db", sending), count("safaricom.db", taken), count("safaricom.db", faults))
        if done == (2, 1, 0):
            return
        time.sleep(0.05)
    raise AssertionError(f"the requests did not come so far: {done}")
