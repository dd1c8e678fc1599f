"""Matching over HTTP: read a decision, correct it, undo it, work the review queue."""

from __future__ import annotations

from typing import Any

import pytest
from matching_client import Client
from matching_world import EMPLOYER, WANJIKU, Shop, own

from shared.matching import reconcile_payment


@pytest.fixture
def client(shop: Shop) -> Client:
    return Client(shop)


@pytest.fixture
def asked(shop: Shop) -> str:
    """A payment of somebody unknown that waits for a person, beside two open invoices."""
    shop.invoice("inv_1", WANJIKU, 40_000)
    shop.invoice("inv_2", WANJIKU, 70_000)
    payment = shop.payment("SJA1", 100_000, reference="FEES", **EMPLOYER)
    reconcile_payment(shop, shop.business, payment)
    return payment


BOTH = {"links": [{"invoice_id": "inv_1", "cents": 40_000}, {"invoice_id": "inv_2", "cents": 60_000}]}


def test_a_match_shows_its_decision_reasons_and_candidates(shop: Shop, client: Client) -> None:
    number = shop.invoice("inv_1", WANJIKU, 97_000)
    payment = shop.payment("SJA1", 97_000, reference=number, **own(WANJIKU))
    reconcile_payment(shop, shop.business, payment)
    status, found = client("GET", f"/v1/matches/{payment}")
    assert (status, found["object"], found["state"], found["customer_id"]) == (200, "match", "auto", WANJIKU)
    assert found["links"] == [{"invoice_id": "inv_1", "number": number, "cents": 97_000, "writeoff_cents": 0}]
    assert found["decision"]["confidence_milli"] >= 985
    assert found["decision"]["reasons"][0]["text"] == f"the reference names invoice {number}"
    assert found["decision"]["candidates"][0]["links"][0]["invoice_id"] == "inv_1"


def test_from_the_queue_to_a_split_by_hand_and_back(shop: Shop, client: Client, asked: str) -> None:
    _, queue = client("GET", "/v1/review")
    assert [(item["subject_id"], item["reasons"]) for item in queue["data"]] == [(asked, ["stranger"])]
    status, made = client("POST", f"/v1/matches/{asked}", BOTH)
    assert (status, made["state"], made["unallocated_cents"]) == (200, "manual", 0)
    assert client("GET", "/v1/review")[1]["data"] == []
    assert len(client("GET", "/v1/review?status=done")[1]["data"]) == 1
    assert client("GET", f"/v1/matches/{asked}")[1]["decision"]["actor"] == "usr_1"
    status, undone = client("POST", f"/v1/matches/{asked}/undo", {"invoice_id": "inv_2"})
    assert (status, undone["state"], undone["unallocated_cents"]) == (200, "review", 60_000)
    assert [link["invoice_id"] for link in undone["links"]] == ["inv_1"]
    status, undone = client("POST", f"/v1/matches/{asked}/undo", {})
    assert (status, undone["unallocated_cents"], undone["customer_id"]) == (200, 100_000, "")
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 40_000
    assert [item["reasons"] for item in client("GET", "/v1/review")[1]["data"]] == [["undone"]]


def test_money_may_stay_on_a_customers_account(shop: Shop, client: Client, asked: str) -> None:
    status, made = client("POST", f"/v1/matches/{asked}", {"customer_id": WANJIKU})
    assert (status, made["state"], made["links"]) == (200, "manual", [])
    assert shop.doc("customers", WANJIKU)["credit_cents"] == 100_000


def test_money_that_is_not_ours_is_set_aside_and_holds_nobody(shop: Shop, client: Client) -> None:
    shop.invoice("inv_1", WANJIKU, 97_000)
    shown = {"payer_masked": "2547*****678", "payer_name": "GRACE"}
    question = shop.payment("SJA1", 20_000, **shown)
    reconcile_payment(shop, shop.business, question)
    assert shop.find("holds", WANJIKU) is not None
    status, found = client("POST", f"/v1/matches/{question}/none")
    assert (status, found["state"], found["unallocated_cents"]) == (200, "none", 20_000)
    assert shop.find("holds", WANJIKU) is None
    assert client("GET", "/v1/review")[1]["data"] == []
    client("POST", f"/v1/matches/{question}", {"links": [{"invoice_id": "inv_1", "cents": 20_000}]})
    assert client("POST", f"/v1/matches/{question}/none")[1]["code"] == "already_allocated"


