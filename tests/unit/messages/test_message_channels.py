"""The channels over real HTTP: every answer of a provider, and what it proves."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from local.providers.africas_talking import FakeAfricasTalking
from local.providers.model import Fault, Trouble
from local.providers.sendgrid import FakeSendGrid
from local.providers.serve import serving
from shared.core.clock import ManualClock
from shared.core.errors import Invalid
from shared.core.settings import Settings
from shared.messages.channels.africas_talking import AfricasTalking
from shared.messages.channels.choose import email_channel_for, sms_channel_for
from shared.messages.channels.folder import FolderChannel, letters
from shared.messages.channels.sendgrid import SendGrid
from shared.messages.model import Attachment, Channel, Failed, Message, Outcome, Sender, Sent, Unknown

if TYPE_CHECKING:
    from tests.unit.messages.conftest import World

CLOCK = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
SMS = Message("msg_1", "254712345678", "", "Habari: umelipa KES 10.00 & asante + zaidi", Sender("Jenga"))
PDF = Attachment("receipt-X.pdf", "application/pdf", b"%PDF-1.4 \x00\xff")
MAIL = Message(
    "msg_2", "w@k.example", "Receipt – É", "Dear Wanjiru\n", Sender("Jenga", "shop@j.example"), PDF
)


def test_an_sms_reaches_its_recipient_unchanged(world: World) -> None:
    outcome = world.sms.send(SMS)
    assert isinstance(outcome, Sent)
    assert outcome.provider_id.startswith("ATXid_")
    assert outcome.cost == "KES 0.8000"
    assert [(m["to"], m["message"]) for m in world.sms_fake.desk.taken] == [("+254712345678", SMS.text)]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (402, Failed("invalid_sender")),
        (403, Failed("invalid_phone")),
        (404, Failed("unsupported_number")),
        (405, Failed("insufficient_balance")),
        (406, Failed("opted_out")),
        (407, Failed("no_route")),
        (409, Failed("do_not_disturb")),
        (500, Failed("provider_error", retryable=True)),
        (501, Failed("gateway_error", retryable=True)),
        (502, Failed("gateway_rejected")),
    ],
)
def test_a_recipient_code_is_a_definite_failure(world: World, code: int, outcome: Outcome) -> None:
    world.sms_fake.desk.refusals["+254712345678"] = code
    assert world.sms.send(SMS) == outcome
    assert world.sms_fake.desk.taken == []


TROUBLES = [
    (Fault(Trouble.STATUS, 503), Failed("http_503", retryable=True)),
    (Fault(Trouble.STATUS, 429), Failed("http_429", retryable=True)),
    (Fault(Trouble.STATUS, 413), Failed("http_413")),
    (Fault(Trouble.STATUS, 500), Unknown("http_500")),
    (Fault(Trouble.TAKEN_THEN_STATUS, 504), Unknown("http_504")),
    (Fault(Trouble.TAKEN_THEN_CUT), Unknown),
    (Fault(Trouble.TAKEN_THEN_SILENT), Unknown),
    (Fault(Trouble.TAKEN_THEN_GARBLED), Unknown),
]


@pytest.mark.parametrize(("fault", "expected"), TROUBLES)
@pytest.mark.parametrize("by", ["sms", "email"])
def test_trouble_is_failed_only_when_nothing_was_sent(
    world: World, by: str, fault: Fault, expected: Outcome | type[Unknown]
) -> None:
    channel, fake, message = (
        (world.sms, world.sms_fake, SMS) if by == "sms" else (world.email, world.email_fake, MAIL)
    )
    fake.desk.faults.append(fault)
    outcome = channel.send(message)
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)
    assert fake.desk.requests == 1, "a channel retries nothing"
    if isinstance(outcome, Failed):
        assert fake.desk.taken == []


def test_a_wrong_key_is_a_definite_failure() -> None:
    sms_fake, email_fake = FakeAfricasTalking(), FakeSendGrid()
    with serving(sms_fake) as sms_url, serving(email_fake) as email_url:
        assert AfricasTalking(sms_url, "sandbox", "wrong").send(SMS) == Failed("http_401")
        assert SendGrid(email_url, "wrong", "r@example.com").send(MAIL) == Failed("http_401")


def test_an_unreachable_provider_got_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert AfricasTalking(url, "sandbox", "k").send(SMS) == Failed("unreachable", retryable=True)
        assert SendGrid(url, "k", "r@example.com").send(MAIL) == Failed("unreachable", retryable=True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}', Failed("refused")),
        ('{"SMSMessageData": {"Recipients": [{"number": "+254700000000", "statusCode": 101}]}}', Unknown),
        ('{"SMSMessageData": {"Recipients": [{"number": "+254712345678", "statusCode": 199}]}}', Unknown),
        ('{"SMSMessageData": {"Recipients": [{"number": "+254712345678", "statusCode": "102"}]}}', Sent("")),
        ('{"SMSMessageData": {"Recipients": [null, 3]}}', Unknown),
        ('{"SMSMessageData": []}', Unknown),
        ("[" * 30_000, Unknown),
        ("x" * 100_000, Unknown),
    ],
)
def test_odd_answers_are_read_without_trust(body: str, expected: Outcome | type[Unknown]) -> None:
    def app(environ: dict[str, object], start: object) -> list[bytes]:
        start("201 Created", [("Content-Type", "application/json")])  # type: ignore[operator]
        return [body.encode()]

    with serving(app) as url:
        outcome = AfricasTalking(url, "sandbox", "k").send(SMS)
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)


def test_an_email_arrives_with_its_sender_and_its_file(world: World) -> None:
    outcome = world.email.send(MAIL)
    (letter,) = world.email_fake.desk.taken
    assert outcome == Sent(letter["id"])
    assert (letter["to"], letter["from"]) == ("w@k.example", "receipts@example.com")
    assert (letter["from_name"], letter["reply_to"]) == ("Jenga", "shop@j.example")
    assert (letter["subject"], letter["text"]) == ("Receipt – É", "Dear Wanjiru\n")
    assert letter["message_id"] == "msg_2"
    assert letter["attachments"] == [
        {"filename": "receipt-X.pdf", "type": "application/pdf", "content": PDF.content}
    ]


def test_the_email_package_logs_neither_the_key_nor_the_letter(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.email.send(MAIL)
    world.sms.send(SMS)
    assert "SG.key" not in caplog.text
    assert "Wanjiru" not in caplog.text
    assert "712345678" not in caplog.text


def test_the_folder_holds_whole_messages_newest_first(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    assert FolderChannel(tmp_path / "out", Channel.SMS, clock).send(SMS) == Sent("msg_1.json")
    clock.advance(1)
    assert FolderChannel(tmp_path / "out", Channel.EMAIL, clock).send(MAIL) == Sent("msg_2.json")
    (tmp_path / "out" / "broken.json").write_text("{")
    (tmp_path / "out" / "list.json").write_text("[1]")
    newest, older = letters(tmp_path / "out")
    assert (newest.id, newest.attachment, older.id, older.attachment) == ("msg_2", "msg_2.pdf", "msg_1", "")
    assert (newest.channel, older.to, older.text) == ("email", SMS.recipient, SMS.text)
    assert (tmp_path / "out" / newest.attachment).read_bytes() == PDF.content
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".json"] * 4 + [".pdf"]
    assert letters(tmp_path / "out", limit=1) == [newest]
    assert letters(tmp_path / "nowhere") == []


def test_a_folder_that_cannot_be_written_is_a_failure_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = FolderChannel(tmp_path / "file", Channel.SMS, CLOCK).send(SMS)
    assert isinstance(outcome, Failed)
    assert outcome.retryable


def settings(**given: str | SecretStr) -> Settings:
    return Settings(auth_secret=SecretStr("a" * 32), callback_secret=SecretStr("c" * 32), **given)  # type: ignore[arg-type]


def test_without_keys_messages_go_to_the_folder(tmp_path: Path) -> None:
    plain = settings(outbox_folder=str(tmp_path))
    assert sms_channel_for(plain, CLOCK).send(SMS) == Sent("msg_1.json")
    assert email_channel_for(plain, CLOCK).send(MAIL) == Sent("msg_2.json")
    assert json.loads((tmp_path / "msg_2.json").read_text())["channel"] == "email"


def test_in_the_cloud_without_keys_nothing_counts_as_sent(tmp_path: Path) -> None:
    there = settings(outbox_folder=str(tmp_path / "outbox"), k_service="notify")
    assert sms_channel_for(there, CLOCK).send(SMS) == Failed("channel_not_set_up")
    assert email_channel_for(there, CLOCK).send(MAIL) == Failed("channel_not_set_up")
    assert not (tmp_path / "outbox").exists()


def test_with_keys_messages_go_to_the_providers() -> None:
    sms_fake, email_fake = FakeAfricasTalking("shop"), FakeSendGrid()
    with serving(sms_fake) as sms_url, serving(email_fake) as email_url:
        keyed = settings(
            sms_url=sms_url,
            sms_username="shop",
            sms_key=SecretStr("at-key"),
            sendgrid_url=email_url,
            sendgrid_key=SecretStr("SG.key"),
        )
        assert isinstance(sms_channel_for(keyed, CLOCK).send(SMS), Sent)
        assert isinstance(email_channel_for(keyed, CLOCK).send(MAIL), Sent)
    assert len(sms_fake.desk.taken) == len(email_fake.desk.taken) == 1


def test_half_an_sms_account_is_an_error_at_the_start() -> None:
    with pytest.raises(Invalid, match="SMS_URL is missing"):
        sms_channel_for(settings(sms_key=SecretStr("k")), CLOCK)
    with pytest.raises(Invalid, match="SMS_KEY is missing"):
        sms_channel_for(settings(sms_url="https://api.africastalking.com"), CLOCK)
