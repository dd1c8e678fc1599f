"""The shortcode over HTTP, from the request to what Safaricom calls back, in one running system."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from local.safaricom.bills import find_bill
from local.safaricom.orders import orders
from tests.e2e.world import BUSINESS, PAYBILL, World, furnish, running

ORDER = {
    "name": "Rent 12",
    "phone": "0712 345 678",
    "amount_cents": 50_000,
    "frequency": "daily",
    "begins": "2026-03-03",
    "ends": "2026-03-04",
    "reference": "HSE12",
}


@pytest.fixture
def duka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("shortcode")) as world:
        yield furnish(world)


def refused(world: World, path: str, body: Any, status: int, code: str) -> None:
    headers = {**world.bearer(), "Idempotency-Key": "refused"}
    answer = world.http.post(world.system.url + path, json=body, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_balance_comes_a_moment_later(duka: World) -> None:
    duka.pay_by_hand(1234, "x")
    assert duka.get("/v1/shortcode")["mine"] is True
    asked = duka.post("/v1/shortcode/balance", expect=202)
    assert asked["status"] == "asked"
    duka.advance(15)
    told = duka.get(f"/v1/shortcode/balance/{asked['id']}")
    assert (told["status"], told["code"]) == ("told", "0")
    held = {row["name"]: row["available_cents"] for row in told["accounts"]}
    assert held["Utility Account"] == 123_400


@pytest.mark.parametrize(
    ("fault", "status"), [("queue_timeout", "unknown"), ("request_fails", "failed"), ("lost_ack", "told")]
)
def test_a_balance_that_is_not_told_says_so(duka: World, fault: str, status: str) -> None:
    duka.fault(fault, route="balance", times=None if fault == "lost_ack" else 1)
    asked = duka.post("/v1/shortcode/balance", expect=202)
    duka.advance(15)
    assert duka.get(f"/v1/shortcode/balance/{asked['id']}")["status"] == status


def test_a_qr_of_an_invoice_can_be_scanned(duka: World) -> None:
    made = duka.post("/v1/shortcode/qr", {"invoice_id": duka.invoice_id}, expect=200)
    picture = np.frombuffer(base64.b64decode(made["png"]), np.uint8)
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(picture, cv2.IMREAD_GRAYSCALE))
    assert read == f"PB|{PAYBILL}|{made['reference']}|1160|Duka la Juma"
    duka.pay_by_hand(1160, made["reference"], "254733000000")
    duka.advance(60)
    assert duka.doc("invoices", duka.invoice_id)["status"] == "paid"
    refused(duka, "/v1/shortcode/qr", {"invoice_id": duka.invoice_id}, 409, "invoice_not_open")
    refused(duka, "/v1/shortcode/qr", {"amount_cents": 100}, 422, "qr_invalid")


def test_a_standing_order_is_asked_for_once_and_its_payments_are_booked(duka: World) -> None:
    made = duka.post("/v1/shortcode/standing-orders", ORDER, key="once")
    assert duka.post("/v1/shortcode/standing-orders", ORDER, key="once")["id"] == made["id"]
    assert len(orders(duka.system.safaricom.sim)) == 1
    assert made["phone"] == "2547*****678"
    duka.advance(15)
    assert duka.get(f"/v1/shortcode/standing-orders/{made['id']}")["status"] == "active"
    for _ in range(3):
        duka.clock.advance(86_400)
        duka.advance(60)
    told = duka.get(f"/v1/shortcode/standing-orders/{made['id']}")
    receipts = [payment.receipt for payment in duka.true_ledger()]
    assert (told["payments"], len(receipts)) == (2, 2)
    assert [line["receipt"] for line in told["history"]] == ["", *receipts]
    booked = {doc.data["receipt"]: doc.data["status"] for doc in duka.docs("payments", "paid_at")}
    assert booked == dict.fromkeys(receipts, "settled")
    past = {**ORDER, "name": "Old", "begins": "2026-03-01"}
    refused(duka, "/v1/shortcode/standing-orders", past, 409, "standing_order_past")


def test_a_lost_answer_to_a_standing_order_is_resolved_by_its_notice(duka: World) -> None:
    duka.fault("broken_answer", route="order", mode="close")
    made = duka.post("/v1/shortcode/standing-orders", ORDER)
    assert made["status"] == "unknown"
    assert orders(duka.system.safaricom.sim) == []


def test_an_order_whose_acknowledgement_is_lost_is_known_by_its_notice_and_asked_for_once(
    duka: World,
) -> None:
    duka.fault("lost_ack", route="order", mode="close")
    made = duka.post("/v1/shortcode/standing-orders", ORDER, key="once")
    assert (
        duka.post("/v1/shortcode/standing-orders", ORDER, key="once")["status"] == made["status"] == "unknown"
    )
    duka.advance(15)
    assert duka.get(f"/v1/shortcode/standing-orders/{made['id']}")["status"] == "active"
    assert len(orders(duka.system.safaricom.sim)) == 1


def test_an_order_that_nobody_tells_of_is_put_to_a_person(duka: World) -> None:
    duka.fault("broken_answer", route="order", mode="close")
    made = duka.post("/v1/shortcode/standing-orders", ORDER)
    path = f"/v1/shortcode/standing-orders/{made['id']}"
    refused(duka, f"{path}/decide", {"active": True, "note": "too early"}, 409, "order_decided")
    duka.clock.advance(3600)
    duka.advance(300)
    assert [one["id"] for one in duka.get("/v1/shortcode/standing-orders?status=review")["data"]] == [
        made["id"]
    ]
    (question,) = duka.get("/v1/review")["data"]
    assert (question["kind"], question["subject_id"]) == ("standing_order", made["id"])
    said = {"active": False, "note": "the payer was never asked"}
    assert duka.post(f"{path}/decide", said, expect=200)["status"] == "refused"
    assert duka.get("/v1/review")["data"] == []
    assert orders(duka.system.safaricom.sim) == []


def test_orders_and_bills_are_listed_page_by_page(duka: World) -> None:
    made = [
        duka.post("/v1/shortcode/standing-orders", {**ORDER, "name": f"Rent {n}"}, key=f"n{n}")["id"]
        for n in range(3)
    ]
    duka.post("/v1/shortcode/bill-manager", expect=200)
    invoices = [duka.invoice_id, duka.invoice(50_000)]
    duka.post("/v1/shortcode/bills", {"invoice_ids": invoices}, expect=200)
    duka.post(f"/v1/shortcode/bills/{invoices[1]}/cancel", expect=200)
    for path, name, known in (("standing-orders", "id", made), ("bills", "invoice_id", invoices)):
        first = duka.get(f"/v1/shortcode/{path}?limit={len(known) - 1}")
        rest = duka.get(f"/v1/shortcode/{path}?limit=2&cursor={first['next_cursor']}")
        assert sorted(one[name] for one in first["data"] + rest["data"]) == sorted(known)
        assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [one["status"] for one in duka.get("/v1/shortcode/bills?status=cancelled")["data"]] == [
        "cancelled"
    ]


def test_bills_are_sent_paid_pushed_and_booked_once(duka: World) -> None:
    second = duka.invoice(50_000)
    refused(duka, "/v1/shortcode/bills", {"invoice_ids": [duka.invoice_id]}, 422, "provider_refuses")
    duka.post("/v1/shortcode/bill-manager", expect=200)
    body = {"invoice_ids": [duka.invoice_id, second]}
    sent = duka.post("/v1/shortcode/bills", body, expect=200)["data"]
    assert [bill["amount_cents"] for bill in sent] == [116_000, 50_000]
    cancelled = duka.post(f"/v1/shortcode/bills/{second}/cancel", expect=200)
    assert cancelled["status"] == "cancelled"
    kept = find_bill(duka.system.safaricom.sim, PAYBILL, sent[1]["number"])
    assert kept is not None
    assert kept.status == "cancelled"
    pay = f"{duka.system.url}/safaricom/control/bills/{PAYBILL}/{sent[0]['number']}/pay"
    receipt = requests.post(pay, timeout=20).json()["said"]
    duka.advance(400)
    (payment,) = duka.docs("payments", "paid_at")
    assert (payment.data["receipt"], payment.data["status"]) == (receipt, "settled")
    assert duka.doc("invoices", duka.invoice_id)["status"] == "paid"
    assert duka.trial_balance() == {"KES": 0}
    refused(duka, "/v1/shortcode/bills", {"invoice_ids": []}, 422, "body_invalid")


def test_a_business_without_the_shortcode_is_refused(duka: World) -> None:
    duka.business = "biz_other"
    duka.system.app.store.put("biz_other", _profile(), {"name": "x", "shortcode": PAYBILL})
    for path, body in (("balance", None), ("bill-manager", None), ("standing-orders", ORDER)):
        refused(duka, f"/v1/shortcode/{path}", body, 409, "shortcode_not_served")
    assert duka.business != BUSINESS


def _profile() -> Any:
    from shared.payments.places import PROFILE

    return PROFILE
