"""C2B at simulated Safaricom: registration, the STK twin, validation before and confirmation after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from mpesa_mcp.helpers import parse_callback as judge
from mpesa_mcp.validation import validate

from local.safaricom.c2b_notices import registered
from local.safaricom.ledger import transactions
from shared.payments.gateways.daraja.payloads import parse_c2b, parse_stk_callback
from shared.payments.gateways.port import HintKind
from tests.unit.local.safaricom_world import PHONE, World, world

REGISTER = "/mpesa/c2b/v2/registerurl"


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def simulate(w: World, version: str = "v2", **changes: Any) -> requests.Response:
    body = {
        "ShortCode": w.merchant.shortcode,
        "CommandID": "CustomerPayBillOnline",
        "Amount": 450,
        "Msisdn": PHONE,
        "BillRefNumber": "INV77",
    }
    assert validate("c2b_simulate", body) == []
    return w.post(f"/mpesa/c2b/{version}/simulate", {**body, **changes})


def turn_validation_on(w: World) -> None:
    url = f"{w.url}/control/validation/{w.merchant.shortcode}"
    assert requests.put(url, json={"on": True}, timeout=5).status_code == 200


def notices(w: World, part: str = "/c2b/confirmation") -> list[dict[str, Any]]:
    return [json.loads(raw) for raw in w.receiver.bodies(part)]


def test_registration_answers_with_safaricoms_own_spelling(w: World) -> None:
    answer = w.register().json()
    assert answer["ResponseCode"] == "0"
    assert "OriginatorCoversationID" in answer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ResponseType", "completed"),
        ("ConfirmationURL", "https://pay.example.co.ke/mpesa/confirm"),
        ("ConfirmationURL", "https://pay.example.co.ke/EXECute"),
        ("ValidationURL", "http://pay.example.co.ke/v"),
        ("ShortCode", "600000"),
    ],
)
def test_registration_refuses(w: World, field: str, value: str) -> None:
    body = {
        "ShortCode": w.merchant.shortcode,
        "ResponseType": "Completed",
        "ConfirmationURL": "https://pay.example.co.ke/c",
        "ValidationURL": "https://pay.example.co.ke/v",
    }
    answer = w.post(REGISTER, {**body, field: value})
    assert answer.json()["errorMessage"] == f"Bad Request - Invalid {field}"
    assert registered(w.safaricom.sim, w.merchant.shortcode) is None


def test_production_registers_once() -> None:
    with world(one_time_urls=True) as w:
        assert w.register().status_code == 200
        again = w.register()
        assert (again.status_code, again.json()["errorCode"]) == (500, "500.003.1001")


def test_an_stk_payment_is_announced_twice_with_one_receipt(w: World) -> None:
    w.register()
    w.pay(amount=450)
    stk, twin = parse_stk_callback(w.receiver.posts[0].body), parse_c2b(w.receiver.posts[1].body)
    assert (stk.receipt, stk.amount_cents) == (twin.receipt, twin.amount_cents)
    assert twin.bill_ref == "INV12"
    assert twin.at == stk.at
    assert len(transactions(w.safaricom.sim)) == 1


def test_no_twin_without_registration_or_without_payment(w: World) -> None:
    w.pay()
    w.register()
    w.answer(w.push(amount=9), "cancel")
    w.deliver()
    assert notices(w) == []


@pytest.mark.parametrize(("version", "kind"), [("v1", HintKind.HASH), ("v2", HintKind.MASKED)])
def test_the_payer_is_hidden_as_the_version_says(w: World, version: str, kind: HintKind) -> None:
    w.register(version)
    assert simulate(w, version).json()["ResponseCode"] == "0"
    w.deliver()
    (raw,) = w.receiver.bodies("/c2b/confirmation")
    notice = parse_c2b(raw)
    payer = notice.evidence().payer
    assert payer.kind is kind
    assert PHONE not in raw.decode()
    if version == "v1":
        assert payer.value == hashlib.sha256(PHONE.encode()).hexdigest()
    assert payer.name == {"v1": "JANE WANJIKU KAMAU", "v2": "JANE"}[version]
    assert (notice.amount_cents, notice.bill_ref, notice.kind) == (450_00, "INV77", "Pay Bill")
    read = judge(json.loads(raw))
    assert (read["transaction_id"], read["amount"]) == (notice.receipt, 450.0)


@pytest.mark.parametrize(
    "changes",
    [{"Amount": 0}, {"Amount": "x"}, {"CommandID": "Pay"}, {"Msisdn": "123"}, {"ShortCode": "1"}],
)
def test_simulation_refuses(w: World, changes: dict[str, Any]) -> None:
    w.register()
    assert simulate(w, **changes).status_code == 400
    w.deliver()
    assert transactions(w.safaricom.sim) == []


def test_validation_comes_first_and_its_id_is_echoed(w: World) -> None:
    w.register()
    turn_validation_on(w)
    w.receiver.answer = b'{"ResultCode":"0","ResultDesc":"Accepted","ThirdPartyTransID":"inv-77"}'
    simulate(w)
    assert transactions(w.safaricom.sim) == []
    w.deliver()
    (asked,), (told,) = notices(w, "/c2b/validation"), notices(w)
    assert asked["TransID"] == told["TransID"]
    assert (asked["OrgAccountBalance"], told["OrgAccountBalance"]) == ("", "450.00")
    assert told["ThirdPartyTransID"] == "inv-77"


@pytest.mark.parametrize("answer", [b'{"ResultCode":"C2B00012"}', b'{"ResultCode":1}'])
def test_a_rejected_payment_moves_nothing(w: World, answer: bytes) -> None:
    w.register()
    turn_validation_on(w)
    w.receiver.answer = answer
    simulate(w)
    w.deliver()
    assert (notices(w), transactions(w.safaricom.sim)) == ([], [])
    assert "not accepted" in w.safaricom.sim.account(PHONE).texts[0]


@pytest.mark.parametrize(("response_type", "payments"), [("Completed", 1), ("Cancelled", 0)])
@pytest.mark.parametrize(("status", "answer"), [(500, b""), (200, b"not json"), (200, b"[]")])
def test_without_a_verdict_the_response_type_decides(
    w: World, response_type: str, payments: int, status: int, answer: bytes
) -> None:
    w.register(response_type=response_type)
    turn_validation_on(w)
    w.receiver.status, w.receiver.answer = status, answer
    simulate(w)
    w.deliver()
    assert len(transactions(w.safaricom.sim)) == payments


def test_a_customer_may_pay_the_same_amount_twice(w: World) -> None:
    w.register()
    simulate(w)
    simulate(w)
    w.deliver()
    assert len({notice["TransID"] for notice in notices(w)}) == 2


def test_a_customer_without_money_pays_nothing(w: World) -> None:
    w.register()
    requests.put(f"{w.url}/control/phones/{PHONE}", json={"balance_cents": 100}, timeout=5)
    simulate(w)
    w.deliver()
    assert (notices(w), transactions(w.safaricom.sim)) == ([], [])