def test_a_repeated_key_answers_the_same_and_matches_once(shop: Shop, client: Client, asked: str) -> None:
    first = client("POST", f"/v1/matches/{asked}", BOTH, key="same")
    assert client("POST", f"/v1/matches/{asked}", BOTH, key="same") == first
    assert shop.doc("invoices", "inv_2")["balance_cents"] == 10_000
    status, problem = client("POST", f"/v1/matches/{asked}", {"customer_id": WANJIKU}, key="same")
    assert (status, problem["code"]) == (422, "idempotency_mismatch")


def test_lists_are_filtered_by_state(shop: Shop, client: Client, asked: str) -> None:
    assert [m["payment_id"] for m in client("GET", "/v1/matches?state=none")[1]["data"]] == [asked]
    assert client("GET", "/v1/matches?state=auto")[1]["data"] == []
    assert len(client("GET", "/v1/matches")[1]["data"]) == 1
    assert client("GET", "/v1/matches?state=perhaps")[0] == 422


WRONG: list[tuple[Any, int, str]] = [
    ({}, 422, "customer_required"),
    ({"links": [{"invoice_id": "inv_9", "cents": 100}]}, 404, "not_found"),
    ({"links": [{"invoice_id": "inv_1", "cents": 40_001}]}, 409, "invoice_closed"),
    ({"links": [{"invoice_id": "inv_1", "cents": 0}]}, 422, "body_invalid"),
    ({"links": [{"invoice_id": "inv_1", "cents": "100"}]}, 422, "body_invalid"),
    ({"links": [{"invoice_id": "../x", "cents": 100}]}, 422, "body_invalid"),
    ({"links": [{"invoice_id": "inv_1", "cents": 100}] * 2}, 422, "links_invalid"),
    ({"customer_id": WANJIKU, "hint": "hello"}, 422, "body_invalid"),
    ({"customer_id": "cus_nobody"}, 404, "not_found"),
    ([], 422, "body_invalid"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_wrong_matches_are_refused_whole(
    shop: Shop, client: Client, asked: str, wrong: tuple[Any, int, str]
) -> None:
    body, status, code = wrong
    before = shop.doc("payments", asked)
    got, problem = client("POST", f"/v1/matches/{asked}", body)
    assert (got, problem["code"]) == (status, code)
    assert shop.doc("payments", asked) == before
    assert shop.doc("invoices", "inv_1")["balance_cents"] == 40_000


def test_nothing_to_undo_is_refused(client: Client, asked: str) -> None:
    assert client("POST", f"/v1/matches/{asked}/undo", {})[0] == 409
    assert client("POST", f"/v1/matches/{asked}/undo", {"invoice_id": "inv_1"})[0] == 404


@pytest.mark.parametrize("role", ["cashier", "viewer", "service"])
def test_only_managers_say_what_money_is_for(shop: Shop, asked: str, role: str) -> None:
    assert Client(shop, role)("POST", f"/v1/matches/{asked}", BOTH)[0] == 403
    assert Client(shop, role)("POST", f"/v1/matches/{asked}/undo", {})[0] == 403
    assert Client(shop, role)("GET", "/v1/review")[0] == 200


def test_another_business_sees_nothing(shop: Shop, asked: str) -> None:
    outside = Client(shop, business="biz_other")
    assert outside("GET", f"/v1/matches/{asked}")[0] == 404
    assert outside("POST", f"/v1/matches/{asked}", BOTH)[0] == 404
    assert outside("POST", f"/v1/matches/{asked}/undo", {})[0] == 404
    assert outside("POST", f"/v1/matches/{asked}/none")[0] == 404
    assert outside("GET", "/v1/matches")[1]["data"] == outside("GET", "/v1/review")[1]["data"] == []
