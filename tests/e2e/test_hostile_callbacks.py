"""Whoever learns a callback address, or sits in between: answered as specified, kept, and never believed.

Everything goes over HTTP through the real functions. One system serves all of the tests, and no time passes:
what becomes of claims in the end is in test_forged_money.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count

import pytest

from shared.payments.ipn import LIMIT
from shared.store import Key
from tests.e2e.callback_doors import (
    ACCEPTED,
    Door,
    bill,
    c2b,
    documents,
    door,
    every_door,
    result,
    stk,
)
from tests.e2e.world import PAYBILL, World, furnish, running
from tests.support.leaks import leaks_in
from tests.support.log_lines import Lines, captured

_numbers = count(1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("callbacks")
    with running(folder) as world:
        yield furnish(world)


@pytest.fixture
def log() -> Iterator[Lines]:
    with captured() as lines:
        yield lines


@pytest.fixture
def uncredited(shop: World, log: Lines) -> Iterator[None]:
    """Fails when a test credited or told anybody anything, hurt the system, or put a person in the log."""
    before = (shop.ledger(), shop.doc("invoices", shop.invoice_id), told(shop))
    yield
    shop.advance()
    assert (shop.ledger(), shop.doc("invoices", shop.invoice_id), told(shop)) == before
    assert shop.http.get(f"{shop.system.url}/status.json", timeout=20).ok
    assert [str(leak) for line in log.all for leak in leaks_in(json.dumps(line))] == []
    assert [line for line in log.all if "crashed" in line["message"]] == []


def told(world: World) -> int:
    """How many messages say that money came; the owner may be asked about it."""
    return sum(m.data["template"] == "payment.received" for m in world.docs("messages", "created_on"))


def prompted(world: World) -> tuple[str, str, str]:
    """A new prompt of KES 1,160 that nobody answers: attempt, the provider's id of it, phone."""
    phone = f"2547991{next(_numbers):05d}"
    world.phone("ask", phone)
    attempt = world.post("/v1/attempts", {"phone": phone, "amount_cents": 116_000, "reference": "RENT"})["id"]
    return attempt, world.doc("attempts", attempt)["request_id"], phone


def receipt() -> str:
    return f"UC2FRG{next(_numbers):04d}"


def payments(world: World, number: str) -> list[tuple[str, int]]:
    return [
        (p.data["status"], p.data["amount_cents"])
        for p in world.docs("payments", "paid_at")
        if p.data["receipt"] == number
    ]


# --- bodies that cannot be read
GOOD = c2b('"1160.00"', "UC2GOOD001")
UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "cut in the middle": GOOD[: len(GOOD) // 2],
    "without its last brace": GOOD[:-1],
    "two of them": GOOD + GOOD,
    "just under the limit": b"x" * LIMIT,
    "just under the limit and read": b'{"a":"' + b"x" * (LIMIT - 8) + b'"}',
    "nested as lists": b"[" * 100_000,
    "nested as objects": b'{"a":' * 40_000,
    "nested and closed": b'{"Body":' * 30 + b"1" + b"}" * 30,
    "no UTF-8": GOOD.replace(b"MALLORY", b"\xff\xfe\xfa"),
    "UTF-16": GOOD.decode().encode("utf-16"),
    "zero bytes": b"\x00" * 500,
    "half a character": GOOD.replace(b"MALLORY", b"\\ud83d"),
    "a field twice": GOOD.replace(b'{"TransactionType"', b'{"TransAmount": "1", "TransactionType"'),
    "not a number": b'{"TransAmount": NaN}',
    "infinity": b'{"TransAmount": -Infinity}',
    "a huge exponent": b'{"TransAmount": 1e999999999}',
    "a number of a million digits": b'{"TransAmount": ' + b"9" * 200_000 + b"}",
    "a list": b"[]",
    "null": b"null",
    "another object": b'{"ok": true}',
    "a form": b"ResultCode=0&TransAmount=1160",
    "a page": b"<html><body>504 Gateway Time-out</body></html>",
}


