"""Airtel's callback: what is believed of it, what is refused, and that its address leads to one business."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.letters import refused_letters, republish
from shared.core.errors import Invalid, NotFound, TooLarge
from shared.events import SYSTEM
from shared.payments.airtel_notices import callback_address, receive
from shared.payments.consumer import settle_consumer
from shared.payments.gateways.airtel.callback import parse_callback, payment_named_in
from shared.payments.gateways.daraja.urls import callback_token
from shared.payments.gateways.port import Accepted, Outcome, QueryAnswer
from shared.payments.requests import asked_by, remember_request
from shared.payments.settlement import process_callback
from shared.payments.sweep import sweep
from shared.store import Key
from tests.unit.payments.airtel_world import world
from tests.unit.payments.collecting import Desk, Provider, evidence

KEY = "a-private-key"
RECEIPT = "MP260302.1000.C00001"


def body(code: str = "TS", id_: str = "att1a2b", receipt: str = RECEIPT, **more: Any) -> bytes:
    transaction = {"id": id_, "message": "said", "status_code": code, "airtel_money_id": receipt}
    return json.dumps({"transaction": transaction, **more}).encode()


def hashed(signed: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def test_without_a_key_nothing_in_it_is_believed() -> None:
    for code in ("TS", "TF", "", "XX"):
        told = parse_callback(body(code), "")
        assert (told.outcome, told.receipt, told.request_id) == (Outcome.PENDING, None, "att1a2b")
    told = parse_callback(body(hash="bm90IGNoZWNrZWQ="), "")
    assert told.outcome is Outcome.PENDING


def test_both_forms_of_the_hash_are_taken_and_then_success_is_a_claim() -> None:
    transaction = json.loads(body())["transaction"]
    spaced = json.dumps(transaction).encode()  # as it stands in a body that is written with spaces
    for form in (compact(transaction), compact({"transaction": transaction}), spaced):
        told = parse_callback(body(hash=hashed(form)), KEY)
        assert (told.outcome, told.receipt, told.amount_cents) == (Outcome.SUCCESS, RECEIPT, None)


def test_a_failure_is_never_taken_from_a_callback() -> None:
    failed = json.loads(body("TF", receipt=""))["transaction"]
    told = parse_callback(body("TF", receipt="", hash=hashed(compact(failed))), KEY)
    assert told.outcome is Outcome.PENDING


@pytest.mark.parametrize(
    "given_hash",
    [None, "", "AAAA", hashed(b"{}"), hashed(compact(json.loads(body())["transaction"]), "another-key"), 7],
)
def test_with_a_key_a_missing_or_wrong_hash_is_refused(given_hash: object) -> None:
    raw = body() if given_hash is None else body(hash=given_hash)
    with pytest.raises(Invalid) as refused:
        parse_callback(raw, KEY)
    assert refused.value.code == "signature_invalid"


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"transaction":[]}', b'{"transaction":{"id":"../x"}}', b"\xff", b"{" * 9000]
)
def test_other_shapes_are_refused_with_a_code(raw: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        parse_callback(raw, "")
    assert refused.value.code in {"callback_invalid", "json_invalid"}
    assert payment_named_in(raw) == ""


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_body_breaks_the_parser(raw: bytes) -> None:
    assert payment_named_in(raw) == "" or payment_named_in(raw).isalnum()
    with suppress(Invalid, TooLarge):
        parse_callback(raw, KEY)


def test_simulated_airtel_signs_what_we_check() -> None:
    with world(callback_key=KEY) as w:
        id_ = w.pay()
        told = w.gateway().parse("airtel", {}, w.callbacks()[0])
        assert (told.outcome, told.request_id, told.receipt) == (Outcome.SUCCESS, id_, w.truth().money_id)
        for fault in ("wrong_hash", "no_hash"):
            w.fault(fault)
            w.pay(attempt=f"att_{len(w.callbacks())}9")
            with pytest.raises(Invalid, match="hash"):
                w.gateway().parse("airtel", {}, w.callbacks()[-1])


# --- the one address
@pytest.fixture
def airtel(desk: Desk) -> Provider:
    """The desk with Airtel beside M-Pesa."""
    desk.airtel = made = Provider("airtel", names="air", to_push=Accepted("airx"))
    made.parse = lambda route, headers, raw: parse_callback(raw, "")  # type: ignore[method-assign]
    return made


def post(desk: Desk, raw: bytes, token: str = "") -> None:
    secret = desk.settings.callback_secret.get_secret_value()
    receive(desk, token or callback_token(secret, "airtel"), raw, {})


def ask(desk: Desk) -> tuple[str, str]:
    """An attempt by Airtel: its id, and the id that Airtel knows it by."""
    attempt = desk.ask(phone="254733000111")
    return attempt, desk.doc("attempts", attempt)["request_id"]


def kept(desk: Desk, business: str = "biz_1") -> list[str]:
    events = [e for e in desk.bus.events if e["type"] == "callback.received.v1" and e["business"] == business]
    return [event["data"]["evidence_id"] for event in events]


def test_the_payment_is_known_to_be_ours_before_airtel_hears_of_it(desk: Desk, airtel: Provider) -> None:
    seen: list[object] = []
    airtel.initiate = lambda request: (  # type: ignore[method-assign]
        seen.append(asked_by(desk.store, "airtel", airtel.known_as(request.attempt_id))),
        Accepted("x"),
    )[1]
    attempt, _ = ask(desk)
    assert seen == [("biz_1", attempt)]


def test_a_callback_is_kept_for_the_business_that_asked_and_makes_us_enquire(
    desk: Desk, airtel: Provider
) -> None:
    attempt, known_as = ask(desk)
    airtel.to_query = QueryAnswer(
        evidence("query", provider="airtel", receipt=RECEIPT, request_id=known_as, code="0", failure="")
    )
    raw = body(id_=known_as.replace("_", ""))
    remember_request(desk.store, "airtel", known_as.replace("_", ""), "biz_1", attempt)
    post(desk, raw)
    post(desk, raw)
    assert len(kept(desk)) == 1, "the same body is the same evidence"
    airtel.asked.clear()
    process_callback(desk, "biz_1", kept(desk)[0])
    assert airtel.asked == [known_as]
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    (payment,) = desk.docs("payments", "paid_at")
    assert [line["kind"] for line in payment["evidence"]] == ["query"], "the callback itself proves nothing"


def test_what_names_no_payment_of_ours_is_kept_apart_and_ends_as_a_dead_letter(
    desk: Desk, airtel: Provider
) -> None:
    ask(desk)
    for raw in (body(id_="att999"), b"not json", b""):
        post(desk, raw)
    assert kept(desk) == []
    letters = kept(desk, SYSTEM)
    assert len(letters) == 3
    for letter in letters:
        with pytest.raises((NotFound, Invalid)):
            process_callback(desk, SYSTEM, letter)


def test_a_wrong_token_keeps_nothing(desk: Desk, airtel: Provider) -> None:
    for token in ("0" * 64, callback_token("c" * 32, "stk"), "é"):
        with pytest.raises(NotFound):
            post(desk, body(), token)
    assert not desk.bus.events


def test_the_address_for_the_portal_is_this_one(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"public_url": "https://pay.example.co.ke"})
    token = callback_token("c" * 32, "airtel")
    assert callback_address(desk.settings) == f"https://pay.example.co.ke/ipn/airtel/{token}"


def test_a_failed_attempt_is_asked_about_again_when_airtel_hints_at_something(
    desk: Desk, airtel: Provider
) -> None:
    """A callback after our enquiry found a failure: only a new enquiry can tell what it means."""
    attempt, known_as = ask(desk)
    failed = evidence("query", "1032", provider="airtel", request_id=known_as)
    airtel.to_query = QueryAnswer(failed)
    remember_request(desk.store, "airtel", "attx", "biz_1", attempt)
    post(desk, body("TF", id_="attx"))
    process_callback(desk, "biz_1", kept(desk)[0])
    assert desk.doc("attempts", attempt)["status"] == "failed"
    paid = replace(failed, outcome=Outcome.SUCCESS, code="TS", receipt=RECEIPT, failure="")
    airtel.to_query = QueryAnswer(paid)
    post(desk, body("TS", id_="attx"))
    process_callback(desk, "biz_1", kept(desk)[1])
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert desk.store.get("biz_1", Key("money", f"airtel-{RECEIPT}")) is not None


def settle(desk: Desk) -> None:
    """Deliver what the bus has, as the settle function gets it."""
    events, desk.bus.events = desk.bus.events, []
    for event in events:
        settle_consumer.handle(desk, event)  # type: ignore[arg-type]


def letters(desk: Desk) -> list[tuple[str, str, str]]:
    found = refused_letters(desk.store, ["biz_1"])
    return [(letter.business, letter.type, letter.reason) for letter in found]


@pytest.mark.parametrize(
    ("raw", "names"), [(body(id_="att999"), "att999"), (b"not json", "no payment"), (b"", "no payment")]
)
def test_what_is_nobodys_is_listed_with_what_it_names(
    desk: Desk, airtel: Provider, raw: bytes, names: str
) -> None:
    post(desk, raw)
    settle(desk)
    why = f"payment_unknown: the callback names {names}: not ours"
    assert letters(desk) == [(SYSTEM, "callback.received.v1", why)]


def test_what_was_nobodys_goes_to_its_business_when_it_is_sent_again(desk: Desk, airtel: Provider) -> None:
    attempt, known_as = ask(desk)
    airtel.to_query = QueryAnswer(
        evidence("query", provider="airtel", receipt=RECEIPT, request_id=known_as, code="0", failure="")
    )
    post(desk, body(id_="attlost"))
    settle(desk)
    assert kept(desk) == []
    remember_request(desk.store, "airtel", "attlost", "biz_1", attempt)
    assert republish(desk.store, desk.bus, ["biz_1"]) == 1
    settle(desk)
    assert len(kept(desk)) == 1
    settle(desk)
    assert desk.doc("attempts", attempt)["status"] == "succeeded"
    assert letters(desk) == []


def test_a_callback_of_nobody_is_relayed_when_the_bus_was_down(desk: Desk, airtel: Provider) -> None:
    desk.bus.down = True
    post(desk, body(id_="att999"))
    desk.bus.down = False
    desk.clock.advance(60)
    assert sweep(desk).relayed == 1  # type: ignore[arg-type]
    settle(desk)
    assert [business for business, _, _ in letters(desk)] == [SYSTEM]
