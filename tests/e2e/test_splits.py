"""One payment for several invoices, several payments for one, and what is over: through the whole system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.e2e.world import World, furnish, running

OTHER = "254722000333"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("splits")) as started:
        yield furnish(started)


def invoice(world: World, invoice_id: str) -> dict[str, Any]:
    return world.get(f"/v1/invoices/{invoice_id}")


def left(world: World, *invoice_ids: str) -> list[int]:
    return [invoice(world, one)["balance_cents"] for one in invoice_ids]


def test_a_person_splits_one_payment_over_invoices_of_two_customers(world: World) -> None:
    other = world.customer("Peter Otieno", OTHER)
    mine, second, theirs = world.invoice(), world.invoice(50_000), world.invoice(80_000, other)
    world.pay_by_hand(2_500, "malipo ya chama", "254799123456")
    world.advance(120)
    (payment,) = world.get("/v1/payments")["data"]
    assert payment["unallocated_cents"] == 250_000
    path = f"/v1/matches/{payment['id']}"
    links = [
        {"invoice_id": mine, "cents": 116_000},
        {"invoice_id": second, "cents": 50_000},
        {"invoice_id": theirs, "cents": 30_000},
    ]
    for _ in range(2):
        world.post(path, {"links": links}, key="split", expect=200)
    assert left(world, mine, second, theirs) == [0, 0, 50_000]
    (payment,) = world.get("/v1/payments")["data"]
    assert (payment["allocated_cents"], payment["unallocated_cents"]) == (196_000, 54_000)
    assert payment["customer_id"] == "", "of two customers nobody's credit"
    world.post(path, {"links": [{"invoice_id": theirs, "cents": 50_000}]}, expect=200)
    assert left(world, theirs) == [0]
    world.post(f"{path}/undo", {"invoice_id": second}, expect=200)
    assert left(world, mine, second, theirs) == [0, 50_000, 0]
    assert world.trial_balance() == {"KES": 0}
    world.post(path, {"links": [{"invoice_id": second, "cents": 54_001}]}, expect=409)
    world.post(path, {"links": [{"invoice_id": second, "cents": 50_001}]}, expect=409)
    assert left(world, second) == [50_000]


def test_several_payments_under_one_link_pay_one_invoice_in_its_parts(world: World) -> None:
    world.phone("pay")
    bill = world.invoice(116_000)
    parts = [("2026-03-31", 40_000), ("2026-04-30", 40_000), ("2026-05-31", 36_000)]
    plan = {"parts": [{"due_date": day, "amount_cents": cents} for day, cents in parts]}
    world.post(f"/v1/invoices/{bill}/instalments", plan, expect=200)
    link = world.post("/v1/payment-links", {"invoice_id": bill, "uses": "many"})
    seen = []
    for _ in parts:
        page = requests.get(f"{link['url']}?lang=en", timeout=20).text
        seen.append(re.findall(r"<strong>(KES [\d,.]+)</strong>", page))
        form = {"form": re.findall(r'name="form" value="(\w+)"', page)[0], "phone": "0712345678"}
        sent = requests.post(link["url"], data=form, timeout=20, allow_redirects=False)
        assert sent.status_code == 303, sent.text
        world.advance(180)
    assert seen == [["KES 400.00"], ["KES 400.00"], ["KES 360.00"]]
    told = invoice(world, bill)
    assert (told["status"], told["balance_cents"], told["due_date"]) == ("paid", 0, "2026-05-31")
    assert [part["balance_cents"] for part in told["instalments"]] == [0, 0, 0]
    payments = world.get("/v1/payments")["data"]
    assert sorted(payment["allocated_cents"] for payment in payments) == [36_000, 40_000, 40_000]
    assert world.trial_balance() == {"KES": 0}


def test_what_is_over_is_the_customers_credit(world: World) -> None:
    number = invoice(world, world.invoice_id)["number"]
    world.pay_by_hand(2_000, number)
    world.advance(120)
    assert invoice(world, world.invoice_id)["status"] == "paid"
    assert world.get(f"/v1/customers/{world.customer_id}")["credit_cents"] == 84_000
    assert world.trial_balance() == {"KES": 0}
