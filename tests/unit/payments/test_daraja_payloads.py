"""Daraja's documented payloads read as documented, and hostile ones are refused clearly."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mpesa_mcp.helpers import parse_callback as judge

from shared.core.errors import HesabuError, Invalid, TooLarge
from shared.payments.gateways.daraja.notices import (
    AsyncResult,
    B2bExpressNotice,
    BillPayment,
    C2bNotice,
    PullPage,
    RatibaNotice,
    StkCallback,
    parse_callback,
)
from shared.payments.gateways.daraja.payloads import parse_c2b, parse_result, parse_stk_callback
from shared.payments.gateways.port import HintKind, Outcome

EVENTS = Path(__file__).parents[2] / "events"
OFFICIAL = {
    "stk_success": StkCallback,
    "stk_success_balance_without_value": StkCallback,
    "stk_cancelled": StkCallback,
    "c2b_validation_paybill": C2bNotice,
    "c2b_confirmation_paybill_v1_hashed": C2bNotice,
    "c2b_confirmation_till_v2_masked": C2bNotice,
    "b2c_success": AsyncResult,
    "b2c_failed": AsyncResult,
    "transaction_status_success": AsyncResult,
    "reversal_success": AsyncResult,
    "reversal_unknown_id": AsyncResult,
    "account_balance": AsyncResult,
    "tax_remittance_success": AsyncResult,
    "ratiba_success": RatibaNotice,
    "ratiba_failed": RatibaNotice,
}
BESIDE = {
    "bill_manager_payment": BillPayment,
    "b2b_express_cancelled": B2bExpressNotice,
    "pull_page": PullPage,
    "pull_page_empty": PullPage,
}


def raw(name: str) -> bytes:
    return (EVENTS / f"{name}.json").read_bytes()


def test_there_are_fifteen_official_shapes_and_every_file_is_tested() -> None:
    assert len(OFFICIAL) == 15
    assert {path.stem for path in EVENTS.glob("*.json")} >= OFFICIAL.keys() | BESIDE.keys()


@pytest.mark.parametrize(("name", "model"), [*OFFICIAL.items(), *BESIDE.items()])
def test_every_shape_is_recognised(name: str, model: type) -> None:
    assert type(parse_callback(raw(name))) is model


@pytest.mark.parametrize("name", [*OFFICIAL, "bill_manager_payment", "b2b_express_cancelled"])
def test_an_outside_parser_reads_the_same_code_and_receipt(name: str) -> None:
    theirs, ours = judge(json.loads(raw(name))), parse_callback(raw(name))
    code = getattr(ours, "code", "0")
    assert str(theirs.get("result_code", "0")) == code
    if theirs["kind"] in {"stk", "c2b"}:
        assert (theirs.get("receipt") or theirs.get("transaction_id")) == ours.receipt


def test_stk_success() -> None:
    callback = parse_stk_callback(raw("stk_success"))
    assert callback.amount_cents == 100
    assert callback.at == datetime(2019, 12, 19, 7, 21, 15, tzinfo=UTC)
    proof = callback.evidence()
    assert (proof.outcome, proof.receipt, proof.kind) == (Outcome.SUCCESS, "NLJ7RT61SV", "callback")
    assert (proof.payer.kind, proof.payer.value) == (HintKind.PHONE, "254708374149")


def test_stk_balance_without_value_loses_nothing() -> None:
    callback = parse_stk_callback(raw("stk_success_balance_without_value"))
    assert (callback.amount_cents, callback.receipt) == (125000, "UJ22T8IYOU")


def test_stk_failure_carries_no_money() -> None:
    proof = parse_stk_callback(raw("stk_cancelled")).evidence()
    assert (proof.outcome, proof.code) == (Outcome.FAILED_RETRYABLE, "1032")
    assert proof.receipt is None
    assert proof.amount_cents is None


def test_c2b_hash_is_the_sha256_of_the_number() -> None:
    notice = parse_c2b(raw("c2b_confirmation_paybill_v1_hashed"))
    payer = notice.evidence().payer
    assert (payer.kind, payer.value) == (HintKind.HASH, hashlib.sha256(b"254705912645").hexdigest())
    assert payer.name == "NICHOLAS JOHN OTIENO"


def test_c2b_till_without_bill_reference() -> None:
    notice = parse_c2b(raw("c2b_confirmation_till_v2_masked"))
    assert (notice.bill_ref, notice.amount_cents, notice.shortcode) == ("", 1000, "5421890")
    assert notice.evidence().payer.kind is HintKind.MASKED


def test_result_keeps_repeated_and_empty_parameters() -> None:
    result = parse_result(raw("transaction_status_success"))
    assert result.parameters["DebitPartyName"] == ("600310 - Safaricom333",) * 2
    assert result.parameters["TransactionReason"] == ("",)
    assert result.value("TransactionStatus") == "Completed"


def test_result_codes_may_be_text() -> None:
    assert parse_result(raw("reversal_unknown_id")).code == "R000002"
    assert parse_result(raw("account_balance")).succeeded
    assert not parse_result(raw("b2c_failed")).succeeded


def test_a_bare_result_parameter_is_read() -> None:
    body = json.loads(raw("b2c_success"))
    body["Result"]["ResultParameters"]["ResultParameter"] = {"Key": "Amount", "Value": 10}
    assert parse_result(json.dumps(body).encode()).value("Amount") == "10"


def test_ratiba_in_either_case() -> None:
    good, bad = parse_callback(raw("ratiba_success")), parse_callback(raw("ratiba_failed"))
    assert isinstance(good, RatibaNotice)
    assert isinstance(bad, RatibaNotice)
    assert good.succeeded
    assert good.values["TransactionID"] == ("TK60708BHZ",)
    assert (bad.succeeded, bad.code) == (False, "1037")


def test_pull_pages() -> None:
    page, empty = parse_callback(raw("pull_page")), parse_callback(raw("pull_page_empty"))
    assert isinstance(page, PullPage)
    assert isinstance(empty, PullPage)
    proof = page.rows[0].evidence("600000")
    assert (proof.receipt, proof.amount_cents, proof.kind) == ("UCQ5UAQ403", 16800, "pull")
    assert empty.rows == ()


# --- hostile and odd input -------------------------------------------------------------------------------


def stk(items: Any = None, **changes: Any) -> bytes:
    body = json.loads(raw("stk_success"))
    callback = body["Body"]["stkCallback"]
    callback.update(changes)
    if items is not None:
        callback["CallbackMetadata"] = {"Item": items}
    return json.dumps(body).encode()


def item(name: str, value: Any) -> dict[str, Any]:
    return {"Name": name, "Value": value}


def test_string_codes_and_numbers_are_read_alike() -> None:
    assert parse_stk_callback(stk(ResultCode="0")).evidence().outcome is Outcome.SUCCESS
    assert parse_stk_callback(stk(ResultCode=4999)).evidence().outcome is Outcome.PENDING
    assert parse_stk_callback(stk(ResultCode="SFC_IC0003")).evidence().outcome is Outcome.CONFIG
    assert parse_stk_callback(stk(ResultCode=777)).evidence().outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("written", "cents"), [("1", 100), ("1.00", 100), ("1e2", 10_000), ('"1,250"', 125_000)]
)
def test_an_amount_is_read_exactly_however_it_is_written(written: str, cents: int) -> None:
    body = stk([item("Amount", "@"), item("MpesaReceiptNumber", "NLJ7RT61SV")]).replace(
        b'"@"', written.encode()
    )
    assert parse_stk_callback(body).amount_cents == cents


@pytest.mark.parametrize("items", [[], [item("Amount", 5)], [item("MpesaReceiptNumber", "NLJ7RT61SV")]])
def test_success_without_receipt_or_amount_is_no_success(items: list[Any]) -> None:
    assert parse_stk_callback(stk(items)).evidence().outcome is Outcome.UNKNOWN


def test_money_outside_of_the_metadata_is_not_believed() -> None:
    callback = parse_stk_callback(stk([], Amount=999, MpesaReceiptNumber="NLJ7RT61SV"))
    assert (callback.amount_cents, callback.receipt) == (None, None)


def test_the_same_item_twice_is_fine_and_contradicting_ones_are_not() -> None:
    twice = [item("Amount", 5), item("Amount", 5), item("MpesaReceiptNumber", "NLJ7RT61SV")]
    assert parse_stk_callback(stk(twice)).amount_cents == 500
    with pytest.raises(Invalid) as caught:
        parse_stk_callback(stk([item("Amount", 5), item("Amount", 500_000)]))
    assert caught.value.errors[0].pointer == "/Item/Amount"


@pytest.mark.parametrize(
    "changes",
    [
        {"ResultCode": None},
        {"ResultCode": True},
        {"ResultCode": [0]},
        {"ResultCode": {}},
        {"CheckoutRequestID": ""},
        {"CheckoutRequestID": {"$gt": ""}},
        {"items": "Amount"},
        {"items": [None]},
        {"items": [{"Value": 1}]},
        {"items": [item("Amount", -5)]},
        {"items": [item("Amount", [5])]},
        {"items": [item("Amount", "five")]},
        {"items": [item("Amount", "0.001")]},
        {"items": [item("Amount", 10**20)]},
        {"items": [item("Amount", "1e999999")]},
        {"items": [item("Amount", "NaN")]},
        {"items": [item("Amount", "Infinity")]},
        {"items": [item("TransactionDate", "00010101000000")]},
        {"items": [item("TransactionDate", "yesterday")]},
        {"items": [item("MpesaReceiptNumber", "'; DROP TABLE")]},
        {"items": [item("x", 1)] * 201},
    ],
)
def test_wrong_types_and_values_are_invalid(changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        parse_stk_callback(stk(**changes))
    assert caught.value.code == "callback_invalid"
    assert caught.value.errors


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TransAmount", "0.00"),
        ("TransAmount", "-5.00"),
        ("TransAmount", "1e999999"),
        ("TransAmount", None),
        ("TransAmount", {"a": 1}),
        ("TransID", ""),
        ("TransID", "a b"),
        ("TransID", ["RKL51ZDR4F"]),
        ("TransTime", "soon"),
        ("BusinessShortCode", ""),
        ("MSISDN", "x" * 1001),
    ],
)
def test_a_c2b_notice_without_money_or_receipt_is_invalid(name: str, value: Any) -> None:
    body = json.loads(raw("c2b_confirmation_till_v2_masked")) | {name: value}
    with pytest.raises(Invalid) as caught:
        parse_c2b(json.dumps(body).encode())
    assert caught.value.errors[0].pointer == f"/{name}"


def test_an_msisdn_of_no_known_form_identifies_nobody() -> None:
    body = json.loads(raw("c2b_confirmation_till_v2_masked")) | {"MSISDN": "0712345678x"}
    payer = parse_c2b(json.dumps(body).encode()).evidence().payer
    assert (payer.kind, payer.value, payer.name) == (None, "", "AMINA")


HOSTILE = {
    "nothing": b"",
    "truncated": raw("stk_success")[:150],
    "not an object": b"[1,2]",
    "a string": b'"Body"',
    "not UTF-8": b'{"Body": "\xff\xfe"}',
    "NaN": b'{"Body": NaN}',
    "infinity": b'{"TransID": "A", "TransAmount": -Infinity}',
    "repeated field": b'{"Body": {"stkCallback": {"ResultCode": 1, "ResultCode": 0}}}',
    "huge whole number": b'{"Body": ' + b"9" * 5000 + b"}",
    "huge fraction": b'{"Body": 0.' + b"9" * 5000 + b"}",
    "huge exponent": b'{"Body": 1e999999999}',
    "half a character": b'{"Body": "\\ud800"}',
    "deep lists": b'{"Body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 40 + b"1" + b"}" * 40,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        parse_callback(body)
    assert caught.value.code == "json_invalid"


def test_a_payload_over_one_mebibyte_is_too_large() -> None:
    exactly = b'{"Body":"' + b"x" * ((1 << 20) - 11) + b'"}'
    assert len(exactly) == 1 << 20
    with pytest.raises(Invalid, match="cannot be read"):
        parse_callback(exactly)
    with pytest.raises(TooLarge):
        parse_callback(exactly + b" ")


def test_an_unknown_shape_says_so() -> None:
    with pytest.raises(Invalid) as caught:
        parse_callback(b'{"hello": "world"}')
    assert caught.value.code == "callback_unknown"


_WORD = st.text("abc\x00\u00e9 1.", max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORD | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORD, inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["Body", "Result", "TransID", "TransAmount", "responseHeader", "paidAmount", "resultCode", "Response"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_KEYS, _JSON | st.fixed_dictionaries({"stkCallback": _JSON}), max_size=4))
def test_any_json_object_is_read_or_refused_with_a_reason(body: dict[str, Any]) -> None:
    assert read_or_refused(json.dumps(body).encode()) in {
        "read",
        "callback_invalid",
        "callback_unknown",
        "json_invalid",
    }


def read_or_refused(body: bytes) -> str:
    try:
        parse_callback(body)
    except HesabuError as refusal:
        return refusal.code
    return "read"


def test_the_table_of_shapes_names_every_official_file() -> None:
    table = (EVENTS / "README.md").read_text()
    assert [name for name in OFFICIAL if f"| {name} |" not in table] == []
