"""QR, standing orders, Bill Manager and balance through simulated Safaricom, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import cv2
import numpy as np
import pytest
import requests
from mpesa_mcp.helpers import parse_callback as judge
from mpesa_mcp.validation import validate

from local.safaricom import Merchant
from local.safaricom.bills import find_bill
from local.safaricom.ledger import transactions
from local.safaricom.orders import day_of, orders
from shared.core.errors import Invalid
from shared.payments.gateways.daraja.balances import AccountBalance, read_balances
from shared.payments.gateways.daraja.notices import BillPayment, RatibaNotice, parse_callback
from shared.payments.gateways.daraja.payloads import parse_result
from shared.payments.gateways.daraja.products import (
    BILLS,
    FREQUENCIES,
    ORDER,
    QR,
    Bill,
    Speaks,
    StandingOrder,
    bill_answer,
    bill_body,
    bills_path,
    cancel_body,
    opt_in_body,
    order_answer,
    order_body,
    qr_answer,
    qr_body,
)
from shared.payments.gateways.port import Accepted, NoAnswer, Registered, Rejected, Unknown
from shared.payments.gateways.transport import HttpAnswer, NoHttpAnswer
from tests.unit.local.safaricom_world import PHONE, World, world

HTTPS = "https://pay.example.co.ke/ipn/order/x"


@pytest.fixture
def w() -> Iterator[World]:
    with world() as made:
        yield made


def order(w: World, **changes: Any) -> StandingOrder:
    url = f"{w.receiver.url}/ipn/order/x"
    made = StandingOrder(
        "Rent 12", PHONE, 50_000, "monthly", date(2026, 3, 5), date(2026, 6, 30), "HSE12", "Rent", url
    )
    return replace(made, **changes)


def bill(reference: str = "000013", **changes: Any) -> Bill:
    made = Bill(reference, "Jane", PHONE, 116_000, "Rent", "March 2026", date(2026, 3, 31))
    return replace(made, **changes)


def notices(w: World, part: str = "/ipn/order/") -> list[Any]:
    """What the business was posted, as the client reads it; the judge must read it, too."""
    for body in w.receiver.bodies(part):
        judge(json.loads(body))
    return [parse_callback(body) for body in w.receiver.bodies(part)]


@pytest.mark.parametrize("till", ["", "600111"])
def test_a_qr_can_be_scanned(till: str) -> None:
    with world(merchant=Merchant(till=till)) as w:
        gateway = w.gateway()
        assert isinstance(gateway, Speaks)
        body = qr_body(gateway.account, "Duka", "000013", 116_000)
        assert validate("qr", body) == []
        picture = qr_answer(gateway.call(QR, body))
        assert isinstance(picture, bytes)
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert read == f"{'BG|600111' if till else 'PB|174379'}|000013|1160|Duka"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HttpAnswer(200, {"ResponseCode": "00", "QRCode": "eA=="}), NoAnswer("no_picture")),
        (HttpAnswer(200, {"QRCode": 5}), NoAnswer("no_picture")),
        (HttpAnswer(500, {}), NoAnswer("http_500")),
        (HttpAnswer(400, {"errorCode": "400.002.02", "errorMessage": "no"}), Rejected("400.002.02", "no")),
        (NoHttpAnswer("ReadTimeout", True), NoAnswer("ReadTimeout")),
    ],
)
def test_what_is_no_picture(answer: HttpAnswer | NoHttpAnswer, expected: object) -> None:
    assert qr_answer(answer) == expected


@pytest.mark.parametrize("change", [("", 100, 300), ("A", 150, 300), ("A", 100, 5), ("A" * 21, 100, 300)])
def test_a_qr_that_daraja_would_refuse(w: World, change: tuple[str, int, int]) -> None:
    with pytest.raises(Invalid, match="refuse"):
        qr_body(w.account(), "Duka", *change)


def test_a_standing_order_is_approved_and_pays_on_its_days(w: World) -> None:
    body = order_body(w.account(), replace(order(w), callback_url=HTTPS))
    assert validate("ratiba", body) == []
    answer = order_answer(w.gateway().call(ORDER, order_body(w.account(), order(w))))
    assert isinstance(answer, Accepted)
    w.deliver()
    (approved,) = notices(w)
    assert (type(approved), approved.succeeded) == (RatibaNotice, True)
    assert transactions(w.safaricom.sim) == []
    for _ in range(130):
        w.deliver(86_400)
    paid = transactions(w.safaricom.sim)
    assert [t.at[:10] for t in paid] == ["2026-03-05", "2026-04-05", "2026-05-05", "2026-06-05"]
    assert {(t.amount_cents, t.reference) for t in paid} == {(50_000, "HSE12")}
    assert [n.values["TransactionID"][0] for n in notices(w)[1:]] == [t.receipt for t in paid]
    assert [one.status for one in orders(w.safaricom.sim)] == ["over"]


def test_an_instalment_that_the_payer_cannot_pay_is_told_in_upper_case(w: World) -> None:
    w.gateway().call(ORDER, order_body(w.account(), order(w)))
    w.deliver()
    requests.put(f"{w.url}/control/phones/{PHONE}", json={"balance_cents": 0}, timeout=5)
    for _ in range(5):
        w.deliver(86_400)
    assert b'"ResponseHeader"' in w.receiver.bodies("/ipn/order/")[-1]
    assert (notices(w)[-1].succeeded, notices(w)[-1].code) == (False, "1")
    assert transactions(w.safaricom.sim) == []


def test_a_payer_may_refuse_a_standing_order(w: World) -> None:
    requests.put(f"{w.url}/control/phones/{PHONE}", json={"mode": "cancel"}, timeout=5)
    w.gateway().call(ORDER, order_body(w.account(), order(w)))
    for _ in range(5):
        w.deliver(86_400)
    assert [notice.code for notice in notices(w)] == ["1032"]


def test_a_name_is_the_payers_once(w: World) -> None:
    w.gateway().call(ORDER, order_body(w.account(), order(w)))
    again = order_answer(w.gateway().call(ORDER, order_body(w.account(), order(w))))
    assert isinstance(again, Rejected)


def test_a_lost_answer_to_an_order_is_unknown_and_it_is_not_repeated(w: World) -> None:
    w.fault("broken_answer", route="order", mode="close")
    assert isinstance(order_answer(w.gateway().call(ORDER, order_body(w.account(), order(w)))), Unknown)
    assert orders(w.safaricom.sim) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "0712345678"}, "/phone"),
        ({"amount_cents": 150}, "/amount_cents"),
        ({"frequency": "hourly"}, "/frequency"),
        ({"ends": date(2026, 3, 4)}, "/ends"),
        ({"name": ""}, "/name"),
        ({"reference": "a b"}, "/reference"),
    ],
)
def test_an_order_that_daraja_would_refuse(w: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        order_body(w.account(), order(w, **change))
    assert [fault.pointer for fault in caught.value.errors] == [field]


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_every_frequency_has_its_days(w: World, frequency: str) -> None:
    body = order_body(
        w.account(), order(w, frequency=frequency, begins=date(2026, 1, 31), ends=date(2028, 1, 31))
    )
    days = [day.date().isoformat() for n in range(3) if (day := day_of(body, n))]
    expected = {
        "once": ["2026-01-31"],
        "daily": ["2026-01-31", "2026-02-01", "2026-02-02"],
        "weekly": ["2026-01-31", "2026-02-07", "2026-02-14"],
        "monthly": ["2026-01-31", "2026-02-28", "2026-03-31"],
        "every_two_months": ["2026-01-31", "2026-03-31", "2026-05-31"],
        "quarterly": ["2026-01-31", "2026-04-30", "2026-07-31"],
        "half_yearly": ["2026-01-31", "2026-07-31", "2027-01-31"],
        "yearly": ["2026-01-31", "2027-01-31", "2028-01-31"],
    }
    assert days == expected[frequency]


def opt_in(w: World) -> object:
    body = opt_in_body(w.account(), "a@example.com", PHONE, f"{w.receiver.url}/ipn/bill/x")
    return bill_answer(w.gateway().call(bills_path("optin"), body))


def pay_bill(w: World, reference: str) -> str:
    url = f"{w.url}/control/bills/{w.merchant.shortcode}/{reference}/pay"
    return str(requests.post(url, timeout=5).json()["said"])


def test_bills_are_sent_one_by_one_and_in_bulk_and_taken_back(w: World) -> None:
    gateway, single, bulk = w.gateway(), bills_path("single-invoicing"), bills_path("bulk-invoicing")
    assert isinstance(bill_answer(gateway.call(single, bill_body(bill()))), Rejected), "not opted in"
    assert opt_in(w) == Registered()
    assert bill_answer(gateway.call(single, bill_body(bill()))) == Registered()
    assert bill_answer(gateway.call(bulk, [bill_body(bill(f"00{n}")) for n in range(3)])) == Registered()
    assert bill_answer(gateway.call(bills_path("cancel-single-invoice"), cancel_body("000"))) == Registered()
    bills = [cancel_body("001"), cancel_body("002")]
    assert bill_answer(gateway.call(bills_path("cancel-bulk-invoices"), bills)) == Registered()
    assert isinstance(bill_answer(gateway.call(bills_path("cancel-bulk-invoices"), bills)), Rejected)
    found = find_bill(w.safaricom.sim, w.merchant.shortcode, "000013")
    assert found is not None
    assert (found.phone, found.amount_cents, found.status) == (PHONE, 116_000, "open")


@pytest.mark.parametrize(("answer", "pushes"), [(b'{"resmsg":"Success","rescode":"200"}', 1), (b"{}", 5)])
def test_a_paid_bill_is_pushed_until_it_is_taken_five_times_at_most(
    w: World, answer: bytes, pushes: int
) -> None:
    opt_in(w)
    w.gateway().call(bills_path("single-invoicing"), bill_body(bill()))
    w.receiver.answer = answer
    receipt = pay_bill(w, "000013")
    for _ in range(8):
        w.deliver(60)
    told = notices(w, "/ipn/bill/")
    assert len(told) == pushes
    assert all(isinstance(one, BillPayment) for one in told)
    assert (told[0].receipt, told[0].amount_cents, told[0].account) == (receipt, 116_000, "000013")
    assert pay_bill(w, "000013") == "no open bill"
    assert len(transactions(w.safaricom.sim)) == 1


@pytest.mark.parametrize("change", [{"phone": ""}, {"amount_cents": 0}, {"reference": ""}])
def test_a_bill_that_would_be_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        bill_body(bill(**change))


def test_amounts_of_bills_are_rounded_up_to_shillings_and_phones_are_local() -> None:
    body = bill_body(bill(amount_cents=116_001))
    assert (body["amount"], body["billedPhoneNumber"]) == ("1161", "0712345678")


def test_unknown_bill_products_do_not_exist(w: World) -> None:
    assert isinstance(bill_answer(w.gateway().call(f"{BILLS}/anything", {})), Rejected)


def test_the_balance_is_what_the_ledger_holds(w: World) -> None:
    w.hold(1234)
    urls = w.payout()
    assert isinstance(w.gateway().ask_balance(urls.result_url, urls.timeout_url), Accepted)
    w.deliver()
    (post,) = [post for post in w.receiver.posts if post.path.endswith("/balance")]
    result = parse_result(post.body)
    assert judge(json.loads(post.body))["balances"][2]["available"] == 1234.0
    utility = AccountBalance("Utility Account", "KES", 123_400, 123_400, 0, 0)
    assert utility in read_balances(result)
    assert b'"ResultCode":"0"' in post.body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Charges Paid Account|KES|-1540.00|-1540.00|0.00|0.00", -154_000),
        ("A|KES|1|1|0|0&", 100),
        ("", None),
        ("A|KES|1|1|0", None),
        ("A|KES|1|1|0|0|9", None),
        ("A|KES|one|1|0|0", None),
        ("A|KES|1|1|0|0&B", None),
        ("&".join(["A|KES|1|1|0|0"] * 51), None),
    ],
)
def test_balances_are_read_whole_or_not_at_all(text: str, expected: int | None) -> None:
    told = [{"Key": "AccountBalance", "Value": text}]
    body = {"Result": {"ResultCode": "0", "ResultParameters": {"ResultParameter": told}}}
    result = parse_result(json.dumps(body).encode())
    if expected is None:
        with pytest.raises(Invalid):
            read_balances(result)
    else:
        assert read_balances(result)[0].current_cents == expected
