"""Payment links: what they offer, one prompt for one form, and what their page does not tell."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.core.errors import Unavailable
from shared.payments.gateways.port import Rejected, Unknown
from shared.payments.paylinks.paying import MOST_IN_WINDOW
from shared.payments.settlement import apply_to_attempt
from shared.store import Key
from tests.unit.payments.collecting import Desk, Provider, evidence
from tests.unit.payments.paylinks_world import NAME, Shop


@pytest.fixture
def shop(desk: Desk) -> Shop:
    return Shop(desk)


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def attempt_id(sent: Any) -> str:
    return str(sent.headers["Location"].partition("?")[0].rpartition("/")[2])


def paid(shop: Shop, sent: Any, cents: int, receipt: str = "UC2ABC1234") -> None:
    told = evidence("callback", amount_cents=cents, receipt=receipt, request_id="")
    apply_to_attempt(shop.desk, "biz_1", attempt_id(sent), told, f"evd-{receipt}")
    proof = evidence("query", request_id="")
    apply_to_attempt(shop.desk, "biz_1", attempt_id(sent), proof, f"query-{receipt}")


# --- the business's side
def test_a_link_to_an_invoice_shows_on_the_invoice_and_asks_for_its_balance(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id)
    assert link["status"] == "active"
    assert link["url"].startswith("http://127.0.0.1:8080/pay/")
    invoice = shop.desk.doc("invoices", shop.invoice_id)
    assert link["url"].endswith(invoice["pay_token"])
    page = text(shop.open(link))
    assert "KES 1,161.00" in page, "cents are rounded up: a phone pays whole shillings"
    assert NAME in page
    assert invoice["number"] in page
    assert "Kamau" not in page


def test_the_same_request_makes_one_link_and_another_body_none(shop: Shop) -> None:
    first = shop.link(key="once", invoice_id=shop.invoice_id)
    again = shop.link(key="once", invoice_id=shop.invoice_id)
    assert first == again
    shop.link(key="once", amount_cents=100, description="else", expect=422)
    listed = json.loads(text(shop.ask("GET", "/v1/payment-links")))["data"]
    assert [row["id"] for row in listed] == [first["id"]]


def test_addresses_cannot_be_guessed_from_one_another(shop: Shop) -> None:
    tokens = {shop.path(shop.link(amount_cents=100, description=str(n))) for n in range(20)}
    assert len(tokens) == 20
    assert all(len(token.rpartition("/")[2]) == 32 for token in tokens)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "body_invalid"),
        ({"amount_cents": 100}, "body_invalid"),
        ({"amount_cents": 150, "description": "half a shilling"}, "body_invalid"),
        ({"amount_cents": 25_000_100, "description": "too much"}, "body_invalid"),
        ({"amount_cents": 100, "open_amount": True, "description": "both"}, "body_invalid"),
        ({"amount_cents": 100, "description": "bell \x07"}, "body_invalid"),
        ({"amount_cents": 100, "description": "x" * 121}, "body_invalid"),
        ({"amount_cents": 100, "description": "x", "reference": "A B"}, "body_invalid"),
        ({"amount_cents": 100, "description": "x", "expires_at": "tomorrow"}, "time_invalid"),
        (
            {"amount_cents": 100, "description": "x", "expires_at": "2026-03-02T06:59:59Z"},
            "expires_at_invalid",
        ),
        ({"invoice_id": "inv_none"}, "not_found"),
        ({"invoice_id": "../x"}, "invalid_id"),
        ({"invoice_id": "INVOICE", "amount_cents": 120_000}, "amount_over_balance"),
    ],
)
def test_what_cannot_be_a_link_is_refused(shop: Shop, body: dict[str, Any], code: str) -> None:
    if body.get("invoice_id") == "INVOICE":
        body = {**body, "invoice_id": shop.invoice_id}
    answer = shop.ask("POST", "/v1/payment-links", body)
    assert json.loads(text(answer))["code"] == code
    assert json.loads(text(shop.ask("GET", "/v1/payment-links")))["data"] == []


def test_a_draft_has_no_link(shop: Shop) -> None:
    shop.desk.store.update("biz_1", Key("invoices", shop.invoice_id), {"status": "draft"})
    assert shop.link(invoice_id=shop.invoice_id, expect=409)["code"] == "invoice_not_open"


@pytest.mark.parametrize(("kind", "mimetype"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_the_qr_code_reads_as_the_address(shop: Shop, kind: str, mimetype: str) -> None:
    link = shop.link(invoice_id=shop.invoice_id)
    answer = shop.ask("GET", f"/v1/payment-links/{link['id']}/qr.{kind}")
    assert answer.mimetype == mimetype
    if kind == "svg":
        assert answer.get_data().startswith(b"<?xml")
        assert b"<script" not in answer.get_data()
        return
    import zxingcpp
    from PIL import Image

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.get_data())).convert("L"))
    assert [code.text for code in found] == [link["url"]]


# --- paying
def test_a_form_prompts_once_however_often_it_is_sent(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id)
    nonce = shop.nonce(link)
    sent = [shop.send(link, nonce) for _ in range(3)]
    assert {answer.status_code for answer in sent} == {303}
    assert len({answer.headers["Location"] for answer in sent}) == 1
    assert shop.prompts() == 1
    attempt = shop.desk.doc("attempts", attempt_id(sent[0]))
    assert (attempt["amount_cents"], attempt["invoice_id"]) == (116_100, shop.invoice_id)
    assert attempt["link_id"] == link["id"]
    assert attempt["customer_id"] == "cus_1"


def test_a_second_press_while_the_first_is_at_work_leads_to_the_same_page(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id)
    nonce = shop.nonce(link)
    pressed: list[Any] = []
    push = shop.desk.gateway.initiate

    def slow(asked: Any) -> Any:
        if not pressed:
            pressed.append(None)
            pressed[0] = shop.send(link, nonce)
        return push(asked)

    shop.desk.gateway.initiate = slow  # type: ignore[method-assign]
    first = shop.send(link, nonce)
    assert first.headers["Location"] == pressed[0].headers["Location"]
    assert shop.prompts() == 1


def test_the_same_form_with_another_phone_is_asked_about_again(shop: Shop) -> None:
    link = shop.link(amount_cents=50_000, description="Deposit", uses="many")
    nonce = shop.nonce(link)
    shop.send(link, nonce)
    answer = shop.send(link, nonce, phone="0733 111 222")
    assert answer.status_code == 422
    assert "sent before" in text(answer)
    assert nonce not in text(answer), "the next try is another act"
    assert 'value="0733 111 222"' in text(answer)
    assert shop.prompts() == 1


def test_a_single_use_link_waits_for_the_one_who_is_paying_and_then_closes(shop: Shop) -> None:
    link = shop.link(amount_cents=116_000, description="Deposit")
    early = shop.nonce(link)
    sent = shop.send(link)
    assert shop.state(sent) == {"object": "pay_state", "state": "waiting", "done": False}
    other = shop.open(link)
    assert other.status_code == 409
    assert "<form" not in text(other)
    assert shop.send(link, early, phone="0733111222").status_code == 409
    assert shop.prompts() == 1
    paid(shop, sent, 116_000)
    assert shop.state(sent)["state"] == "done"
    assert "UC2ABC1234" in text(shop.visit("GET", sent.headers["Location"]))
    after = shop.open(link)
    assert (after.status_code, "UC2ABC1234" in text(after)) == (200, False)
    assert shop.send(link, early).status_code == 200
    assert shop.prompts() == 1


def test_after_a_definite_failure_the_link_can_be_paid_again(shop: Shop) -> None:
    link = shop.link(amount_cents=116_000, description="Deposit")
    sent = shop.send(link)
    apply_to_attempt(
        shop.desk, "biz_1", attempt_id(sent), evidence("callback", "1032", request_id=""), "evd-1"
    )
    page = text(shop.visit("GET", sent.headers["Location"]))
    assert "cancelled on the phone" in page
    assert "Try again" in page
    shop.desk.clock.advance(121)
    assert shop.send(link).status_code == 303
    assert shop.prompts() == 2


def test_money_that_nobody_knows_about_keeps_the_link_busy(shop: Shop) -> None:
    shop.desk.gateway.to_push = Unknown("no answer")
    link = shop.link(amount_cents=116_000, description="Deposit")
    sent = shop.send(link)
    assert shop.state(sent)["state"] == "waiting"
    assert shop.open(link).status_code == 409


def test_a_refusal_of_the_provider_is_said_and_leaves_the_link_open(shop: Shop) -> None:
    shop.desk.gateway.to_push = Rejected("400.002.02", "bad request")
    link = shop.link(amount_cents=116_000, description="Deposit")
    sent = shop.send(link)
    assert shop.state(sent) == {"object": "pay_state", "state": "failed", "done": True}
    assert "could not be sent" in text(shop.visit("GET", sent.headers["Location"]))
    assert shop.open(link).status_code == 200


def test_an_open_amount_is_what_the_payer_says(shop: Shop) -> None:
    link = shop.link(open_amount=True, description="Michango", uses="many")
    assert 'name="amount"' in text(shop.open(link))
    sent = shop.send(link, amount="KSh 1,500/=")
    assert shop.desk.doc("attempts", attempt_id(sent))["amount_cents"] == 150_000


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("", "whole shillings"),
        ("abc", "whole shillings"),
        ("1,50", "whole shillings"),
        ("٣٤", "whole shillings"),
        ("1e9", "whole shillings"),
        ("10.50", "from 1 to 250,000"),
        ("0", "from 1 to 250,000"),
        ("-5", "from 1 to 250,000"),
        ("250001", "from 1 to 250,000"),
    ],
)
def test_an_amount_that_is_none_is_asked_for_again(shop: Shop, amount: str, words: str) -> None:
    link = shop.link(open_amount=True, description="Michango", uses="many")
    answer = shop.send(link, amount=amount)
    assert answer.status_code == 422
    assert words in text(answer)
    assert shop.prompts() == 0


def test_more_than_the_invoice_owes_is_not_asked_for(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id, open_amount=True, uses="many")
    assert "more than is owed" in text(shop.send(link, amount="5000"))
    assert shop.send(link, amount="500").status_code == 303


@pytest.mark.parametrize(
    "phone", ["", "12345", "0712", "+1 555 0100", "07123456789", "<script>", "٠٧١٢٣٤٥٦٧٨"]
)
def test_a_phone_that_is_none_is_asked_for_again(shop: Shop, phone: str) -> None:
    answer = shop.send(shop.link(amount_cents=100, description="x"), phone=phone)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)
    assert "<script>alert" not in text(answer)
    assert shop.prompts() == 0


def test_a_phone_is_not_asked_twice_for_the_same_amount_within_two_minutes(shop: Shop) -> None:
    link = shop.link(amount_cents=50_000, description="Entry", uses="many")
    shop.send(link)
    answer = shop.send(link)
    assert answer.status_code == 409
    assert "Wait two minutes" in text(answer)
    assert shop.prompts() == 1


def test_one_link_does_not_prompt_without_end(shop: Shop) -> None:
    link = shop.link(open_amount=True, description="Entry", uses="many")
    for n in range(MOST_IN_WINDOW):
        assert shop.send(link, phone=f"07{n:08d}", amount="10").status_code == 303
    answer = shop.send(link, phone="0799999999", amount="10")
    assert answer.status_code == 429
    assert "wait ten minutes" in text(answer)
    shop.desk.clock.advance(601)
    assert shop.send(link, phone="0799999999", amount="10").status_code == 303


# --- closed, expired, paid
def test_a_link_that_was_switched_off_says_so_and_prompts_nobody(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id)
    nonce = shop.nonce(link)
    for _ in range(2):
        off = json.loads(text(shop.ask("POST", f"/v1/payment-links/{link['id']}/disable")))
        assert off["status"] == "disabled"
    assert shop.open(link).status_code == 410
    assert shop.send(link, nonce).status_code == 410
    assert shop.desk.doc("invoices", shop.invoice_id)["pay_token"] == ""
    assert shop.prompts() == 0


def test_an_older_link_that_is_switched_off_leaves_the_newer_one_on_the_invoice(shop: Shop) -> None:
    old, new = shop.link(invoice_id=shop.invoice_id), shop.link(invoice_id=shop.invoice_id)
    shop.ask("POST", f"/v1/payment-links/{old['id']}/disable")
    assert new["url"].endswith(shop.desk.doc("invoices", shop.invoice_id)["pay_token"])


def test_a_link_ends_with_its_time(shop: Shop) -> None:
    link = shop.link(amount_cents=100, description="x", expires_at="2026-03-02T11:00:00+03:00")
    nonce = shop.nonce(link)
    shop.desk.clock.advance(3600)
    assert shop.open(link).status_code == 410
    assert shop.send(link, nonce).status_code == 410
    read = json.loads(text(shop.ask("GET", f"/v1/payment-links/{link['id']}")))
    assert read["status"] == "expired"


def test_a_paid_or_void_invoice_closes_its_link(shop: Shop) -> None:
    link = shop.link(invoice_id=shop.invoice_id, uses="many")
    key = Key("invoices", shop.invoice_id)
    shop.desk.store.update("biz_1", key, {"status": "paid", "balance_cents": 0})
    assert "has been paid" in text(shop.open(link))
    shop.desk.store.update("biz_1", key, {"status": "void"})
    assert shop.open(link).status_code == 410


# --- what the page does not tell
def test_every_address_that_leads_nowhere_answers_the_same(shop: Shop) -> None:
    link = shop.link(amount_cents=50_000, description="Deposit", uses="many")
    mine = attempt_id(shop.send(link))
    elsewhere = shop.link(amount_cents=60_000, description="Other", uses="many")
    token = shop.path(link)
    nowhere = [
        "/pay/" + "0" * 32,
        token.upper().replace("/PAY/", "/pay/"),
        token[:-1],
        "/pay/..",
        "/pay/%00",
        f"{token}/att_{'0' * 32}",
        f"{token}/..",
        f"{token}/%F0%9F%92%B0",
        f"{shop.path(elsewhere)}/{mine}",
    ]
    answers = [shop.visit("GET", path) for path in nowhere]
    assert {(answer.status_code, text(answer)) for answer in answers} == {(404, text(answers[0]))}
    assert NAME not in text(answers[0])
    own = shop.desk.ask("by hand", phone="254733000111")
    assert shop.visit("GET", f"{token}/{own}").status_code == 404, "an attempt that was not made here"
    assert shop.visit("GET", f"{token}/{own}/state").status_code == 404


def test_the_pages_show_no_full_number_and_no_customer(shop: Shop) -> None:
    sent = shop.send(shop.link(invoice_id=shop.invoice_id))
    page = text(shop.visit("GET", sent.headers["Location"]))
    for private in ("712345678", "2547", "Kamau", "cus_1", shop.invoice_id, "biz_1", "usr"):
        assert private not in page, private
    assert "678" in page
    assert set(shop.state(sent)) == {"object", "state", "done"}


def test_nothing_a_business_writes_runs_on_its_page(desk: Desk) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    shop = Shop(desk, name=evil)
    link = shop.link(amount_cents=100, description=evil[:120])
    nonce = shop.nonce(link)
    for answer in (shop.open(link), shop.send(link, nonce, phone="x"), shop.send(link, nonce)):
        assert "<script>alert" not in text(answer)
        assert "<img" not in text(answer)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"form=%FF%FE&phone=%F0%9F%92%B0",
        b"form=" + b"a" * 65 + b"&phone=0712345678",
        b"form=../../x&phone=0712345678",
        b"&".join([b"a=b"] * 500),
        json.dumps({"form": "a" * 20, "phone": "0712345678"}).encode(),
        b"form[]=aaaaaaaaaa&phone[]=0712345678",
        urlencode({"form": "\x00" * 10, "phone": "0712345678"}).encode(),
    ],
)
def test_a_form_that_is_none_is_asked_for_again(shop: Shop, raw: bytes) -> None:
    answer = shop.post(shop.link(amount_cents=100, description="x"), raw)
    assert answer.status_code == 422
    assert "<form" in text(answer)
    assert shop.prompts() == 0


def test_a_huge_form_is_refused_before_it_is_read(shop: Shop) -> None:
    link = shop.link(amount_cents=100, description="x")
    assert shop.post(link, b"phone=" + b"0" * 5000).status_code == 413
    assert shop.prompts() == 0


def test_the_language_is_what_was_asked_for(shop: Shop) -> None:
    link = shop.link(amount_cents=100, description="x")
    assert '<html lang="sw">' in text(shop.open(link, "sw"))
    assert '<html lang="en">' in text(shop.open(link, "xx"))
    page = shop.visit("GET", f"{shop.path(link)}?utm_source=wa&fbclid=1", language="sw-KE,sw;q=0.9")
    assert "Tuma ombi kwenye simu yangu" in text(page)
    assert "Ukurasa huu haupo" in text(shop.visit("GET", "/pay/none?lang=sw"))


def test_a_form_whose_prompt_may_be_lost_is_not_sent_twice(shop: Shop) -> None:
    link = shop.link(amount_cents=100, description="x")
    nonce = shop.nonce(link)
    pushed = shop.desk.gateway.initiate

    def away(_: Any) -> Any:
        raise Unavailable("cut off")

    shop.desk.gateway.initiate = away  # type: ignore[method-assign]
    answer = shop.send(link, nonce)
    assert answer.status_code == 409, "whether the phone was asked is not known: nobody else may pay now"
    shop.desk.gateway.initiate = pushed  # type: ignore[method-assign]
    again = shop.send(link, nonce)
    assert again.status_code == 303, "the same form leads to the attempt that was written"


def test_both_languages_say_everything() -> None:
    from shared.payments.paylinks.words import WORDS

    assert set(WORDS["en"]) == set(WORDS["sw"])
    assert all(text.strip() for words in WORDS.values() for text in words.values())
    same = {key for key in WORDS["en"] if WORDS["en"][key] == WORDS["sw"][key]}
    assert not same


def test_airtel_is_offered_where_it_is_set_up_and_asked_when_it_is_chosen(shop: Shop) -> None:
    link = shop.link(amount_cents=50_000, description="Entry", uses="many")
    shop.desk.airtel = None
    assert "Airtel" not in text(shop.open(link))
    refused = shop.send(link, phone="0733 111 222", method="airtel")
    assert (refused.status_code, "not available" in text(refused)) == (409, True)
    shop.desk.airtel = Provider("airtel")
    assert 'value="airtel"' in text(shop.open(link))
    sent = shop.send(link, phone="0733 111 222", method="airtel")
    assert shop.desk.doc("attempts", attempt_id(sent))["provider"] == "airtel"
    assert shop.desk.airtel.asked
    assert shop.prompts() == 0, "M-Pesa was not asked"


def test_an_invoice_in_instalments_asks_for_the_oldest_part(shop: Shop) -> None:
    key = Key("invoices", shop.invoice_id)
    parts = [{"due_date": "2026-03-31", "cents": 16_050}, {"due_date": "2026-04-30", "cents": 100_000}]
    shop.desk.store.update("biz_1", key, {"parts": parts})
    link = shop.link(invoice_id=shop.invoice_id, uses="many")
    assert "KES 161.00" in text(shop.open(link))
    sent = shop.send(link)
    assert shop.desk.doc("attempts", attempt_id(sent))["amount_cents"] == 16_100
    assert shop.open(link).status_code == 409, "nobody else is asked for the same part meanwhile"


@pytest.mark.parametrize(("asked", "status", "again"), [(True, 409, False), (False, 200, True)])
def test_an_expired_try_is_open_as_long_as_the_provider_is_asked(
    shop: Shop, asked: bool, status: int, again: bool
) -> None:
    link = shop.link(amount_cents=116_000, description="Deposit")
    sent = shop.send(link)
    key = Key("attempts", attempt_id(sent))
    shop.desk.store.update("biz_1", key, {"status": "expired", "polling": asked})
    page = text(shop.visit("GET", sent.headers["Location"]))
    assert "do not pay again" in page
    assert ("Try again" in page) == again
    assert shop.open(link).status_code == status
