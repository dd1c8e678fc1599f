"""Everything that can happen to a collection over simulated Safaricom, as one table of exact endings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import requests
from mpesa_mcp.helpers import parse_callback as judge

from local.safaricom.callbacks import sent
from shared.payments.gateways.daraja.urls import callback_url
from tests.e2e.snapshot import Left, left_by
from tests.e2e.world import BUSINESS, PAYBILL, PHONE, World

CLEARING, SUSPENSE = f"clearing:mpesa:{PAYBILL}", "suspense:unmatched"
WIFE = "254722000111"

# --- endings that several rows share, spelled out once
BOOKED = {
    "pay-R1": {CLEARING: 116_000, SUSPENSE: -116_000},
    "alloc-mpesa-R1-1": {SUSPENSE: 116_000, "ar:INV": -116_000},
}
BOOKED_BY_REQUEST = {
    "pay-Q1": {CLEARING: 116_000, SUSPENSE: -116_000},
    "alloc-mpesa-Q1-1": {SUSPENSE: 116_000, "ar:INV": -116_000},
}
THANKED = [("payment.received", PHONE), ("payment.received", "wanjiku@example.com")]
TOLD_NOT_PAID = [("attempt.failed", PHONE)]
OWNER_ASKED = [("payment.review", "juma@duka.example")]
PAID = Left(
    attempts=[("succeeded", "")],
    payments=[("mpesa-R1/R1", "settled", "stk", "auto", 116_000, "callback query")],
    journal=BOOKED,
    invoice=("paid", 0),
    messages=THANKED,
)


def by(
    kinds: str, ids: str = "mpesa-R1/R1", channel: str = "stk"
) -> list[tuple[str, str, str, str, int, str]]:
    """The one settled and matched payment of KES 1,160, with the evidence that came for it."""
    return [(ids, "settled", channel, "auto", 116_000, kinds)]


PAID_AND_TWIN = replace(PAID, payments=by("callback query c2b"))
PAID_BY_QUERY = replace(PAID, payments=by("query", "mpesa-Q1/"), journal=BOOKED_BY_REQUEST)
PAID_BY_HAND = replace(PAID, payments=by("c2b pull", channel="paybill"))


def not_paid(why: str) -> Left:
    return Left(attempts=[("failed", why)], messages=TOLD_NOT_PAID)


def asked_owner(cents: int, kinds: str, why: str) -> Left:
    return Left(
        attempts=[("review", "")],
        payments=[("mpesa-R1/R1", "review", "stk", "waiting", cents, kinds)],
        messages=OWNER_ASKED,
        review=[("open", why)],
    )


# --- what is done
def collect(world: World, expect: int = 201, key: str = "", **changes: object) -> dict[str, object]:
    body = {"phone": PHONE, "invoice_id": world.invoice_id, **changes}
    return world.post("/v1/attempts", body, key=key, expect=expect)


def no_twin(world: World) -> None:
    world.fault("lost_callback", target="c2b", times=None)


def no_news(world: World) -> None:
    no_twin(world)
    world.fault("lost_callback", times=None)


def happy(world: World) -> None:
    no_twin(world)
    assert collect(world)["status"] == "pending"


def answered(mode: str) -> Callable[[World], None]:
    def act(world: World) -> None:
        world.phone(mode)
        collect(world)

    return act


def poor(world: World) -> None:
    world.phone("pay", balance_cents=115_900)
    collect(world)


def lost_callback(world: World) -> None:
    no_news(world)
    collect(world)


def lost_ack(mode: str) -> Callable[[World], None]:
    def act(world: World) -> None:
        no_twin(world)
        world.fault("lost_ack", mode=mode)
        assert collect(world)["status"] == "submit_unknown"

    return act


def lost_ack_and_callback(world: World) -> None:
    world.fault("lost_ack")
    world.fault("lost_callback")
    collect(world)


def faulty(name: str, *, twin: bool = False, **fields: object) -> Callable[[World], None]:
    def act(world: World) -> None:
        if not twin:
            no_twin(world)
        world.fault(name, **fields)
        collect(world)

    return act


def everything_ten_times(world: World) -> None:
    world.fault("late_callback", target="c2b", seconds=20)
    world.fault("duplicate_callback", target="c2b", count=10)
    faulty("duplicate_callback", count=10, twin=True)(world)


def twin_lost_and_query_slow(world: World) -> None:
    no_news(world)
    world.fault("query_in_flight", times=2)
    world.fault("query_in_flight", mode="envelope_200")
    collect(world)


def token_dies(world: World) -> None:
    no_twin(world)
    collect(world)
    world.fault("token_expired")


def stop_waiting(world: World) -> None:
    no_twin(world)
    attempt = collect(world)
    assert world.post(f"/v1/attempts/{attempt['id']}/cancel", expect=200)["status"] == "cancelled"


def stop_waiting_unheard(world: World) -> None:
    world.fault("lost_callback")
    stop_waiting(world)


def three_clicks(world: World) -> None:
    no_twin(world)
    first = collect(world, key="click")
    assert [collect(world, key="click")["id"] for _ in range(2)] == [first["id"]] * 2
    world.advance()
    assert collect(world, key="click")["status"] == "succeeded"


def same_key_other_body(world: World) -> None:
    no_twin(world)
    collect(world, key="click")
    assert collect(world, 422, key="click", phone=WIFE)["code"] == "idempotency_mismatch"


def impatient(world: World) -> None:
    """The same amount for the same phone at once, with a new key: Daraja would answer 17 to the second."""
    no_twin(world)
    collect(world)
    assert collect(world, 409)["code"] == "repeated_too_soon"


def another_phone(world: World) -> None:
    """The first prompt fails, the next one goes to somebody else's phone."""
    world.phone("cancel")
    world.phone("pay", WIFE)
    collect(world)
    world.advance(15)
    no_twin(world)
    collect(world, phone=WIFE)


