"""Who is told what, read from the records that an event names."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pypdf
import pytest

from shared.core.logs import log
from shared.events import (
    AttemptFailed,
    PaymentMatched,
    PaymentNeedsReview,
    PaymentReversed,
    ReceiptRead,
    RefundSent,
)
from shared.store import Key

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

MATCHED = PaymentMatched(payment_id="mpesa-UC21ABC345")
PHONE = "254712345678"


def attempt(world: World, **changed: object) -> AttemptFailed:
    fields = {
        "phone": PHONE,
        "amount_cents": 150_000,
        "reference": "INV-000007",
        "status": "failed",
        "result_code": "1032",
        "failure": "cancelled",
        "customer_id": "cus_1",
        "invoice_id": "inv_1",
        "created_on": "2026-03-02T08:00:00.000Z",
        "polling": False,
        "poll_at": "",
    }
    world.put("attempts", "att_1", **{**fields, **changed})
    return AttemptFailed(attempt_id="att_1")


def receipt(world: World, **changed: object) -> ReceiptRead:
    fields = {
        "status": "accepted",
        "matching": "waiting",
        "merchant": "NAIVAS LTD",
        "receipt_date": "2026-02-28",
        "business_day": "2026-02-28",
        "total_cents": 349_900,
        "currency": "KES",
        "reasons": [],
        "received_at": "2026-03-02T08:00:00.000Z",
    }
    world.put("receipts", "rcp_1", **{**fields, **changed})
    return ReceiptRead(receipt_id="rcp_1")


def test_a_matched_payment_tells_the_payer_and_mails_the_receipt(shop: World) -> None:
    shop.deliver(MATCHED)
    (sms,) = shop.sms_fake.desk.taken
    assert sms["to"] == "+" + PHONE
    assert sms["message"] == (
        "Jenga Hardware: received KES 12,345.00, ref UC21ABC345, for INV-000007. "
        "Balance KES 2,500.00. Thank you."
    )
    (mail,) = shop.email_fake.desk.taken
    assert (mail["to"], mail["reply_to"]) == ("w@k.example", "shop@jenga.example")
    assert "2026-03-02 11:30" in mail["text"]
    (file,) = mail["attachments"]
    text = pypdf.PdfReader(io.BytesIO(file["content"])).pages[0].extract_text()
    assert "KES 12,345.00" in text
    assert "UC21ABC345" in text
    code = next(line for line in mail["text"].splitlines() if "Verification" in line).split(": ")[1]
    assert code in text
    assert shop.statuses() == {"sms": "sent", "email": "sent"}


def test_swahili_is_used_where_it_is_asked_for(shop: World) -> None:
    shop.put("profile", "business", name="Jenga Hardware", language="sw")
    shop.deliver(MATCHED)
    assert "tumepokea KES 12,345.00" in shop.sms_fake.desk.taken[0]["message"]
    assert shop.email_fake.desk.taken[0]["text"].startswith("Habari Wanjiru Kamau,")


@pytest.mark.parametrize("payer", ["2547*****678", "", None, "a" * 64, 254712345678])
def test_a_payer_without_a_full_number_is_told_on_the_customers_phone(shop: World, payer: object) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "payer_phone": payer})
    shop.deliver(MATCHED)
    assert [m["to"] for m in shop.sms_fake.desk.taken] == ["+" + PHONE]


def test_somebody_elses_phone_does_not_learn_the_customers_balance(shop: World) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "payer_phone": "254722000111"})
    shop.deliver(MATCHED)
    (sms,) = shop.sms_fake.desk.taken
    assert sms["to"] == "+254722000111"
    assert "2,500" not in sms["message"]
    assert "2,500" in shop.email_fake.desk.taken[0]["text"]


def test_credit_and_full_payment_are_said(shop: World) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "unallocated_cents": 5_000})
    shop.deliver(MATCHED)
    assert "Credit KES 50.00." in shop.sms_fake.desk.taken[0]["message"]
    invoice = shop.store.require("biz_1", _payment_key()._replace(collection="invoices", id="inv_1"))
    shop.put("invoices", "inv_1", **{**invoice.data, "balance_cents": 0})
    shop.put("payments", "mpesa-UC21ZZZ999", **{**payment.data, "receipt": "UC21ZZZ999"})
    shop.deliver(PaymentMatched(payment_id="mpesa-UC21ZZZ999"))
    assert "Paid in full." in shop.sms_fake.desk.taken[1]["message"]


def test_a_payment_without_customer_or_address_tells_nobody_and_is_no_error(world: World) -> None:
    world.put(
        "payments",
        "mpesa-X",
        status="settled",
        matching="manual",
        paid_at="2026-03-02T08:30:00.000Z",
        amount_cents=100,
        customer_id="",
        polling=False,
        poll_at="",
    )
    world.deliver(PaymentMatched(payment_id="mpesa-X"))
    assert world.messages() == []
    assert world.dead() == []


def test_a_reversed_payment_is_not_thanked_for(shop: World) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "status": "reversed"})
    shop.deliver(MATCHED)
    assert shop.messages() == []


def test_an_event_without_its_record_ends_as_a_dead_letter(shop: World) -> None:
    shop.deliver(PaymentMatched(payment_id="mpesa-NOWHERE"))
    assert [letter["code"] for letter in shop.dead()] == ["not_found"]
    assert shop.messages() == []


def test_a_payment_to_review_goes_to_the_business_by_email_with_no_full_number(shop: World) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "matching": "review", "payer_name": ""})
    shop.deliver(PaymentNeedsReview(payment_id="mpesa-UC21ABC345"))
    (mail,) = shop.email_fake.desk.taken
    assert mail["to"] == "shop@jenga.example"
    assert "2547*****678" in mail["text"]
    assert PHONE not in mail["text"]
    assert shop.sms_fake.desk.taken == []


def test_a_review_that_was_decided_meanwhile_is_not_announced(shop: World) -> None:
    shop.deliver(PaymentNeedsReview(payment_id="mpesa-UC21ABC345"))
    assert shop.messages() == []


def test_a_business_without_email_is_told_by_sms_but_not_at_night(shop: World) -> None:
    shop.put("profile", "business", name="Jenga Hardware", phone="0733 000 222")
    payment = shop.store.require("biz_1", _payment_key())
    shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "matching": "review"})
    shop.deliver(PaymentNeedsReview(payment_id="mpesa-UC21ABC345"))
    assert [m["to"] for m in shop.sms_fake.desk.taken] == ["+254733000222"]
    shop.clock.advance(11 * 3600)  # 23:00 in Nairobi
    shop.put("payments", "mpesa-UC21NGT345", **{**payment.data, "matching": "review"})
    shop.deliver(PaymentNeedsReview(payment_id="mpesa-UC21NGT345"))
    assert len(shop.sms_fake.desk.taken) == 1
    assert [(m["status"], m["error"]) for m in shop.messages()][1] == ("suppressed", "quiet_hours")


def test_a_receipt_sms_does_not_wait_for_the_morning(shop: World) -> None:
    shop.clock.advance(11 * 3600)
    shop.deliver(MATCHED)
    assert shop.statuses() == {"sms": "sent", "email": "sent"}


@pytest.mark.parametrize(
    ("code", "failure", "words"),
    [
        ("1032", "cancelled", "You cancelled"),
        ("2001", "wrong_pin", "PIN was wrong"),
        ("1037", "no_answer", "No answer came"),
        ("1", "insufficient_funds", "Top up M-Pesa"),
        ("3", "limit", "Pay in parts"),
        ("", "expired", "expired"),
        ("777", "odd", "could not complete"),
    ],
)
def test_a_failed_attempt_tells_the_payer_what_to_do(
    shop: World, code: str, failure: str, words: str
) -> None:
    shop.deliver(attempt(shop, result_code=code, failure=failure))
    (sms,) = shop.sms_fake.desk.taken
    assert sms["to"] == "+" + PHONE
    assert sms["message"].startswith("Jenga Hardware: KES 1,500.00 for INV-000007 not paid. ")
    assert words in sms["message"]
    assert shop.email_fake.desk.taken == []


@pytest.mark.parametrize("status", ["claimed", "succeeded", "review", "pending", "cancelled"])
def test_an_attempt_that_moved_on_is_not_called_failed(shop: World, status: str) -> None:
    shop.deliver(attempt(shop, status=status))
    assert shop.messages() == []


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({}, "Receipt read: NAIVAS LTD, KES 3,499.00"),
        ({"status": "needs_review", "reasons": ["total_unsure"]}, "A receipt needs your review: NAIVAS LTD"),
        ({"status": "duplicate"}, "This receipt is in the books already"),
        (
            {"status": "refused", "merchant": "", "total_cents": 0, "receipt_date": ""},
            "A receipt file could not be read",
        ),
    ],
)
def test_the_business_learns_what_a_receipt_was_read_as(
    shop: World, fields: dict[str, object], title: str
) -> None:
    shop.deliver(receipt(shop, **fields))
    (mail,) = shop.email_fake.desk.taken
    assert mail["to"] == "shop@jenga.example"
    assert mail["subject"].startswith(title)
    assert shop.sms_fake.desk.taken == []


MAIL = {"status": "taken_in", "received_at": "2026-03-02T08:00:00.000Z", "admitted_by": ""}
REFUSED = {"status": "refused", "total_cents": 0, "merchant": "", "reasons": ["receipt_empty"]}


@pytest.mark.parametrize(
    ("source", "mail", "told"),
    [
        ("", {}, {"shop@jenga.example"}),
        ("rml_1", {"from": "till@jenga.example"}, {"shop@jenga.example", "till@jenga.example"}),
        ("rml_1", {"from": "shop@jenga.example"}, {"shop@jenga.example"}),
        ("rml_1", {"from": "x@else.example", "admitted_by": "usr_1"}, {"shop@jenga.example"}),
        ("rml_1", {"from": "nobody"}, {"shop@jenga.example"}),
        ("bnd_1", {}, set()),
    ],
)
def test_whoever_mailed_a_file_that_was_refused_learns_why(
    shop: World, source: str, mail: dict[str, str], told: set[str]
) -> None:
    if mail:
        shop.put("receipt_mails", source, **{**MAIL, **mail})
    shop.deliver(receipt(shop, source_id=source, **REFUSED))
    assert {one["to"] for one in shop.email_fake.desk.taken} == told
    assert all("receipt empty" in one["text"] for one in shop.email_fake.desk.taken)


def test_a_file_that_was_mailed_and_read_is_told_to_the_business_alone(shop: World) -> None:
    shop.put("receipt_mails", "rml_1", **{**MAIL, "from": "till@jenga.example"})
    shop.deliver(receipt(shop, source_id="rml_1"))
    assert [one["to"] for one in shop.email_fake.desk.taken] == ["shop@jenga.example"]


def test_no_phone_number_or_name_is_logged(
    shop: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="hesabu")
    monkeypatch.setattr(log, "propagate", True)
    shop.sms_fake.desk.refusals["+" + PHONE] = 403
    shop.deliver(MATCHED)
    shop.deliver(attempt(shop))
    shop.deliver(PaymentMatched(payment_id="mpesa-NOWHERE"))
    said = caplog.text + " ".join(str(getattr(r, "fields", "")) for r in caplog.records)
    assert "message handed over" in said
    for secret in ("712345678", "733 000", "Wanjiru", "w@k.example", "at-key", "SG.key"):
        assert secret not in said


def _payment_key() -> Key:
    return Key("payments", "mpesa-UC21ABC345")


def test_money_that_the_provider_took_back_is_told_to_the_business_each_time(shop: World) -> None:
    payment = shop.store.require("biz_1", _payment_key())
    parts = [{"cents": 1000}, {"cents": 2550}]
    for told in (parts[:1], parts, parts):
        shop.put("payments", "mpesa-UC21ABC345", **{**payment.data, "taken_back": told})
        shop.deliver(PaymentReversed(payment_id="mpesa-UC21ABC345"))
    assert [mail["to"] for mail in shop.email_fake.desk.taken] == ["shop@jenga.example"] * 2
    assert ["KES 10.00" in mail["text"] for mail in shop.email_fake.desk.taken] == [True, False]
    assert "KES 25.50" in shop.email_fake.desk.taken[1]["text"]


@pytest.mark.parametrize(("language", "words"), [("en", "we sent you back"), ("sw", "tumekurudishia")])
def test_a_payer_learns_of_a_refund_once_in_their_language(shop: World, language: str, words: str) -> None:
    shop.put("profile", "business", name="Jenga Hardware", language=language)
    refund = {"phone": PHONE, "amount_cents": 16_000, "receipt": "UC2OUT0001", "customer_id": ""}
    plan = {"polling": False, "poll_at": "", "created_on": "", "kind": "refund", "payment_id": "mpesa-1"}
    shop.put("payouts", "pyo_1", **refund, **plan, payment_receipt="UC21ABC345", status="succeeded")
    for _ in range(2):
        shop.deliver(RefundSent(payout_id="pyo_1"))
    (sms,) = shop.sms_fake.desk.taken
    assert sms["to"] == "+" + PHONE
    for part in (words, "KES 160.00", "UC2OUT0001", "UC21ABC345"):
        assert part in sms["message"]
