"""Logs: one JSON object a line, and nobody's phone, name or secret in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from shared.core import context, logs
from shared.core.context import Context
from shared.core.errors import Retryable

PHONE = "254712345678"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    before = logs.log.level
    logs.configure("DEBUG")

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    logs.log.setLevel(before)


def test_each_line_is_one_object(lines: Any) -> None:
    logs.info("paid", business="biz_1", cents=100, ok=True, note=None)
    logs.warn("two\nlines", error={"deep": ["a"]})
    logs.error("broken")
    first, second, third = lines()
    assert first == {
        "severity": "INFO",
        "message": "paid",
        "business": "biz_1",
        "cents": 100,
        "ok": True,
        "note": None,
    }
    assert (second["severity"], second["message"], second["error"]) == (
        "WARNING",
        "two\nlines",
        {"deep": ["a"]},
    )
    assert third["severity"] == "ERROR"


@pytest.mark.parametrize(
    "field",
    ["phone", "payer_phone", "MSISDN", "customer_name", "name", "token", "access_token", "secret", "Password",
     "passkey", "Authorization", "email", "email_from", "kra_pin", "pin", "body", "address"],
)  # fmt: skip
def test_fields_are_hidden_by_name_at_every_depth(field: str) -> None:
    value = "Wanjiku"
    fields = {field: value, "in": {field: value, "list": [{field: value}, [{field: value}]]}, "kept": "fine"}
    clean = logs.redact(fields)
    assert value not in json.dumps(clean)
    assert clean["kept"] == "fine"
    assert clean[field] == "[hidden]"


@pytest.mark.parametrize(
    "text", [PHONE, f"+{PHONE}", "0712345678", "0112 345 678", "0712-345-678", f"paid by {PHONE}."]
)
def test_phone_numbers_are_hidden_in_any_text(text: str) -> None:
    fields = {"why": text, "list": [text], "deep": {"set": {text}}, "tuple": (text,)}
    assert "345" not in json.dumps(logs.redact(fields))
    assert logs.redact({"payer": int(PHONE)}) == {"payer": "[phone]"}


def test_amounts_and_ids_are_not_mistaken_for_phones() -> None:
    fields = {"cents": 71_234_567_800, "id": "pay_254712345678abcdef", "receipt": "SFF6XYZ123", "ratio": 0.5}
    assert logs.redact(fields) == fields


def test_messages_and_stacks_are_cleaned_too(lines: Any) -> None:
    try:
        raise ValueError(f"no customer with {PHONE}")
    except ValueError:
        logs.error(f"cannot reach {PHONE}", exc_info=True)
    (line,) = lines()
    assert line["error_type"] == "ValueError"
    assert "Traceback" in line["stack"]
    assert "345678" not in json.dumps(line)


def test_what_is_tried_again_has_no_stack(lines: Any) -> None:
    try:
        raise Retryable(f"the message to {PHONE} waits", code="message_waits")
    except Retryable:
        logs.error("cannot be done yet", exc_info=True)
    (line,) = lines()
    assert (line["error_type"], line["code"]) == ("Retryable", "message_waits")
    assert "stack" not in line
    assert "345678" not in json.dumps(line)


def test_anything_can_be_logged(lines: Any) -> None:
    logs.info("odd \ud800", thing=object(), half="\ud800", bytes=b"\xff", numbers={1: 2}, nan=float("nan"))
    (line,) = lines()
    assert (line["message"], line["half"]) == ("odd \ud800", "\ud800")
    assert (line["numbers"], line["nan"]) == ({"1": 2}, "nan")


def test_configuring_twice_logs_once(lines: Any) -> None:
    logs.configure("INFO")
    logs.configure("INFO")
    logs.info("once")
    logging.getLogger("hesabu").debug("not at this level")
    assert [line["message"] for line in lines()] == ["once"]


@pytest.mark.parametrize(
    "text",
    ["wanjiku@example.com", "Bearer 0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln", "ab" * 32,
     "mongodb://user:pa55word@host/db", "Basic dXNlcjpwYXNz"],
)  # fmt: skip
def test_addresses_tokens_and_passwords_are_hidden_in_any_text(text: str, lines: Any) -> None:
    logs.warn(f"cannot go on with {text}!", why=text, list=[text])
    (line,) = lines()
    secret = text.rsplit(" ", maxsplit=1)[-1].removeprefix("mongodb://").removesuffix("@host/db")
    assert secret not in json.dumps(line)
    assert line["message"].startswith("cannot go on with ")


def test_a_line_carries_the_ids_of_its_work_and_its_own_fields_win(lines: Any) -> None:
    with context.entered(Context("settle", "req_of-this-work", business="biz_1", event_id="evt_1")):
        logs.info("inside", business="biz_2")
    logs.info("outside")
    inside, outside = lines()
    assert inside == {
        "severity": "INFO",
        "message": "inside",
        "request_id": "req_of-this-work",
        "business": "biz_2",
        "event_id": "evt_1",
        "function": "settle",
    }
    assert outside == {"severity": "INFO", "message": "outside"}


def test_what_the_framework_logs_leaves_in_our_form(lines: Any, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.Logger("a process of our own")
    logs.adopt(root)
    try:
        raise ValueError(f"a payload with {PHONE}")
    except ValueError:
        root.exception("Exception on / [POST]")
    (line,) = lines()
    assert (line["severity"], line["error_type"]) == ("ERROR", "ValueError")
    assert "[phone]" in line["stack"]


def test_the_level_is_that_of_the_last_configuration(lines: Any) -> None:
    logs.configure("ERROR")
    logs.warn("hidden")
    logs.error("shown")
    logs.configure("DEBUG")
    assert [line["message"] for line in lines()] == ["shown"]
