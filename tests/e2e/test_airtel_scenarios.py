"""Everything that can happen to a collection over simulated Airtel, as one table of exact endings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from local.airtel.callbacks import sent
from local.airtel.faults import Fault, add_fault
from tests.e2e.snapshot import Left, left_by
from tests.e2e.test_payouts import by as by_another
from tests.e2e.world import World, furnish, running

PHONE, NINE = "254733000111", "733000111"
KEY = "private-key-of-the-callbacks"
SUSPENSE = "suspense:unmatched"
BOOKED = {
    "pay-airtel-R1": {"clearing:airtel": 116_000, SUSPENSE: -116_000},
    "alloc-airtel-R1-1": {SUSPENSE: 116_000, "ar:INV": -116_000},
}
MINUTE, HOUR = 60, 3600


def by(kinds: str) -> list[tuple[str, str, str, str, int, str]]:
    """The one settled and matched payment of KES 1,160, with the evidence that came for it."""
    return [("airtel-R1/R1", "settled", "airtel", "auto", 116_000, kinds)]


PAID = Left(
    attempts=[("succeeded", "")],
    payments=by("query"),
    journal=BOOKED,
    invoice=("paid", 0),
    messages=[("payment.received", PHONE), ("payment.received", "wanjiku@example.com")],
    prompts=0,
)
CLAIMED_FIRST = replace(PAID, payments=by("callback query"))


def not_paid(why: str) -> Left:
    return Left(attempts=[("failed", why)], messages=[("attempt.failed", PHONE)], prompts=0)


# --- what is done
def phone(world: World, mode: str, **changes: object) -> None:
    url = f"{world.system.url}/airtel/control/phones/{PHONE}"
    assert world.http.put(url, json={"mode": mode, **changes}, timeout=20).status_code == 200


def fault(world: World, name: str, **fields: object) -> None:
    add_fault(world.system.airtel.sim, Fault(name, **fields))  # type: ignore[arg-type]


def collect(world: World, expect: int = 201, key: str = "", **changes: object) -> dict[str, object]:
    body = {"phone": PHONE, "invoice_id": world.invoice_id, **changes}
    return world.post("/v1/attempts", body, key=key, expect=expect)


def happy(world: World) -> None:
    attempt = collect(world)
    assert (attempt["status"], attempt["provider"]) == ("pending", "airtel")


def answered(mode: str, **changes: object) -> Callable[[World], None]:
    def act(world: World) -> None:
        phone(world, mode, **changes)
        collect(world)

    return act


def faulty(name: str, **fields: object) -> Callable[[World], None]:
    def act(world: World) -> None:
        fault(world, name, **fields)
        collect(world)

    return act


def lost_ack(mode: str) -> Callable[[World], None]:
    def act(world: World) -> None:
        fault(world, "lost_ack", mode=mode)
        assert collect(world)["status"] == "submit_unknown"

    return act


def nothing_but_the_enquiry(world: World) -> None:
    fault(world, "lost_callback")
    lost_ack("close")(world)


def enquiry_is_slow(world: World) -> None:
    fault(world, "enquiry_ambiguous", times=2)
    fault(world, "enquiry_in_flight")
    collect(world)


def enquiry_is_out(world: World) -> None:
    fault(world, "outage", route="enquiry", times=3)
    collect(world)


def refused_with_http_200(world: World) -> None:
    fault(world, "refused_push", code="DP00800001010")
    assert collect(world)["status"] == "rejected"


def token_dies(world: World) -> None:
    collect(world)
    fault(world, "token_expired")


def three_clicks(world: World) -> None:
    first = collect(world, key="click")
    assert [collect(world, key="click")["id"] for _ in range(2)] == [first["id"]] * 2
    assert len(world.system.airtel.sim.payments()) == 1, "prompted once"


def stop_waiting(world: World) -> None:
    attempt = collect(world)
    assert world.post(f"/v1/attempts/{attempt['id']}/cancel", expect=200)["status"] == "cancelled"


def forged_and_true(world: World) -> None:
    """Somebody who knows the address says that it was paid, by a receipt of their own, before it is."""
    phone(world, "ask")
    attempt = collect(world)
    transaction = {
        "id": attempt["request_id"],
        "status_code": "TS",
        "airtel_money_id": "MP260302.1000.X99999",
    }
    url = world.system.airtel.sim.merchant.callback_url
    answer = world.http.post(url, json={"transaction": transaction, "hash": "AAAA"}, timeout=10)
    assert answer.status_code == 200
    world.advance()
    assert world.docs("payments", "paid_at") == []
    answer = world.http.post(
        f"{world.system.url}/airtel/control/prompts/{attempt['request_id']}",
        json={"action": "pin", "pin": "1234"},
        timeout=10,
    )
    assert answer.status_code == 200


@dataclass(frozen=True)
class Row:
    name: str
    act: Callable[[World], object]
    want: Left
    seconds: int = 120
    """Simulated time until the ending is read."""


TABLE = [
    Row("happy path, by the number's hint", happy, PAID, 5),
    Row("declined by the payer", answered("cancel"), not_paid("no_answer")),
    Row("wrong PIN", answered("wrong_pin"), not_paid("wrong_pin")),
    Row("no answer", answered("ignore"), not_paid("expired")),
    Row("insufficient funds", answered("pay", balance_cents=115_900), not_paid("insufficient_funds")),
    Row("callback ten times", faulty("duplicate_callback", count=10), PAID),
    Row("callback late, after the enquiry", faulty("late_callback", seconds=600), PAID, 15 * MINUTE),
    Row(
        "lost callback, not asked about for three minutes",
        faulty("lost_callback"),
        Left([("pending", "")], prompts=0),
        175,
    ),
    Row("lost callback, settled by the enquiry", faulty("lost_callback"), PAID, 4 * MINUTE),
    Row("lost acknowledgement (HTTP 500)", lost_ack("http_500"), PAID),
    Row("lost acknowledgement (connection cut)", lost_ack("close"), PAID),
    Row("lost acknowledgement and lost callback", nothing_but_the_enquiry, PAID, 4 * MINUTE),
    Row("an ambiguous answer with HTTP 200", faulty("ambiguous_push"), PAID),
    Row("a callback that says failed comes first", faulty("early_callback"), PAID),
    Row("ambiguous and in flight before the truth", enquiry_is_slow, PAID, 10 * MINUTE),
    Row("the enquiry is out for a while", enquiry_is_out, PAID, 10 * MINUTE),
    Row(
        "refused with HTTP 200",
        refused_with_http_200,
        Left([("rejected", "rejected")], prompts=0),
    ),
    Row(
        "success after failure",
        faulty("success_after_failure"),
        replace(PAID, messages=[("attempt.failed", PHONE), *PAID.messages]),
    ),
    Row("the token dies in between", token_dies, PAID),
    Row("the same key three times", three_clicks, PAID),
    Row("cancelled by the business and paid anyway", stop_waiting, PAID),
    Row("a forged callback before the true one", forged_and_true, PAID),
    Row(
        "an outage from end to end of the plan",
        faulty("outage", route="push"),
        Left([("expired", "expired")], messages=[("attempt.failed", PHONE)], prompts=0),
        16 * MINUTE,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_scenario_ends_exactly_as_the_table_says(world: World, row: Row) -> None:
    phone(world, "pay")
    row.act(world)
    world.advance(row.seconds)
    assert left(world) == row.want
    assert len(world.system.airtel.sim.payments()) <= 1, "no id but the first was ever sent"


def left(world: World) -> Left:
    """What the scenario leaves, with the receipts of simulated Airtel called R1, R2 …"""
    paid = sorted(p.money_id for p in world.system.airtel.sim.payments() if p.money_id)
    return left_by(world, {money_id: f"R{n}" for n, money_id in enumerate(paid, 1)})


# --- with the app's private key
@pytest.fixture
def signed(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, airtel_callback_key=KEY) as world:
        yield furnish(world)


def test_a_signed_callback_is_a_claim_and_the_enquiry_its_proof(signed: World) -> None:
    phone(signed, "pay")
    fault(signed, "duplicate_callback")
    collect(signed)
    signed.advance(5)
    assert left(signed) == CLAIMED_FIRST


def test_a_wrong_hash_is_refused_and_the_money_comes_in_all_the_same(signed: World) -> None:
    phone(signed, "pay")
    fault(signed, "wrong_hash")
    attempt = collect(signed)
    signed.advance(5)
    assert signed.get(f"/v1/attempts/{attempt['id']}")["status"] == "pending"
    (letter,) = signed.docs("dead_letters", "recorded_at")
    assert letter.data["code"] == "signature_invalid"
    signed.advance(4 * MINUTE)
    assert signed.get(f"/v1/attempts/{attempt['id']}")["status"] == "succeeded"
    assert signed.trial_balance() == {"KES": 0}
    assert all(json.loads(d["body"])["hash"] for d in sent(signed.system.airtel.sim))


# --- the other method, and money back
def test_fail_over_is_offered_after_a_failure_and_never_before(world: World) -> None:
    world.phone("cancel")
    phone(world, "pay")
    url = f"{world.system.url}/airtel/control/phones/{world.payer}"
    assert world.http.put(url, json={"mode": "pay"}, timeout=20).status_code == 200
    first = collect(world, phone=world.payer)
    assert first["provider"] == "mpesa"
    assert first["retry"] == {"allowed": False, "not_before": "", "methods": [], "why": "may_be_charged"}
    assert collect(world, 409, phone=world.payer, method="airtel")["code"] == "repeated_too_soon"
    world.advance(5)
    failed = world.get(f"/v1/attempts/{first['id']}")
    assert (failed["status"], failed["retry"]["why"]) == ("failed", "cancelled")
    assert [way["method"] for way in failed["retry"]["methods"]] == ["mpesa", "airtel"]
    second = collect(world, phone=world.payer, method="airtel")
    world.advance(5)
    assert world.get(f"/v1/attempts/{second['id']}")["status"] == "succeeded"
    assert world.doc("invoices", world.invoice_id)["status"] == "paid"
    assert world.trial_balance() == {"KES": 0}


def approved_refund(world: World, **fields: object) -> str:
    """Ask for the only payment back, and have a second person approve it; returns the payout's id."""
    (payment,) = world.docs("payments", "paid_at")
    refund = world.post("/v1/refunds", {"payment_id": payment.id, "note": "torn bags", **fields})
    by_another(world, "usr_amina", f"/v1/payouts/{refund['id']}/approve")
    world.advance(5)
    return str(refund["id"])


@pytest.mark.parametrize("lost", [False, True])
def test_airtel_money_is_given_back_whole_and_once(world: World, lost: bool) -> None:
    phone(world, "pay")
    collect(world)
    world.advance(5)
    (payment,) = world.docs("payments", "paid_at")
    part = world.post("/v1/refunds", {"payment_id": payment.id, "amount_cents": 16_000}, expect=409)
    assert part["code"] == "only_whole"
    if lost:
        fault(world, "lost_refund_answer", mode="close")
    refund = approved_refund(world)
    status = world.get(f"/v1/payouts/{refund}")["status"]
    assert status == ("unknown" if lost else "succeeded")
    world.advance(10 * MINUTE)
    (truth,) = world.system.airtel.sim.payments()
    assert truth.refunded_at
    assert world.system.airtel.sim.account(NINE).balance_cents == 100_000_00, "once, whatever was repeated"
    assert world.trial_balance() == {"KES": 0}
    if not lost:
        assert world.get(f"/v1/payments/{payment.id}")["status"] == "refunded"
        assert sum(legs.get("clearing:airtel", 0) for _, legs in world.ledger()) == 0