def by_hand(world: World) -> None:
    world.pay_by_hand(1160, world.doc("invoices", world.invoice_id)["number"])


def by_hand_unheard(world: World) -> None:
    no_twin(world)
    by_hand(world)


def by_hand_after_cancel(world: World) -> None:
    world.phone("cancel")
    collect(world)
    world.advance()
    by_hand(world)


def by_hand_over_the_prompt(world: World) -> None:
    """The notice of money paid by hand comes while the prompt is open, and looks like the prompt's own."""
    world.phone("ask")
    world.fault("lost_callback")
    collect(world)
    by_hand(world)
    world.advance()
    world.answer("cancel")


def forged_notice(world: World) -> None:
    """Somebody who knows the address announces money that never moved."""
    settings = world.system.settings
    secret = settings.callback_secret.get_secret_value()
    url = callback_url(settings.public_url, "c2b/confirmation", BUSINESS, PAYBILL, secret)
    notice = {
        "TransID": "UC20000000",
        "TransTime": "20260302100000",
        "TransAmount": "1160.00",
        "BusinessShortCode": PAYBILL,
        "BillRefNumber": world.doc("invoices", world.invoice_id)["number"],
        "MSISDN": "2547 ***** 678",
        "FirstName": "JANE",
    }
    assert requests.post(url, json=notice, timeout=10).status_code == 200


@dataclass(frozen=True)
class Row:
    name: str
    act: Callable[[World], object]
    want: Left
    seconds: int = 120
    """Simulated time until the ending is read."""
    together: bool = False
    """Callback and notice arrive in one moment: which of them is understood first is nobody's promise."""


