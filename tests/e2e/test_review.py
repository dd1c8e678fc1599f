"""Questions about payments through the whole system: ordered, looked at, confirmed, undone, explained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.world import World, furnish, running

STRANGER, OTHER = "254799123456", "254722000333"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("review")) as started:
        yield furnish(started)


def put_rules(world: World, role: str = "owner", **rules: Any) -> tuple[int, dict[str, Any]]:
    body = {"posting": True, "note": "as the test wants", **rules}
    url = f"{world.system.url}/v1/matching-rules"
    answer = world.http.put(url, json=body, headers=world.bearer(role), timeout=20)
    return answer.status_code, answer.json()


def states(world: World) -> dict[str, int]:
    told = world.get("/v1/reconciliation-status")["states"]
    return {one["state"]: one["count"] for one in told if one["count"]}


def owed(world: World, invoice: str) -> int:
    return int(world.get(f"/v1/invoices/{invoice}")["balance_cents"])


def test_a_business_that_posts_nothing_unasked_confirms_in_one_go(world: World) -> None:
    assert put_rules(world, "accountant")[0] == 403
    assert put_rules(world, posting=False)[0] == 200
    second = world.invoice(50_000, world.customer("Peter Otieno", OTHER))
    numbers = [world.get(f"/v1/invoices/{one}")["number"] for one in (world.invoice_id, second)]
    world.pay_by_hand(1_160, numbers[0])
    world.pay_by_hand(500, numbers[1], OTHER)
    world.pay_by_hand(9_000, "malipo", STRANGER)
    world.advance(120)
    assert (states(world), owed(world, second)) == ({"review": 2, "none": 1}, 50_000)
    queue = world.get("/v1/review?kind=payment")["data"]
    assert [item["value_cents"] for item in queue] == [116_000, 900_000, 50_000], (
        "dear and likely before large"
    )
    assert world.get("/v1/review?reason=posting_off&least_cents=100000")["data"] == queue[:1]
    seen = world.post("/v1/review/preview", {}, expect=200)
    looks = [{"payment_id": one["payment_id"], "look": one["look"]} for one in seen["items"]]
    assert (len(looks), seen["total_cents"]) == (2, 166_000)
    for codes in (["", ""], ["confirmed_before"] * 2):
        done = world.post("/v1/review/confirm", {"items": looks}, expect=200)
        assert (done["confirmed"], [item["code"] for item in done["items"]]) == (2, codes)
    world.advance(30)
    assert (owed(world, world.invoice_id), owed(world, second)) == (0, 0)
    assert states(world) == {"manual": 2, "none": 1}
    assert world.trial_balance() == {"KES": 0}
    first = f"/v1/matches/{looks[0]['payment_id']}"
    world.post(f"{first}/undo", {"note": "too fast"}, expect=200)
    told = world.get(f"{first}/history")["data"]
    assert [(step["what"], step["by"]) for step in told] == [
        ("decided", "engine"),
        ("confirmed", "usr_juma"),
        ("undone", "usr_juma"),
    ]
    assert [told[-1]["note"], told[0]["links"][0]["cents"]] == ["too fast", 116_000]
    decided = world.get(f"{first}/explanation?decision_id={told[0]['id']}")
    assert (decided["same"], decided["stored"]["decision"]) == (True, "review")
    assert world.trial_balance() == {"KES": 0}


def test_a_payment_that_waited_for_an_answer_is_posted_when_it_is_given(world: World) -> None:
    """A question about a customer holds their unnamed money up; the answer lets the engine post it."""
    second = world.invoice(33_000)
    assert put_rules(world, most_cents=40_000)[0] == 200
    world.pay_by_hand(500, "part", world.payer)
    world.advance(60)
    (question,) = world.get("/v1/review")["data"]
    world.pay_by_hand(330, "asante", world.payer)
    world.advance(60)
    assert states(world) == {"review": 2}
    trial = world.post("/v1/match-payment", {"payment_id": question["subject_id"]}, expect=200)
    assert trial["decision"] == "review"
    world.post(f"/v1/matches/{question['subject_id']}/none", expect=200)
    world.advance(30)
    assert states(world) == {"auto": 1, "none": 1}
    assert owed(world, second) == 0
    assert world.get("/v1/review?reason=held")["data"] == []
    assert world.post("/v1/reconcile", {}, expect=200) == {
        "object": "reconciliation",
        "items": [],
        "more": False,
    }
    assert world.trial_balance() == {"KES": 0}
