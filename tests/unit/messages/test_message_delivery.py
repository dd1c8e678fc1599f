"""Told once: redelivery, races and crashes around the call, and failing over after definite failures only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from local.providers.model import Fault, Trouble
from shared.core.errors import Invalid, Retryable, Unavailable, UnknownOutcome
from shared.events import AttemptFailed, PaymentMatched
from shared.messages import claims, consumer, delivery
from shared.messages.abandoned import close_abandoned
from shared.messages.model import Message, Outcome, Sent, Unknown
from shared.store import Key

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

MATCHED = PaymentMatched(payment_id="mpesa-UC21ABC345")
PHONE = "+254712345678"
LEASE = claims.LEASE.total_seconds()
UNAVAILABLE = Fault(Trouble.STATUS, 503)


class Crash(BaseException):
    """The process dies here."""


class Scripted:
    """A channel that does what a test says around the real one."""

    def __init__(self, act: Callable[[Message], Outcome]) -> None:
        self.send = act


def told(shop: World) -> tuple[int, int]:
    return len(shop.sms_fake.desk.taken), len(shop.email_fake.desk.taken)


def test_ten_deliveries_tell_each_person_once(shop: World) -> None:
    for _ in range(10):
        shop.deliver(MATCHED)
        shop.clock.advance(LEASE)
    assert told(shop) == (1, 1)
    assert [m["attempts"] for m in shop.messages()] == [1, 1]
    assert shop.sms_fake.desk.requests == shop.email_fake.desk.requests == 1


def test_ten_simultaneous_deliveries_tell_each_person_once(shop: World) -> None:
    start, turned_away = threading.Barrier(10), []

    def worker() -> None:
        start.wait()
        try:
            shop.deliver(MATCHED)
        except Retryable as error:
            turned_away.append(error.code)

    workers = [threading.Thread(target=worker) for _ in range(10)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert told(shop) == (1, 1)
    assert set(turned_away) <= {"message_waits", "contended"}
    shop.deliver(MATCHED)
    assert told(shop) == (1, 1)
    assert shop.statuses() == {"sms": "sent", "email": "sent"}


def test_a_crash_between_claim_and_send_is_unknown_and_never_sent_blindly(shop: World) -> None:
    def die(message: Message) -> Outcome:
        raise Crash

    real, shop.sms = shop.sms, Scripted(die)
    with pytest.raises(Crash):
        shop.deliver(MATCHED)
    shop.sms = real
    assert shop.statuses() == {"sms": "claimed"}
    with pytest.raises(Retryable, match="1 of 2"):
        shop.deliver(MATCHED)  # the claim may still be somebody's: the SMS waits, the e-mail goes
    assert told(shop) == (0, 1)
    shop.clock.advance(LEASE)
    for _ in range(3):
        shop.deliver(MATCHED)
    assert shop.statuses() == {"sms": "unknown", "email": "sent"}
    assert {m["channel"]: m["error"] for m in shop.messages()} == {"sms": "no_outcome", "email": ""}
    assert told(shop) == (0, 1)


def test_a_crash_after_the_send_is_unknown_and_not_sent_again(shop: World) -> None:
    real = shop.sms

    def send_and_die(message: Message) -> Outcome:
        real.send(message)
        raise Crash

    shop.sms = Scripted(send_and_die)
    with pytest.raises(Crash):
        shop.deliver(MATCHED)
    shop.sms = real
    assert told(shop) == (1, 0)
    shop.clock.advance(LEASE)
    for _ in range(10):
        shop.deliver(MATCHED)
    assert told(shop) == (1, 1)
    assert shop.statuses() == {"sms": "unknown", "email": "sent"}


def test_a_store_that_fails_after_the_send_leaves_the_message_unknown(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: object) -> None:
        raise Unavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "record", gone)
        with pytest.raises(Unavailable):
            shop.deliver(MATCHED)
    shop.clock.advance(LEASE)
    shop.deliver(MATCHED)
    assert told(shop) == (1, 1)
    assert shop.statuses()["sms"] == "unknown"


@pytest.mark.parametrize(
    "trouble", [Trouble.TAKEN_THEN_CUT, Trouble.TAKEN_THEN_SILENT, Trouble.TAKEN_THEN_GARBLED]
)
def test_an_answer_that_never_came_is_unknown_and_not_sent_again(shop: World, trouble: Trouble) -> None:
    shop.sms_fake.desk.faults.append(Fault(trouble))
    for _ in range(3):
        shop.deliver(MATCHED)
        shop.clock.advance(LEASE)
    assert told(shop) == (1, 1)
    assert shop.statuses() == {"sms": "unknown", "email": "sent"}


def test_a_provider_out_of_service_is_tried_again_until_it_answers(shop: World) -> None:
    shop.sms_fake.desk.faults.extend([UNAVAILABLE, UNAVAILABLE])
    for _ in range(2):
        with pytest.raises(Retryable, match="1 of 2"):
            shop.deliver(MATCHED)
        assert shop.statuses() == {"sms": "failed", "email": "sent"}
    shop.deliver(MATCHED)
    assert told(shop) == (1, 1)
    assert [(m["status"], m["attempts"], m["error"]) for m in shop.messages() if m["channel"] == "sms"] == [
        ("sent", 3, "")
    ]


def test_attempts_end_and_the_next_channel_takes_over(shop: World) -> None:
    shop.sms_fake.desk.faults.extend([UNAVAILABLE] * 50)
    failed = failed_attempt(shop)
    for _ in range(claims.MAX_ATTEMPTS - 1):
        with pytest.raises(Retryable):
            shop.deliver(failed)
        assert told(shop) == (0, 0)
    for _ in range(3):
        shop.deliver(failed)
    assert told(shop) == (0, 1)
    assert shop.sms_fake.desk.requests == claims.MAX_ATTEMPTS
    assert shop.statuses() == {"sms": "failed", "email": "sent"}
    (mail,) = shop.email_fake.desk.taken
    assert mail["to"] == "w@k.example"
    assert "not made" in mail["subject"]


def test_a_refused_number_fails_over_at_once(shop: World) -> None:
    shop.sms_fake.desk.refusals[PHONE] = 406
    shop.deliver(failed_attempt(shop))
    assert told(shop) == (0, 1)
    assert [m["error"] for m in shop.messages() if m["channel"] == "sms"] == ["opted_out"]


def test_an_unknown_sms_does_not_fail_over(shop: World) -> None:
    shop.sms_fake.desk.faults.append(Fault(Trouble.TAKEN_THEN_CUT))
    shop.deliver(failed_attempt(shop))
    shop.deliver(failed_attempt(shop))
    assert told(shop) == (1, 0)


def test_a_failure_is_not_told_by_email_to_somebody_else(shop: World) -> None:
    shop.sms_fake.desk.refusals["+254722000111"] = 403
    shop.deliver(failed_attempt(shop, phone="254722000111"))
    assert told(shop) == (0, 0)
    assert shop.statuses() == {"sms": "failed"}


def test_a_sent_sms_is_not_mailed_as_well_when_redelivered(shop: World) -> None:
    failed = failed_attempt(shop)
    for _ in range(3):
        shop.deliver(failed)
    assert told(shop) == (1, 0)


def test_a_claim_whose_acknowledgement_was_lost_is_still_ours(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = shop.store.transaction, []

    def lose_one(business: str, fn: Callable[..., object], **options: object) -> object:
        result = real(business, fn, **options)  # type: ignore[arg-type]
        if result == claims.Standing.OURS and not lost:
            lost.append(True)
            raise UnknownOutcome("the answer was lost")
        return result

    monkeypatch.setattr(shop.store, "transaction", lose_one)
    shop.deliver(MATCHED)
    assert lost
    assert told(shop) == (1, 1)
    assert shop.statuses() == {"sms": "sent", "email": "sent"}


def test_a_claim_that_was_never_written_is_left_to_the_next_delivery(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object) -> claims.Standing:
        raise UnknownOutcome("nothing was written")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "claim", never)
        with pytest.raises(UnknownOutcome):
            shop.deliver(MATCHED)
    assert told(shop) == (0, 0)
    shop.deliver(MATCHED)
    assert told(shop) == (1, 1)


def test_a_receipt_that_cannot_be_drawn_leaves_no_claim(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise Invalid("font_missing", "no font")

    with monkeypatch.context() as patch:
        patch.setattr(consumer, "receipt_pdf", broken)
        shop.deliver(MATCHED)
    assert shop.statuses() == {"sms": "sent"}
    assert [letter["code"] for letter in shop.dead()] == ["font_missing"]
    shop.deliver(MATCHED)
    assert told(shop) == (1, 1)


def test_a_late_success_overrules_a_claim_that_was_given_up(shop: World) -> None:
    key = Key("messages", "msg_late")
    shop.put(
        *key, channel="sms", status="unknown", created_on="x", attempts=1, retry=False, error="no_outcome"
    )
    shop.store.transaction("biz_1", lambda tx: claims.record(tx, key, Sent("ATXid_1")))
    shop.store.transaction("biz_1", lambda tx: claims.record(tx, key, Unknown("late")))
    stored = shop.store.require("biz_1", key).data
    assert (stored["status"], stored["provider_id"], stored["error"]) == ("sent", "ATXid_1", "")


def test_the_stored_message_says_what_was_told(shop: World) -> None:
    shop.deliver(MATCHED)
    by_channel = {m["channel"]: m for m in shop.messages()}
    sms, mail = by_channel["sms"], by_channel["email"]
    assert sms["subject"] == mail["subject"] == "payments/mpesa-UC21ABC345"
    assert sms["body"] == shop.sms_fake.desk.taken[0]["message"]
    assert (sms["cost"], sms["attachment"], sms["title"]) == ("KES 0.8000", "", "")
    assert mail["attachment"] == "receipt-UC21ABC345.pdf"
    assert mail["provider_id"] == shop.email_fake.desk.taken[0]["id"]
    assert mail["sent_on"] == "2026-03-02T09:00:00.000Z"


def die(message: Message) -> Outcome:
    raise Crash


@pytest.mark.parametrize("moot", [{"status": "succeeded"}, {"status": "failed"}])
def test_a_claim_that_no_delivery_comes_back_to_ends_as_unknown(shop: World, moot: dict[str, str]) -> None:
    failed = failed_attempt(shop)
    real, shop.sms = shop.sms, Scripted(die)
    with pytest.raises(Crash):
        shop.deliver(failed)
    shop.sms = real
    shop.store.update("biz_1", Key("attempts", "att_1"), moot)
    assert close_abandoned(shop, "biz_1") == 0, "its worker may be at work"
    shop.clock.advance(300)
    assert (close_abandoned(shop, "biz_1"), close_abandoned(shop, "biz_1")) == (1, 0)
    shop.deliver(failed)
    assert [(m["status"], m["error"]) for m in shop.messages()] == [("unknown", "no_outcome")]
    assert told(shop) == (0, 0)


def test_a_claim_that_is_taken_again_is_left_to_its_worker(shop: World) -> None:
    shop.sms_fake.desk.faults.append(UNAVAILABLE)
    failed = failed_attempt(shop)
    with pytest.raises(Retryable):
        shop.deliver(failed)
    shop.clock.advance(300)
    real, looked = shop.sms, []

    def look(message: Message) -> Outcome:
        looked.append(close_abandoned(shop, "biz_1"))
        return real.send(message)

    shop.sms = Scripted(look)
    shop.deliver(failed)
    assert (looked, shop.statuses(), told(shop)) == ([1], {"sms": "sent"}, (1, 0))


def test_claims_are_looked_for_every_five_minutes(shop: World) -> None:
    shop.clock.advance(61)
    shop.put("messages", "msg_old", channel="sms", status="claimed", created_on="2026-03-02T08:00:00.000Z")
    assert close_abandoned(shop, "biz_1") == 0


def failed_attempt(shop: World, phone: str = "254712345678") -> AttemptFailed:
    shop.put(
        "attempts",
        "att_1",
        phone=phone,
        amount_cents=150_000,
        reference="INV-000007",
        status="failed",
        result_code="1032",
        failure="cancelled",
        customer_id="cus_1",
        invoice_id="inv_1",
        created_on="2026-03-02T08:00:00.000Z",
        polling=False,
        poll_at="",
    )
    return AttemptFailed(attempt_id="att_1")
