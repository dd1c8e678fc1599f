"""Simulated Safaricom's STK: what it accepts, prompts, moves, answers and posts, over real HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from mpesa_mcp.helpers import parse_callback as judge
from mpesa_mcp.validation import validate

from local.safaricom import Merchant
from local.safaricom.ledger import org_balance, transactions
from local.safaricom.receipts import receipt_number
from local.safaricom.stk import PUSH, QUERY
from shared.core.clock import daraja_timestamp
from shared.payments.gateways.daraja.payloads import parse_stk_callback
from shared.payments.gateways.daraja.request import push_body
from tests.unit.local.safaricom_world import PHONE, START, World, world


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def body(w: World, **changes: Any) -> dict[str, Any]:
    return {**push_body(w.account(), w.request(), w.clock.now()), **changes}


def codes(w: World) -> list[str]:
    return [parse_stk_callback(raw).code for raw in w.receiver.bodies()]


# --- the token -------------------------------------------------------------------------------------------


def test_a_token_lasts_3599_seconds_told_as_text(w: World) -> None:
    url = f"{w.url}/oauth/v1/generate?grant_type=client_credentials"
    answer = requests.get(url, auth=(w.merchant.key, w.merchant.secret), timeout=5).json()
    assert answer["expires_in"] == "3599"
    assert len(answer["access_token"]) == 28


def test_a_new_token_kills_the_old_one(w: World) -> None:
    old, new = w.bearer(), w.bearer()
    refused = requests.post(w.url + PUSH, json=body(w), headers=old, timeout=5)
    assert (refused.status_code, refused.json()["errorCode"]) == (404, "404.001.03")
    assert requests.post(w.url + PUSH, json=body(w), headers=new, timeout=5).status_code == 200


def test_a_token_ends(w: World) -> None:
    headers = w.bearer()
    w.clock.advance(3600)
    refused = requests.post(w.url + PUSH, json=body(w), headers=headers, timeout=5)
    assert refused.json()["errorCode"] == "404.001.03"


@pytest.mark.parametrize(
    ("query", "auth", "code"),
    [
        ("grant_type=password", ("demo-consumer-key", "demo-consumer-secret"), "400.008.02"),
        ("grant_type=client_credentials", None, "400.008.01"),
        ("grant_type=client_credentials", ("demo-consumer-key", "wrong"), None),
    ],
)
def test_wrong_ways_to_ask_for_a_token(
    w: World, query: str, auth: tuple[str, str] | None, code: str | None
) -> None:
    answer = requests.get(f"{w.url}/oauth/v1/generate?{query}", auth=auth, timeout=5)
    assert answer.status_code == 400
    assert (answer.json()["errorCode"] if code else answer.content) == (code or b"")


# --- what a push must be ---------------------------------------------------------------------------------


def test_our_own_body_is_correct_for_an_outside_validator(w: World) -> None:
    public = body(w, CallBackURL="https://pay.example.co.ke/ipn/stk/b/a/0f")
    assert validate("stk", public) == []


BAD_FIELDS = [
    ("Amount", 0),
    ("Amount", -5),
    ("Amount", 250_001),
    ("Amount", 1.5),
    ("Amount", "abc"),
    ("Amount", True),
    ("Amount", None),
    ("PhoneNumber", "0712345678"),
    ("PhoneNumber", "254812345678"),
    ("PartyA", ""),
    ("TransactionType", "CustomerPayBill"),
    ("AccountReference", "1234567890123"),
    ("AccountReference", ""),
    ("TransactionDesc", "12345678901234"),
    ("CallBackURL", "http://pay.example.co.ke/ipn"),
    ("CallBackURL", "https://pay.example.co.ke/Mpesa"),
    ("CallBackURL", ""),
    ("BusinessShortCode", "12"),
    ("Password", ""),
    ("Timestamp", "2026-03-01"),
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_wrong_field_is_named_and_nobody_is_prompted(w: World, field: str, value: Any) -> None:
    answer = w.post(PUSH, body(w, **{field: value}))
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "400.002.02"
    assert answer.json()["errorMessage"] == f"Bad Request - Invalid {field}"
    assert w.safaricom.sim.state.all("push") == []


def test_an_utc_timestamp_is_stale(w: World) -> None:
    stamp = w.clock.now().strftime("%Y%m%d%H%M%S")
    password = base64.b64encode(f"{w.merchant.shortcode}{w.merchant.passkey}{stamp}".encode()).decode()
    answer = w.post(PUSH, body(w, Timestamp=stamp, Password=password))
    assert answer.json()["errorMessage"] == "Bad Request - Invalid Timestamp"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Password": base64.b64encode(b"174379wrong").decode()}, "Wrong credentials"),
        ({"BusinessShortCode": 600000}, "Merchant does not exist"),
    ],
)
def test_wrong_credentials_come_under_the_overloaded_code(
    w: World, changes: dict[str, Any], message: str
) -> None:
    answer = w.post(PUSH, body(w, **changes))
    assert (answer.status_code, answer.json()["errorCode"]) == (500, "500.001.1001")
    assert answer.json()["errorMessage"] == message


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(w: World, raw: bytes) -> None:
    answer = requests.post(w.url + PUSH, data=raw, headers=w.bearer(), timeout=5)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "400.002.05")


def test_wrong_paths_and_methods_have_their_codes(w: World) -> None:
    assert w.post("/mpesa/stkpush/v9/processrequest", {}).json()["errorCode"] == "404.001.01"
    assert requests.get(w.url + PUSH, timeout=5).json()["errorCode"] == "405.001"


def test_a_wrong_receiver_ends_in_2028_without_a_prompt(w: World) -> None:
    assert w.post(PUSH, body(w, PartyB=600111)).json()["ResponseCode"] == "0"
    w.deliver()
    assert codes(w) == ["2028"]
    assert w.safaricom.sim.account(PHONE).prompts == []


# --- what happens to a prompt ----------------------------------------------------------------------------


def test_a_payment_moves_money_once_and_says_so_exactly(w: World) -> None:
    checkout = w.pay(amount=250)
    (paid,) = transactions(w.safaricom.sim)
    assert (paid.amount_cents, paid.phone, paid.reference) == (25_000, PHONE, "INV12")
    assert org_balance(w.safaricom.sim, w.merchant.shortcode) == 25_000
    account = w.safaricom.sim.account(PHONE)
    assert account.balance_cents == 100_000_00 - 25_000
    assert account.texts[0].startswith(f"{paid.receipt} Confirmed. Ksh250.00 sent to HESABU DEMO")
    (post,) = w.receiver.posts
    assert post.headers["BusinessShortCode"] == w.merchant.shortcode
    assert post.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert b'"Value":250.00}' in post.body
    read = judge(json.loads(post.body))
    assert (read["success"], read["receipt"], read["amount"]) == (True, paid.receipt, 250.0)
    assert read["transaction_date"] == int(daraja_timestamp(START))
    assert read["phone"] == int(PHONE)
    assert read["checkout_request_id"] == checkout


def test_ids_have_their_documented_forms(w: World) -> None:
    answers = [w.post(PUSH, body(w)).json() for _ in range(8)]
    assert all(answer["CheckoutRequestID"].startswith("ws_CO_01032026130000") for answer in answers)
    assert len({answer["CheckoutRequestID"] for answer in answers}) == 8
    assert {len(answer["MerchantRequestID"].split("-")) for answer in answers} == {3, 4}


def test_two_identical_requests_give_two_prompts_and_the_second_payment_is_17(w: World) -> None:
    first, second = w.push(), w.push()
    assert first != second
    assert len(w.safaricom.sim.account(PHONE).prompts) == 2
    for checkout in (first, second):
        w.answer(checkout)
    w.deliver()
    assert codes(w) == ["0", "17"]
    w.clock.advance(121)
    w.pay()
    assert codes(w)[-1] == "0"
    assert len(transactions(w.safaricom.sim)) == 2


@pytest.mark.parametrize(
    ("balance", "amount", "code"),
    [(99_00, 100, "1"), (100_00, 100, "0"), (600_000_00, 250_000, "0")],
)
def test_the_balance_decides(w: World, balance: int, amount: int, code: str) -> None:
    account = w.safaricom.sim.account(PHONE)
    account.balance_cents = balance
    w.safaricom.sim.save_account(account)
    w.pay(amount=amount)
    assert codes(w) == [code]


def test_the_daily_limit(w: World) -> None:
    account = w.safaricom.sim.account(PHONE)
    account.balance_cents = 1_000_000_00
    w.safaricom.sim.save_account(account)
    for amount in (250_000, 249_999, 2):
        w.pay(amount=amount)
    assert codes(w) == ["0", "0", "4"]
    w.clock.advance(24 * 3600)
    w.pay(amount=2)
    assert codes(w)[-1] == "0"


def test_nobody_answers(w: World) -> None:
    checkout = w.push()
    w.answer(checkout, "ignore")
    w.deliver(59)
    assert codes(w) == []
    w.deliver(1)
    assert codes(w) == ["1037"]
    assert w.answer(checkout) is None
    assert transactions(w.safaricom.sim) == []


def test_a_prompt_is_answered_once(w: World) -> None:
    checkout = w.push()
    assert w.answer(checkout, "cancel") is not None
    assert w.answer(checkout) is None
    assert w.deliver(100) >= 1
    assert codes(w) == ["1032"]


@pytest.mark.parametrize(
    ("mode", "code"), [("pay", "0"), ("wrong_pin", "2001"), ("cancel", "1032"), ("ignore", "1037")]
)
def test_automatic_phones(mode: str, code: str) -> None:
    with world(answer_seconds=5, callback_seconds=2) as w:
        requests.put(w.url + "/control/mode", json={"mode": mode}, timeout=5)
        w.push()
        w.deliver(4)
        assert codes(w) == []
        w.deliver(60)
        w.deliver(2)
        assert codes(w) == [code]


def test_a_till_is_paid_as_buy_goods() -> None:
    with world(merchant=Merchant(shortcode="600999", till="5421890")) as w:
        w.register()
        w.pay()
        assert codes(w) == ["0"]
        twin = json.loads(w.receiver.bodies("/c2b/")[0])
        assert (twin["TransactionType"], twin["BusinessShortCode"]) == ("Buy Goods", "5421890")
        assert twin["BillRefNumber"] == ""


def test_the_query_tells_the_code_as_text(w: World) -> None:
    checkout = w.pay()
    signed = {k: v for k, v in body(w).items() if k in {"BusinessShortCode", "Password", "Timestamp"}}
    answer = w.post(QUERY, {**signed, "CheckoutRequestID": checkout}).json()
    assert (answer["ResultCode"], answer["ResponseCode"]) == ("0", "0")
    assert not {"Amount", "MpesaReceiptNumber"} & answer.keys()


# --- receipt numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "head"),
    [
        (datetime(2019, 12, 19, 7, tzinfo=UTC), "NLJ"),
        (datetime(2024, 7, 6, 19, tzinfo=UTC), "SG6"),
        (datetime(2023, 11, 21, 9, tzinfo=UTC), "RKL"),
        (datetime(2026, 10, 2, 11, tzinfo=UTC), "UJ2"),
        (datetime(2026, 3, 25, 21, 30, tzinfo=UTC), "UCQ"),  # half past midnight in Nairobi
    ],
)
def test_a_receipt_begins_with_the_nairobi_date(moment: datetime, head: str) -> None:
    assert receipt_number(moment, 1)[:3] == head


def test_receipts_are_unique_and_ten_long() -> None:
    made = {receipt_number(START, number) for number in range(1, 5001)}
    assert len(made) == 5000
    assert all(len(receipt) == 10 and receipt.isalnum() and receipt == receipt.upper() for receipt in made)
