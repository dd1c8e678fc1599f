"""What becomes of money and endings that somebody invented, when time passes and the provider is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.callback_doors import TAKEN, bill, c2b, door, result, stk
from tests.e2e.test_payouts import may_send, pay, put_money_on, sent
from tests.e2e.world import PAYBILL, PHONE, World, furnish, running

MINUTE = 60


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, **may_send(tmp_path)) as world:
        furnish(world)
        put_money_on(world, 1_000_000)
        yield world


def time_passes(world: World, steps: int) -> None:
    """Steps of ten minutes, after each of which all that is due is done."""
    for _ in range(steps):
        world.clock.advance(10 * MINUTE)
        world.advance(1)


def asked(world: World) -> dict[str, list[str]]:
    """The open questions: subject -> reasons."""
    questions = world.get("/v1/review?limit=100&sort=newest")["data"]
    return {item["subject_id"]: item["reasons"] for item in questions}


def states(world: World) -> dict[str, str]:
    return {p.id: p.data["status"] for p in world.docs("payments", "paid_at")}


def test_invented_money_is_a_question_after_an_hour_and_never_booked(world: World) -> None:
    world.phone("cancel")
    attempt = world.post("/v1/attempts", {"phone": PHONE, "invoice_id": world.invoice_id})["id"]
    request_id, before = world.doc("attempts", attempt)["request_id"], world.ledger()
    door(world, "stk", attempt).take(world, stk(request_id, PHONE, "1160.00", "UC2FRG0001"))
    door(world, "c2b/confirmation", PAYBILL).take(world, c2b('"5000000.00"', "UC2FRG0002"))
    door(world, "bill", PAYBILL, TAKEN).take(world, bill('"1160"', "UC2FRG0003"))
    time_passes(world, 10)
    ids = [f"mpesa-UC2FRG000{number}" for number in (1, 2, 3)]
    assert states(world) == dict.fromkeys(ids, "review")
    assert asked(world) == {
        ids[0]: ["callback_and_query_contradict"],
        ids[1]: ["never_proven"],
        ids[2]: ["never_proven"],
    }
    assert world.ledger() == before
    assert world.doc("invoices", world.invoice_id)["balance_cents"] == 116_000
    assert world.trial_balance() == {"KES": 0}


def test_an_invented_receipt_of_a_prompt_that_is_really_paid_counts_the_money_once(world: World) -> None:
    """Somebody who knows the address is faster than the callback. The query proves the prompt, and only then
    does the provider's own receipt come: which of the two it is, a person says."""
    world.phone("ask")
    attempt = world.post("/v1/attempts", {"phone": PHONE, "invoice_id": world.invoice_id})["id"]
    request_id = world.doc("attempts", attempt)["request_id"]
    door(world, "stk", attempt).take(world, stk(request_id, PHONE, "1160.00", "UC2FRG0001"))
    assert states(world) == {"mpesa-UC2FRG0001": "claimed"}
    world.answer("pin")
    time_passes(world, 10)
    (paid,) = world.true_ledger()
    assert states(world) == {"mpesa-UC2FRG0001": "settled", f"mpesa-{paid.receipt}": "review"}
    assert asked(world) == {f"mpesa-{paid.receipt}": ["second_receipt_for_one_attempt"]}
    assert sum(legs.get(f"clearing:mpesa:{PAYBILL}", 0) for _, legs in world.ledger()) == paid.amount_cents
    assert world.doc("invoices", world.invoice_id)["balance_cents"] == 0
    assert world.trial_balance() == {"KES": 0}


def test_contradictory_results_of_a_payout_are_a_question_until_the_provider_is_asked(shop: World) -> None:
    shop.fault("lost_callback", target="result")
    payout = pay(shop)
    there, before = door(shop, "result", payout), len(shop.ledger())
    for code, amount in ((0, "999.00"), (1, "500.00"), (0, "500.00"), (2001, "500.00"), (0, "1.00")):
        there.take(shop, result(code, amount, "UC2FRG0001"))
        door(shop, "timeout", payout).take(shop, result(code, amount, "UC2FRG0001"))
        assert shop.get(f"/v1/payouts/{payout}")["status"] == "review"
        assert payout in asked(shop)
        assert len(shop.ledger()) == before
    time_passes(shop, 2)
    (went,) = sent(shop)
    view = shop.get(f"/v1/payouts/{payout}")
    assert (view["status"], view["receipt"]) == ("succeeded", went.receipt)
    assert payout not in asked(shop)
    assert len(shop.ledger()) == before + 1
    assert shop.trial_balance() == {"KES": 0}
