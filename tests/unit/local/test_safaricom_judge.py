"""Every STK and C2B body that simulated Safaricom can make, and every row it lists, beside an outside parser.

The parser is that of PyPI ``mpesa-daraja-mcp`` (MIT). It knows no answers of Pull Transactions: a listed row
is compared with what it reads in the notice of the same money.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from mpesa_mcp.helpers import normalize_phone, parse_callback

from local.safaricom.model import Push, Transaction
from local.safaricom.payloads import DESCRIPTIONS, c2b_notice, c2b_question, stk_callback
from local.safaricom.receipts import receipt_number
from shared.core.clock import EAT, daraja_timestamp, parse_rfc3339, rfc3339
from shared.core.phone import fits_mask, parse_phone, phone_hash
from shared.payments.gateways.daraja.notices import PullPage
from shared.payments.gateways.daraja.notices import parse_callback as parse_ours
from shared.payments.gateways.daraja.payloads import parse_c2b, parse_stk_callback
from tests.unit.local.safaricom_world import START, world

MOMENTS = st.integers(0, 10**9).map(
    lambda s: rfc3339(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
)
PHONES = st.from_regex(r"254[17][0-9]{8}", fullmatch=True)
CENTS = st.integers(1, 250_000).map(lambda shillings: shillings * 100)
NAMES = st.sampled_from(["", "JANE", "JANE WANJIKU", "JANE WANJIKU KAMAU", "JANE O'NEIL ÅSE EXTRA", "ŊARI"])
REFERENCES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
RECEIPTS = st.builds(
    lambda at, number: receipt_number(parse_rfc3339(at), number), MOMENTS, st.integers(0, 36**7 - 1)
)


@settings(max_examples=50)
@given(
    phone=PHONES, cents=CENTS, done=MOMENTS, receipt=RECEIPTS, reference=REFERENCES,
    code=st.sampled_from(sorted(DESCRIPTIONS)), number=st.integers(0, 10**9),
)  # fmt: skip
def test_every_stk_callback(
    *, phone: str, cents: int, done: str, receipt: str, reference: str, code: str, number: int
) -> None:
    checkout = f"ws_CO_{daraja_timestamp(parse_rfc3339(done))}{number}"
    push = Push(
        checkout, f"29115-{number}-1", "174379", "174379", phone, cents, reference, "Invoice",
        "https://pay.example.co.ke/ipn/stk/x", done, receipt=receipt if code == "0" else None, done_at=done,
    )  # fmt: skip
    raw = stk_callback(push, code)
    theirs, ours = parse_callback(json.loads(raw)), parse_stk_callback(raw)
    assert (theirs["kind"], theirs["success"], str(theirs["result_code"])) == ("stk", code == "0", ours.code)
    assert (theirs["checkout_request_id"], theirs["merchant_request_id"]) == (
        ours.checkout_request_id, ours.merchant_request_id
    )  # fmt: skip
    assert theirs["result_desc"] == ours.description
    if code != "0":
        assert [theirs[name] for name in ("amount", "receipt", "phone", "transaction_date")] == [None] * 4
        assert (ours.amount_cents, ours.receipt, ours.at) == (None, None, None)
        return
    assert (theirs["receipt"], str(theirs["phone"])) == (ours.receipt, ours.phone) == (receipt, phone)
    assert Decimal(str(theirs["amount"])) * 100 == ours.amount_cents == cents
    assert normalize_phone(theirs["phone"]) == parse_phone(ours.phone)
    assert ours.at is not None
    assert str(theirs["transaction_date"]) == daraja_timestamp(ours.at)


@settings(max_examples=50)
@given(
    phone=PHONES, cents=CENTS, at=MOMENTS, receipt=RECEIPTS, reference=REFERENCES, name=NAMES,
    version=st.sampled_from(["v1", "v2"]), goods=st.booleans(), asked=st.booleans(),
)  # fmt: skip
def test_every_paybill_and_till_notice_and_the_question_before_it(
    *, phone: str, cents: int, at: str, receipt: str, reference: str, name: str, version: str, goods: bool,
    asked: bool,
) -> None:  # fmt: skip
    paid = Transaction(receipt, at, phone, "174379", "174379", cents, reference, "c2b", name, 10 * cents)
    raw = c2b_question(paid.fact(), version, goods) if asked else c2b_notice(paid, version, goods)
    theirs, ours = parse_callback(json.loads(raw)), parse_c2b(raw)
    assert parse_ours(raw) == ours
    assert (theirs["kind"], theirs["transaction_id"], theirs["transaction_type"]) == (
        "c2b", ours.receipt, ours.kind
    )  # fmt: skip
    assert round(theirs["amount"] * 100) == ours.amount_cents == cents
    assert theirs["shortcode"] == ours.shortcode == "174379"
    assert theirs["bill_ref"].strip() == ours.bill_ref == ("" if goods else reference.strip())
    assert theirs["first_name"] == ours.first_name
    assert theirs["msisdn"] == ours.msisdn
    assert ours.at is not None
    assert theirs["time"] == daraja_timestamp(ours.at)
    hidden = ours.evidence().payer.value
    assert hidden == phone_hash(phone) if version == "v1" else fits_mask(hidden, phone)


def test_what_is_listed_is_what_was_announced() -> None:
    with world() as w:
        w.register()
        register = {
            "ShortCode": w.merchant.shortcode,
            "RequestType": "Pull",
            "NominatedNumber": "254700000001",
        }
        register["CallBackURL"] = "https://pay.example.co.ke/ipn/pull"
        assert w.post("/pulltransactions/v1/register", register).json()["ResponseStatus"] == "1000"
        for number, amount in enumerate((1, 450, 999, 70_000)):
            w.pay(amount=amount, attempt=f"att_{number}")
            w.clock.advance(121)
        window = [(START + timedelta(hours=h)).astimezone(EAT).strftime("%Y-%m-%d %H:%M:%S") for h in (-1, 9)]
        asked = {"ShortCode": w.merchant.shortcode, "StartDate": window[0], "EndDate": window[1]}
        raw = w.post("/pulltransactions/v1/query", {**asked, "OffSetValue": "0"}).content
        announced = [parse_callback(json.loads(body)) for body in w.receiver.bodies("/c2b/confirmation")]
    page = parse_ours(raw)
    assert isinstance(page, PullPage)
    rows = [(row.receipt, row.amount_cents, row.account, row.at) for row in page.rows]
    assert [(receipt, cents, account) for receipt, cents, account, _ in rows] == [
        (theirs["transaction_id"], round(theirs["amount"] * 100), theirs["bill_ref"]) for theirs in announced
    ]
    assert [daraja_timestamp(at) for *_, at in rows if at] == [theirs["time"] for theirs in announced]
    assert len(rows) == 4