@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_answered_kept_and_buried_at_every_address(
    shop: World, log: Lines, what: str
) -> None:
    raw = UNREADABLE[what]
    attempt, _, _ = prompted(shop)
    doors, stored = every_door(shop, attempt), documents(shop)
    for there in doors:
        there.answered(shop, raw)
    shop.advance()
    assert [there.kept(shop, raw) for there in doors] == [raw] * len(doors)
    assert documents(shop) - stored == {"callbacks": len(doors), "dead_letters": len(doors)}
    lines = log.of(message="event buried")
    assert Counter(line["business"] for line in lines) == Counter(there.business for there in doors)
    # a time-out needs no body: what is wrong with it is that nobody waits for it
    codes = Counter("not_found" if line["code"] == "not_found" else "unreadable" for line in lines)
    assert codes == {"not_found": 1, "unreadable": len(doors) - 1}
    assert {line["code"] for line in lines} <= {
        "not_found",
        "payment_unknown",
        "json_invalid",
        "callback_invalid",
    }
    for line in lines:
        letter = Key("dead_letters", line["dead_letter"])
        kept = shop.system.app.store.require(line["business"], letter).data
        assert (kept["consumer"], kept["code"]) == ("settle", line["code"])
    assert shop.doc("attempts", attempt)["status"] == "pending"


@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize("what", UNREADABLE)
def test_a_validation_that_cannot_be_read_turns_no_money_away_and_stores_nothing(
    shop: World, what: str
) -> None:
    before = documents(shop)
    door(shop, "c2b/validation", PAYBILL).take(shop, UNREADABLE[what])
    assert documents(shop) == before


@pytest.mark.usefixtures("uncredited")
def test_a_body_over_the_limit_is_refused_in_words_and_not_stored(shop: World) -> None:
    attempt, _, _ = prompted(shop)
    before = documents(shop)
    for there in [*every_door(shop, attempt), door(shop, "c2b/validation", PAYBILL)]:
        answer = there.post(shop, b"x" * (LIMIT + 1))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert documents(shop) == before


