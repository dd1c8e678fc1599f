"""The review queue, batches, figures and history on every store: their queries and their order."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from shared.matching.manual import confirm, set_aside
from shared.matching.queue import ReviewArgs, waiting
from shared.matching.reconcile import reconcile_payment
from shared.matching.retell import decided_again, same
from shared.store import Store
from tests.unit.matching.matching_client import Client
from tests.unit.matching.matching_world import EMPLOYER, NAMES, WANJIKU, Shop, own


@pytest.fixture
def shop(store: Store) -> Shop:
    shop = Shop(store, f"biz_{uuid.uuid4().hex[:12]}")
    for who in NAMES:
        shop.customer(who)
    return shop


def asked(shop: Shop, *payments: str) -> None:
    for payment in payments:
        reconcile_payment(shop, shop.business, payment)


def queue(shop: Shop, **wanted: Any) -> list[str]:
    args = ReviewArgs(**wanted)
    found: list[str] = []
    while True:
        page = waiting(shop.store, shop.business, args)
        found += [doc.data["subject_id"] for doc in page.docs]
        if page.next is None:
            return found
        args = args.model_copy(update={"cursor": page.next})


def test_questions_come_in_their_order_page_by_page(shop: Shop) -> None:
    cents = (30_000, 10_000, 20_000)
    small_first = [shop.payment(f"SJ{n}", one, **EMPLOYER) for n, one in enumerate(cents)]
    asked(shop, *small_first)
    dear_first = [small_first[n] for n in (0, 2, 1)]
    for limit in (1, 2, 50):
        assert queue(shop, limit=limit) == dear_first
    assert queue(shop, limit=1, most_cents=20_000) == dear_first[1:]
    assert sorted(queue(shop, sort="newest", limit=2)) == sorted(small_first)
    shop.run(lambda tx: set_aside(tx, dear_first[0], actor="usr_1"))
    assert (queue(shop), queue(shop, status="done")) == (dear_first[1:], dear_first[:1])


def test_a_batch_takes_proven_money_only_the_oldest_first_and_figures_agree(shop: Shop) -> None:
    shop.payment("SJ1", 1_000, status="claimed", paid_at="2026-02-01T10:00:00.000Z", **EMPLOYER)
    late = shop.payment("SJ2", 5_000, paid_at="2026-03-03T10:00:00.000Z", **EMPLOYER)
    early = shop.payment("SJ3", 7_000, status="partially_refunded", **EMPLOYER)
    client = Client(shop)
    _, before = client("GET", "/v1/reconciliation-status")
    assert (before["states"][0]["count"], before["states"][0]["cents"]) == (2, 12_000)
    assert before["oldest_waiting"] == "2026-03-01T10:00:00.000Z"
    _, done = client("POST", "/v1/reconcile", {})
    assert [item["payment_id"] for item in done["items"]] == [early, late]
    _, after = client("GET", "/v1/reconciliation-status")
    assert (after["states"][0]["count"], after["oldest_waiting"]) == (0, None)


def test_what_was_decided_is_listed_in_order_and_retold(shop: Shop) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    shown = {"payer_masked": "2547*****678", "payer_name": "GRACE"}
    payment = shop.payment("SJ1", 20_000, **shown)
    asked(shop, payment)
    shop.run(lambda tx: confirm(tx, payment, 0, actor="usr_1"))
    client = Client(shop)
    _, history = client("GET", f"/v1/matches/{payment}/history")
    assert [step["what"] for step in history["data"]] == ["decided", "confirmed"]
    made = shop.doc("decisions", history["data"][0]["id"])
    assert same(made, decided_again(made)), "no store changes a case that it keeps"
    named = shop.payment("SJ2", 77_000, reference="", **own(WANJIKU))
    asked(shop, named)
    _, told = client("GET", f"/v1/matches/{named}/explanation")
    assert (told["same"], told["stored"]["decision"]) == (True, "auto")