MINUTE, HOUR = 60, 3600
TABLE = [
    Row("happy path", happy, PAID),
    Row("cancelled by the payer", answered("cancel"), not_paid("cancelled")),
    Row("wrong PIN", answered("wrong_pin"), not_paid("wrong_pin")),
    Row("no answer", answered("ignore"), not_paid("no_answer")),
    Row("insufficient funds", poor, not_paid("insufficient_funds")),
    Row("lost callback, settled by query", lost_callback, PAID_BY_QUERY),
    Row(
        "lost callback, the receipt is listed later",
        lost_callback,
        replace(PAID_BY_QUERY, payments=by("query pull", "mpesa-Q1/R1")),
        20 * MINUTE,
    ),
    Row("lost acknowledgement (HTTP 500)", lost_ack("http_500"), PAID),
    Row("lost acknowledgement (connection cut)", lost_ack("close"), PAID),
    Row(
        "lost acknowledgement and lost callback, the twin attributes it",
        lost_ack_and_callback,
        replace(PAID, payments=by("c2b pull")),
    ),
    Row("callback ten times", faulty("duplicate_callback", count=10), PAID),
    Row(
        "twin after the callback", faulty("late_callback", target="c2b", seconds=20, twin=True), PAID_AND_TWIN
    ),
    Row(
        "twin before the callback",
        faulty("late_callback", seconds=20, twin=True),
        replace(PAID, payments=by("c2b query callback")),
    ),
    Row(
        "twin ten times and callback ten times",
        everything_ten_times,
        PAID_AND_TWIN,
    ),
    Row(
        "callback reordered behind its twin",
        faulty("reordered_callback", twin=True, seconds=60),
        replace(PAID, payments=by("c2b callback query")),
        together=True,
    ),
    Row(
        "callback late, after the query",
        faulty("late_callback", seconds=100),
        replace(PAID_BY_QUERY, payments=by("query callback", "mpesa-Q1/R1")),
    ),
    Row(
        "callback hours late, after expiry could have come",
        faulty("late_callback", seconds=2 * HOUR),
        replace(PAID_BY_QUERY, payments=by("query pull callback", "mpesa-Q1/R1")),
        3 * HOUR,
    ),
    Row(
        "success after failure",
        faulty("success_after_failure", seconds=30),
        replace(PAID, messages=TOLD_NOT_PAID + THANKED),
    ),
    Row(
        "failure callback, then at once the success: nobody is told a failure",
        faulty("failure_then_success"),
        PAID,
    ),
    Row("amount mismatch", faulty("amount_mismatch"), asked_owner(116_100, "callback", "amount_differs")),
    Row(
        "amount mismatch, ended by the listing",
        faulty("amount_mismatch"),
        replace(
            PAID,
            payments=by("callback pull"),
            messages=THANKED + OWNER_ASKED,
            review=[("done", "amount_differs")],
        ),
        20 * MINUTE,
    ),
    Row(
        "the query contradicts the callback",
        faulty("query_contradicts"),
        asked_owner(116_000, "callback", "callback_and_query_contradict"),
    ),
    Row(
        "the query contradicts the callback, ended by the listing",
        faulty("query_contradicts"),
        replace(
            PAID,
            payments=by("callback pull"),
            messages=THANKED + OWNER_ASKED,
            review=[("done", "callback_and_query_contradict")],
        ),
        20 * MINUTE,
    ),
    Row("spike arrest", faulty("spike_arrest"), Left([("submit_unknown", "")], prompts=0)),
    Row(
        "spike arrest, nobody was prompted in the end",
        faulty("spike_arrest"),
        Left([("expired", "expired")], messages=TOLD_NOT_PAID, prompts=0),
        16 * MINUTE,
    ),
    Row("subscriber locked", faulty("subscriber_locked"), Left([("submit_unknown", "")], prompts=0)),
    Row("500.001.1001 in flight and no callback", twin_lost_and_query_slow, PAID_BY_QUERY),
    Row("the token dies in between", token_dies, PAID),
    Row("cancelled by the business and paid anyway", stop_waiting, PAID),
    Row("cancelled by the business, paid, never called back", stop_waiting_unheard, PAID_BY_QUERY),
    Row("the same key three times", three_clicks, PAID),
    Row("the same key with another body", same_key_other_body, PAID),
    Row("asked again at once", impatient, PAID),
    Row(
        "a second phone after the first failed",
        another_phone,
        replace(
            PAID,
            attempts=[("failed", "cancelled"), ("succeeded", "")],
            messages=[
                *TOLD_NOT_PAID,
                ("payment.received", WIFE),
                ("payment.received", "wanjiku@example.com"),
            ],
            prompts=2,
        ),
    ),
    Row("paid by hand", by_hand, replace(PAID_BY_HAND, attempts=[], prompts=0)),
    Row("paid by hand, in the first look", by_hand, replace(PAID_BY_HAND, attempts=[], prompts=0), 30),
    Row(
        "paid by hand and never announced",
        by_hand_unheard,
        replace(PAID_BY_HAND, attempts=[], payments=by("pull", channel="paybill"), prompts=0),
        15 * MINUTE,
    ),
    Row(
        "cancelled, then paid by hand",
        by_hand_after_cancel,
        replace(PAID_BY_HAND, attempts=[("failed", "cancelled")], messages=TOLD_NOT_PAID + THANKED),
    ),
    Row(
        "paid by hand over the open prompt",
        by_hand_over_the_prompt,
        replace(PAID_BY_HAND, attempts=[("failed", "cancelled")]),
    ),
    Row(
        "announced money that never moved",
        forged_notice,
        Left(
            attempts=[],
            payments=[("mpesa-UC20000000/UC20000000", "review", "paybill", "waiting", 116_000, "c2b")],
            messages=OWNER_ASKED,
            review=[("open", "never_proven")],
            prompts=0,
        ),
        HOUR + MINUTE,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_scenario_ends_exactly_as_the_table_says(world: World, row: Row) -> None:
    world.phone("pay")
    row.act(world)
    world.advance(row.seconds)
    found = left_by(world)
    assert (in_any_order(found) if row.together else found) == row.want
    assert_an_outsider_reads_all_that_was_sent(world)


def in_any_order(left: Left) -> Left:
    """The same ending with each payment's evidence in the order that the table uses for it."""
    order = ["c2b", "callback", "query"]
    sorted_kinds = (" ".join(sorted(p[-1].split(), key=order.index)) for p in left.payments)
    return replace(
        left, payments=[(*p[:-1], kinds) for p, kinds in zip(left.payments, sorted_kinds, strict=True)]
    )


def assert_an_outsider_reads_all_that_was_sent(world: World) -> None:
    """Another project's parser must know every payload of simulated Safaricom, and read the same from it."""
    for delivery in sent(world.system.safaricom.sim):
        body = json.loads(delivery.body)
        theirs = judge(body)
        if delivery.target == "stk":
            inner = body["Body"]["stkCallback"]
            assert theirs["kind"] == "stk"
            assert theirs["success"] is (inner["ResultCode"] == 0)
            assert theirs["checkout_request_id"] == inner["CheckoutRequestID"]
        else:
            assert theirs["kind"] == "c2b"


def test_a_person_ends_a_doubt_over_http_once_whatever_is_repeated(world: World) -> None:
    world.phone("pay")
    faulty("query_contradicts")(world)
    world.advance(30)
    (payment,) = world.get("/v1/payments")["data"]
    word = {"received": True, "note": "seen on the till's own statement"}
    where = f"/v1/payments/{payment['id']}/decide"
    answers = [world.post(where, word, key="word", expect=200) for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["settled", "settled"]
    assert world.post(where, word, expect=409)["code"] == "payment_decided"
    world.advance(20 * MINUTE)
    assert left_by(world) == replace(
        PAID,
        payments=by("callback pull"),
        messages=THANKED + OWNER_ASKED,
        review=[("done", "callback_and_query_contradict")],
    )