@pytest.mark.usefixtures("uncredited")
def test_a_body_over_the_limit_in_chunks_is_refused_as_well(shop: World) -> None:
    there = door(shop, "c2b/confirmation", PAYBILL)
    before = documents(shop)
    host = there.url.removeprefix("http://").partition("/")[0]
    connection = HTTPConnection(host, timeout=20)
    try:
        pieces = (b"x" * 4096 for _ in range(LIMIT // 4096 + 1))
        connection.request("POST", there.url.partition(host)[2], body=pieces, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (413, "body_too_large")
    finally:
        connection.close()
    assert documents(shop) == before


KINDS = ["", "text/plain", "text/html; charset=latin-1", "application/x-www-form-urlencoded", "image/png"]
KINDS += ["multipart/form-data; boundary=x", "application/json; charset=utf-16", "nonsense"]


@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize("kind", KINDS)
def test_money_told_under_another_content_type_is_not_lost(shop: World, kind: str) -> None:
    number = receipt()
    there, raw = door(shop, "c2b/confirmation", PAYBILL), c2b('"1160.00"', number)
    there.take(shop, raw, kind)
    assert there.kept(shop, raw) == raw
    assert payments(shop, number) == [("claimed", 116_000)]


# --- amounts
NO_AMOUNTS = ["NaN", "Infinity", "-Infinity", "1e400", "1e23", "true", "false", "-5", '"-1160.00"', "0.001"]
NO_AMOUNTS += ["1160.001", '"1160.005"', "[1160]", '{"$gt": 0}', "92233720368547758.08", "9007199254740993"]
NO_AMOUNTS += ["9" * 30, '"\u0661\u0661\u0666\u0660"', "0x10", "1_000", '"1_000"', '"1e3"']
MISSING = ["0", "null", '""']
SAME = ["1160", '"KES 1160"', "1160.00", '"1160"', '"1160.0"', '"1,160.00"']


def told_in_three_ways(shop: World, amount: str) -> Iterator[tuple[Door, bytes, str, str]]:
    """The same amount in an STK callback, a paybill notice and a bill: door, body, receipt, attempt."""
    attempt, request_id, phone = prompted(shop)
    one, two, three = receipt(), receipt(), receipt()
    yield door(shop, "stk", attempt), stk(request_id, phone, amount, one), one, attempt
    yield door(shop, "c2b/confirmation", PAYBILL), c2b(amount, two), two, ""
    yield every_door(shop, attempt)[2], bill(amount, three), three, ""


@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize("amount", [*NO_AMOUNTS, *MISSING])
def test_what_is_no_amount_is_no_money(shop: World, log: Lines, amount: str) -> None:
    three = list(told_in_three_ways(shop, amount))
    for there, raw, _, _ in three:
        there.answered(shop, raw)
    shop.advance()
    assert [there.kept(shop, raw) for there, raw, _, _ in three] == [raw for _, raw, _, _ in three]
    assert [payments(shop, number) for _, _, number, _ in three] == [[]] * 3
    # a prompt's success without an amount is asked about; everything else waits for a person
    assert len(log.of(message="event buried")) == (2 if amount in MISSING else 3)
    assert shop.doc("attempts", three[0][3])["status"] == "pending"


@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize("amount", SAME)
def test_every_spelling_of_an_amount_is_the_same_claim(shop: World, amount: str) -> None:
    for there, raw, number, _ in told_in_three_ways(shop, amount):
        there.take(shop, raw)
        assert payments(shop, number) == [("claimed", 116_000)], there.route


# --- forged
@pytest.mark.usefixtures("uncredited")
@pytest.mark.parametrize(
    ("amount", "other_phone", "status"),
    [("1160.00", False, "claimed"), ("1.00", False, "review"), ("999999.00", False, "review"),
     ("1160.00", True, "review")],
)  # fmt: skip
def test_an_invented_success_of_a_prompt_claims_at_most(
    shop: World, amount: str, other_phone: bool, status: str
) -> None:
    attempt, request_id, phone = prompted(shop)
    number = receipt()
    payer = "254700999999" if other_phone else phone
    door(shop, "stk", attempt).take(shop, stk(request_id, payer, amount, number))
    assert shop.doc("attempts", attempt)["status"] == status
    assert [one for one, _ in payments(shop, number)] == [status]


@pytest.mark.usefixtures("uncredited")
def test_an_invented_request_id_changes_nothing_that_is_asked_about(shop: World) -> None:
    attempt, request_id, phone = prompted(shop)
    door(shop, "stk", attempt).take(shop, stk("ws_CO_invented", phone, "1160.00", receipt(), code=1032))
    assert shop.doc("attempts", attempt)["request_id"] == request_id


@pytest.mark.usefixtures("uncredited")
def test_results_and_time_outs_for_nobody_are_buried_and_move_no_money(shop: World, log: Lines) -> None:
    for tried, route in enumerate(
        ("result", "result/reversal", "result/status", "timeout", "timeout/reversal")
    ):
        there, raw = door(shop, route, "pyo_invented"), result(0, "500.00", receipt())
        there.take(shop, raw)
        assert there.kept(shop, raw) == raw
        assert [line["code"] for line in log.of(message="event buried")][tried:] == ["not_found"]


@pytest.mark.usefixtures("uncredited")
def test_airtels_address_believes_no_body(shop: World) -> None:
    """Whatever the body says, the provider is asked; a payment that is not ours is kept and buried."""
    shop.http.put(f"{shop.system.url}/airtel/control/phones/254733000111", json={"mode": "ask"}, timeout=20)
    body = {"phone": "254733000111", "amount_cents": 116_000}
    attempt = shop.post("/v1/attempts", body)["id"]
    there = every_door(shop, attempt)[-1]
    named = shop.doc("attempts", attempt)["request_id"]
    for payment in (named, "inventedPayment"):
        told_ts = {"id": payment, "status_code": "TS", "message": "Paid", "airtel_money_id": "CI2603"}
        raw = json.dumps({"transaction": told_ts}).encode()
        there.take(shop, raw)
    assert there.kept(shop, raw) == raw, "what names no payment of ours is kept with the system's records"
    assert shop.doc("attempts", attempt)["status"] == "pending"
    assert shop.doc("attempts", attempt)["payment_id"] == ""


# --- again and again
@pytest.mark.usefixtures("uncredited")
def test_fifty_repetitions_one_after_another_and_at_once_are_one(shop: World, log: Lines) -> None:
    attempt, request_id, phone = prompted(shop)
    one, two, three = receipt(), receipt(), receipt()
    doors = every_door(shop, attempt)
    bodies = [stk(request_id, phone, "1160.00", one), c2b('"1160.00"', two), bill('"1160"', three)]
    bodies += [b'{"again": "and again"}'] * (len(doors) - 3)
    before = documents(shop)
    for there, raw in zip(doors, bodies, strict=True):
        # a session is for one thread: each of these connects by itself
        with ThreadPoolExecutor(10) as crowd:
            answers = list(crowd.map(lambda _, d=there, r=raw: sent_alone(d, r), range(25)))  # type: ignore[misc]
        answers += [there.post(shop, raw).content for _ in range(25)]
        assert set(answers) == {there.answer}, there.route
    shop.advance()
    after = documents(shop)
    assert after["callbacks"] - before["callbacks"] == len(doors)
    assert after["payments"] - before["payments"] == 3
    assert after["dead_letters"] - before["dead_letters"] == len(doors) - 3
    assert [payments(shop, number) for number in (one, two, three)] == [[("claimed", 116_000)]] * 3
    assert len(log.of(message="event buried")) == len(doors) - 3


def sent_alone(there: Door, raw: bytes) -> bytes:
    host = there.url.removeprefix("http://").partition("/")[0]
    connection = HTTPConnection(host, timeout=30)
    try:
        connection.request("POST", there.url.partition(host)[2], body=raw)
        return connection.getresponse().read()
    finally:
        connection.close()


# --- contradictions
@pytest.mark.usefixtures("uncredited")
def test_callbacks_of_one_prompt_that_contradict_each_other_end_with_a_person(shop: World) -> None:
    attempt, request_id, phone = prompted(shop)
    there, one, two = door(shop, "stk", attempt), receipt(), receipt()
    there.take(shop, stk(request_id, phone, "1160.00", one, code=1032))
    assert shop.doc("attempts", attempt)["status"] == "failed"
    there.take(shop, stk(request_id, phone, "1160.00", one))
    assert shop.doc("attempts", attempt)["status"] == "claimed"
    there.take(shop, stk(request_id, phone, "1160.00", one, code=2001))
    there.take(shop, stk(request_id, phone, "50.00", two))
    there.take(shop, stk(request_id, phone, "1160.00", two))
    assert [one_of for one_of, _ in payments(shop, two)] == ["review"]
    assert payments(shop, one)[0][0] in {"claimed", "review"}
    questions = shop.get("/v1/review")["data"]
    asked = [item["reasons"] for item in questions if item["subject_id"] == f"mpesa-{two}"]
    assert ["second_receipt_for_one_attempt"] in asked


@pytest.mark.usefixtures("uncredited")
def test_notices_of_one_receipt_with_two_amounts_are_one_question(shop: World) -> None:
    there, number = door(shop, "c2b/confirmation", PAYBILL), receipt()
    for amount in ('"1160.00"', '"11600.00"', '"1160.00"'):
        there.take(shop, c2b(amount, number))
    assert payments(shop, number) == [("review", 116_000)]


# --- addresses that do not prove themselves
@pytest.mark.usefixtures("uncredited")
def test_no_address_with_another_token_exists_and_nothing_is_stored(shop: World, log: Lines) -> None:
    attempt, request_id, phone = prompted(shop)
    raw, before = stk(request_id, phone, "1160.00", receipt()), documents(shop)
    good = [*every_door(shop, attempt), door(shop, "c2b/validation", PAYBILL)]
    tried = 0
    for url in (there.url for there in good):
        for wrong in forgeries(url, attempt):
            answer = shop.http.post(wrong, data=raw, timeout=20)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), wrong
            tried += 1
    shop.advance()
    assert documents(shop) == before
    assert len(log.of(message="request answered", status=404)) == tried


def forgeries(url: str, attempt: str) -> set[str]:
    """The same address with one thing different."""
    token = max(url.split("/"), key=len)
    last = "0" if token[-1] != "0" else "1"
    made = {
        url.replace(token, token[:-1] + last),
        url.replace(token, token[:-1]),
        url.replace(token, token + "0"),
        url.replace(token, "0" * len(token)),
        url.replace(token, token.upper()),
        url.replace("biz_duka", "biz_other"),
        url.replace(attempt, "att_other").replace(PAYBILL, "600000").replace("pyo_none", "pyo_other"),
        url.replace("/stk/", "/order/").replace("/result/", "/timeout/").replace("/bill/", "/stk/"),
    }
    return {one for one in made if one != url}


def test_all_of_this_left_the_books_right_and_the_door_open(shop: World) -> None:
    assert shop.trial_balance() == {"KES": 0}
    assert shop.doc("invoices", shop.invoice_id)["balance_cents"] == 116_000
    answer = door(shop, "c2b/confirmation", PAYBILL).post(shop, c2b('"10.00"', receipt()))
    assert answer.content == ACCEPTED
